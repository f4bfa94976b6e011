//! When comments appear, as the choices of a form.

use rejoinder_core::publication::settings::ModerationMode;

use crate::catalogue::NewsroomModesTexts;

/// Returns the word of each choice, what it is called, and whether it is the one that is set; `unset` is
/// what no choice of one's own is called.
pub(super) fn choices<'t>(
    texts: &'t NewsroomModesTexts,
    unset: &'t str,
    mode: Option<ModerationMode>,
) -> [(&'static str, &'t str, bool); 3] {
    let is_set = |other| mode == Some(other);
    [
        ("site", unset, mode.is_none()),
        ("after", texts.after, is_set(ModerationMode::After)),
        ("before", texts.before, is_set(ModerationMode::Before)),
    ]
}

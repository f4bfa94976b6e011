//! What a form says after it was sent: carried in the address that it comes back to, as words and
//! numbers that are known, never as text.

use rejoinder_core::moderation::LogAction;
use render::catalogue::NewsroomTexts;
use render::newsroom::FlashMessage;

use super::rows::SeenRevision;
use crate::http::extract::Params;

/// What became of what a form asked for.
#[derive(Debug)]
pub(super) struct DecisionSummary {
    pub(super) action: LogAction,
    /// How many comments it changed.
    pub(super) n: usize,
    /// Those that were edited meanwhile, and the revision that was judged.
    pub(super) edited: Vec<SeenRevision>,
    /// How many could not be decided on for another reason.
    pub(super) n_refused: usize,
    /// The decisions that were made, separated by commas.
    pub(super) decisions: String,
}

const NAMES: [&str; 5] = ["did", "n", "edited", "not", "undo"];

impl DecisionSummary {
    /// Nothing done yet.
    pub(super) const fn of(action: LogAction) -> Self {
        Self {
            action,
            n: 0,
            edited: Vec::new(),
            n_refused: 0,
            decisions: String::new(),
        }
    }

    pub(super) fn flash(&self, texts: &NewsroomTexts, back: &str) -> FlashMessage {
        let n_edited = self.edited.len();
        let flash = FlashMessage::decided(texts, self.action, self.n, n_edited, self.n_refused);
        flash.undoable(self.decisions.clone(), back.to_owned())
    }

    /// `back` with this outcome in it.
    pub(super) fn address(&self, back: &str) -> String {
        let (path, query) = back.split_once('?').unwrap_or((back, ""));
        let kept = url::form_urlencoded::parse(query.as_bytes());
        let kept = kept.filter(|(name, _)| !NAMES.contains(&name.as_ref()));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept);
        query.append_pair("did", self.action.as_str());
        query.append_pair("n", &self.n.to_string());
        if self.n_refused > 0 {
            query.append_pair("not", &self.n_refused.to_string());
        }
        if !self.edited.is_empty() {
            let one = |seen: &SeenRevision| format!("{}.{}", seen.comment, seen.revision);
            let edited: Vec<String> = self.edited.iter().map(one).collect();
            query.append_pair("edited", &edited.join(","));
        }
        if !self.decisions.is_empty() {
            query.append_pair("undo", &self.decisions);
        }
        format!("{path}?{}", query.finish())
    }
}

/// What the address of a page tells of what was just done.
pub(super) fn from_address(
    texts: &NewsroomTexts,
    params: &Params,
    back: &str,
) -> Option<FlashMessage> {
    let did = LogAction::from_word(params.get("did")?)?;
    if params.get("n").is_none() {
        return Some(FlashMessage::done(texts, did));
    }
    let outcome = DecisionSummary {
        action: did,
        n: params.get("n")?.parse().ok()?,
        edited: super::rows::edited(params),
        n_refused: params.get("not").and_then(|n| n.parse().ok()).unwrap_or(0),
        decisions: params.get("undo").unwrap_or_default().to_owned(),
    };
    Some(outcome.flash(texts, back))
}

/// Where a form says that it stood, when that is on the desk of this site.
pub(super) fn back(fields: &Params, desk: &str) -> String {
    let back = fields.get("back").unwrap_or_default();
    let rest = back.strip_prefix(desk);
    let is_ours = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        && back.bytes().all(|byte| byte.is_ascii_graphic())
        && !back.contains("..");
    if is_ours { back } else { desk }.to_owned()
}

//! The text of a comment as it is stored, and as it is shown.

use markup::RENDERER_VERSION;
use rejoinder_core::SafeHtml;
use rejoinder_core::recordings::CitableRecording;

use crate::{Result, Row};

/// A comment's text in both forms, from the columns `text`, `html`, `renderer` and `written_in`.
pub(crate) struct StoredText {
    pub(super) text: String,
    pub(super) html: SafeHtml,
    renderer: i64,
    written_in: String,
}

impl StoredText {
    /// These columns of a row.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            text: row.next()?,
            html: SafeHtml::from_store(row.next()?),
            renderer: row.next()?,
            written_in: row.next()?,
        })
    }

    pub(super) fn is_stale(&self) -> bool {
        // What was taken away has no text that could be shown.
        self.renderer < RENDERER_VERSION && !self.html.is_empty()
    }

    /// The text as typed, and as today's renderer shows it.
    pub(crate) fn shown(self) -> (String, SafeHtml) {
        self.shown_beside(&[])
    }

    /// The same beside the recordings of its page.
    pub(super) fn shown_beside(self, recordings: &[CitableRecording]) -> (String, SafeHtml) {
        let html = match (self.is_stale(), self.written_in.as_str()) {
            (false, _) => self.html,
            // What came from another system was no Markdown there.
            (true, "html") => markup::sanitise_beside(self.html.as_str(), recordings).0,
            (true, _) => markup::render_beside(&self.text, recordings).html,
        };
        (self.text, html)
    }
}

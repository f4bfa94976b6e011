//! Markdown as people type it: CommonMark, strikethrough, spoilers, bare links, line breaks.

use comrak::Arena;
use comrak::arena_tree::NodeEdge;
use rejoinder_core::SafeHtml;
use rejoinder_core::recordings::{CitableRecording, TimeReference};

use crate::autolink::parse;
use crate::paragraphs::paragraphs;
use crate::sanitiser::{sanitise, sanitise_with_times};
use crate::times::TimeEdits;
use crate::visible_text::VisibleText;
use crate::writer::{HtmlWriter, RawHtml};

/// A text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedText {
    /// The text as HTML.
    pub html: SafeHtml,
    /// How many links it shows.
    pub n_links: usize,
    /// Where they lead, in the order of the text; an address stands as often as it is linked.
    pub links: Vec<String>,
    /// The places in recordings that it names and that are linked, in the order of the text.
    pub times: Vec<TimeReference>,
    /// What it says once the formatting is gone.
    pub shown: VisibleText,
}

/// Renders Markdown.
///
/// HTML in the text is shown as the text that it is. Pictures become links. Headings become
/// strong paragraphs, so that a comment never enters the outline of the page it stands on. A
/// spoiler is `<span class="spoiler" tabindex="0">`: style covers it until it is hovered or
/// focused, which needs no script, and a screen reader reads it in its place. Nesting that no
/// reader could follow is flattened. A text that takes far more work to parse than its length
/// explains is shown as it was typed.
pub fn render(text: &str) -> RenderedText {
    render_beside(text, &[])
}

/// Renders Markdown that stands beside `recordings`; beside none, it is [`render`].
///
/// A time or a span such as "3:48 – 4:01" becomes
/// `<a class="rj-time" href="#t=228,241" data-recording="ID" data-start="228" data-end="241">`,
/// and so does a link to an external player of one of the recordings that says from when to play.
/// Which time is one of a recording, and of which, is told at `times`; in code, in a link and behind
/// a backslash none is. The link has no name but its words: [`crate::with_time_labels`] adds one in
/// the language of whoever shows it, and [`crate::with_times_at`] is for where the page is not.
pub fn render_beside(text: &str, recordings: &[CitableRecording]) -> RenderedText {
    let arena = Arena::new();
    let Some(root) = parse(&arena, text) else {
        return rendered(paragraphs(text), Vec::new(), Vec::new());
    };
    let mut writer = HtmlWriter::new(TimeEdits::of(root, text, recordings));
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => writer.enter(node),
            NodeEdge::End(_) => writer.leave(),
        }
    }
    let RawHtml { html, links, times } = writer.written;
    if times.is_empty() {
        return rendered(sanitise(&html), links, times);
    }
    match sanitise_with_times(&html, &times) {
        Some(html) => rendered(html, links, times),
        None => render(text),
    }
}

fn rendered(html: SafeHtml, links: Vec<String>, times: Vec<TimeReference>) -> RenderedText {
    RenderedText {
        shown: VisibleText::of(&html),
        html,
        n_links: links.len(),
        links,
        times,
    }
}

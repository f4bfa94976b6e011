//! Files of oTranscribe, <https://github.com/oTranscribe/oTranscribe>: JSON that holds the HTML of its
//! editor, in which times are `<span class="timestamp" data-timestamp="12.3">0:12</span>`.
//!
//! Browsers have written that HTML, so it has one form: values in double quotes, `<` and `&` escaped.
//! It becomes plain text, and nothing of it is ever HTML again.

use crate::clock;
use crate::draft::TranscriptDraft;
use crate::format::Format;
use crate::formats::json::JsonFile;
use crate::formats::payload::unescape;
use crate::problem::TranscriptProblem;
use crate::tidy::RawCue;
use crate::warning::WarningKind;

pub(crate) fn recognises(file: &JsonFile<'_>) -> bool {
    let is_text = || file.get("text").is_some_and(|(_, text)| text.is_string());
    (file.has("media") || file.has("media-time")) && is_text()
}

pub(crate) fn read(
    file: &JsonFile<'_>,
    draft: &mut TranscriptDraft,
) -> Result<(), TranscriptProblem> {
    let format = Format::OTranscribe;
    let (line, text) = file
        .get("text")
        .ok_or(TranscriptProblem::NotOf { format })?;
    let html = text.as_str().ok_or(TranscriptProblem::NotOf { format })?;
    let mut editor = EditorReader {
        line,
        ..EditorReader::default()
    };
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        editor.say(before);
        let Some((tag, following)) = after.split_once('>') else {
            editor.say(&rest[before.len()..]);
            rest = "";
            break;
        };
        editor.tag(tag, draft);
        rest = following;
    }
    editor.say(rest);
    editor.end_cue(draft);
    if editor.has_styles {
        draft.warn(WarningKind::Styling, line);
    }
    Ok(())
}

#[derive(Default)]
struct EditorReader {
    /// The one line of the file in which all of the HTML stands.
    line: usize,
    /// The time of what follows; nothing before the first.
    start_ms: Option<i64>,
    text: String,
    /// How many elements are open within that of a time, it included; what it says is the time.
    n_in_time: usize,
    has_styles: bool,
}

impl EditorReader {
    fn say(&mut self, html: &str) {
        if self.n_in_time == 0 {
            // In HTML, an end of a line is a space.
            self.text += &unescape(&html.replace('\n', " "));
        }
    }

    fn tag(&mut self, tag: &str, draft: &mut TranscriptDraft) {
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        let is_end = tag.starts_with('/');
        if self.n_in_time > 0 {
            match (is_end, name) {
                (true, _) => self.n_in_time -= 1,
                (false, "br" | "img" | "wbr") => {}
                (false, _) => self.n_in_time += 1,
            }
        } else if let Some(time) = attribute(tag, "data-timestamp") {
            self.end_cue(draft);
            self.n_in_time = 1;
            let seconds = time.parse().ok().and_then(clock::of_seconds);
            match seconds.or_else(|| clock::whole(&time)) {
                Some(ms) => self.start_ms = Some(ms),
                None => draft.warn(WarningKind::NoTime, self.line),
            }
        } else {
            match tag.trim_matches('/').split([' ', '/']).next() {
                Some("p" | "div" | "br" | "li" | "ul" | "ol") => self.text.push('\n'),
                Some("b" | "i" | "u" | "em" | "strong" | "font") => self.has_styles = true,
                _ => {}
            }
        }
    }

    fn end_cue(&mut self, draft: &mut TranscriptDraft) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() && self.start_ms.is_none() {
            return;
        }
        if self.start_ms.is_none() {
            draft.warn(WarningKind::BeforeFirst, self.line);
        }
        draft.push_named(RawCue {
            line: self.line,
            start_ms: self.start_ms.unwrap_or(0),
            text,
            ..RawCue::default()
        });
    }
}

/// The value of an attribute in double quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(name)?;
    let (value, _) = after.strip_prefix("=\"")?.split_once('"')?;
    Some(unescape(value))
}

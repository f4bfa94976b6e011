//! The text of a WebVTT cue: voices, tags and character references.

use crate::clock;
use crate::warning::WarningKind;

/// What one voice says; nothing is cleaned.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct VoiceText {
    pub(crate) speaker: Option<String>,
    pub(crate) text: String,
}

/// What a cue says.
#[derive(Debug, Default)]
pub(crate) struct CuePayload {
    /// At least one.
    pub(crate) voices: Vec<VoiceText>,
    /// What of it is no text, each kind once.
    pub(crate) lost: Vec<WarningKind>,
    has_open_ruby: bool,
}

/// Reads the lines between the times of a cue and its end.
pub(crate) fn read(text: &str) -> CuePayload {
    let mut payload = CuePayload {
        voices: vec![VoiceText::default()],
        ..CuePayload::default()
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        payload.push(&unescape(before));
        let Some((tag, following)) = after.split_once('>') else {
            payload.push(&unescape(&rest[before.len()..]));
            rest = "";
            break;
        };
        if payload.tag(tag) {
            rest = following;
        } else {
            payload.push("<");
            rest = after;
        }
    }
    payload.push(&unescape(rest));
    payload.close_ruby();
    payload.finish()
}

/// `text` as it stands in a cue.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

impl CuePayload {
    fn push(&mut self, text: &str) {
        if let Some(voice) = self.voices.last_mut() {
            voice.text.push_str(text);
        }
    }

    fn lose(&mut self, what: WarningKind) {
        if !self.lost.contains(&what) {
            self.lost.push(what);
        }
    }

    /// Takes a tag; false if it is none, so that it is text.
    fn tag(&mut self, tag: &str) -> bool {
        let name_end = tag.find(['.', ' ', '\t', '\n']).unwrap_or(tag.len());
        let (name, rest) = tag.split_at(name_end);
        if rest.starts_with('.') && matches!(name, "v" | "lang" | "ruby" | "rt") {
            // A class; those of the others are lost with them.
            self.lose(WarningKind::Styling);
        }
        match name {
            "v" => self.voice(annotation(rest)),
            "/v" => self.voice(""),
            "c" | "b" | "i" | "u" | "/c" | "/b" | "/i" | "/u" => self.lose(WarningKind::Styling),
            "lang" | "/lang" => self.lose(WarningKind::LanguageSpan),
            "ruby" => self.lose(WarningKind::Ruby),
            "rt" if !self.has_open_ruby => {
                self.has_open_ruby = true;
                self.push("(");
            }
            "rt" => {}
            "/rt" | "/ruby" => self.close_ruby(),
            _ if clock::whole(tag).is_some() => self.lose(WarningKind::WordTimes),
            _ => return false,
        }
        true
    }

    fn voice(&mut self, name: &str) {
        let name = unescape(name);
        self.voices.push(VoiceText {
            speaker: (!name.trim().is_empty()).then_some(name),
            text: String::new(),
        });
    }

    fn close_ruby(&mut self) {
        if self.has_open_ruby {
            self.has_open_ruby = false;
            self.push(")");
        }
    }

    /// Leaves out voices that say nothing, unless none says anything.
    fn finish(mut self) -> Self {
        let is_silent = |voice: &VoiceText| voice.text.trim().is_empty();
        if self.voices.iter().all(is_silent) {
            self.voices.truncate(1);
        } else {
            self.voices.retain(|voice| !is_silent(voice));
        }
        if self.voices.len() > 1 {
            self.lose(WarningKind::Voices);
        }
        self
    }
}

/// What follows a tag's name and its classes.
fn annotation(rest: &str) -> &str {
    rest.split_once([' ', '\t', '\n'])
        .map_or("", |(_, name)| name)
}

/// How long a character reference may be, between `&` and `;`.
const MAX_REFERENCE: usize = 8;

/// `text` with its character references read; those that mean nothing stay as they are.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let name_end = after
            .bytes()
            .take(MAX_REFERENCE + 1)
            .position(|b| b == b';');
        let name = name_end.and_then(|end| after.get(..end));
        match name.and_then(character) {
            Some(c) => {
                out.push(c);
                rest = &after[name.map_or(0, str::len) + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = match hex {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => '\u{a0}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        "quot" => '"',
        "apos" => '\'',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        "shy" => '\u{ad}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, voices: &[(&str, &str)], lost: &[WarningKind]) {
        let payload = read(text);
        let said: Vec<(&str, &str)> = payload
            .voices
            .iter()
            .map(|voice| (voice.speaker.as_deref().unwrap_or(""), &*voice.text))
            .collect();
        assert_eq!(said, voices, "{text}");
        assert_eq!(payload.lost, lost, "{text}");
    }

    #[test]
    fn voices_are_speakers() {
        check("<v Ann>Hi", &[("Ann", "Hi")], &[]);
        check("<v Ann &amp; Bo>Hi</v>", &[("Ann & Bo", "Hi")], &[]);
        check(
            "<v.first.loud Esme Lee>Hi",
            &[("Esme Lee", "Hi")],
            &[WarningKind::Styling],
        );
        check("<v>Hi", &[("", "Hi")], &[]);
        check("<v\tAnn>Hi", &[("Ann", "Hi")], &[]);
        let both = [("Ann", "Hi\n"), ("Bo", "Ho")];
        check("<v Ann>Hi\n<v Bo>Ho", &both, &[WarningKind::Voices]);
        check(
            "<v Ann>Hi</v>!",
            &[("Ann", "Hi"), ("", "!")],
            &[WarningKind::Voices],
        );
        check("<v Ann></v>", &[("", "")], &[]);
    }

    #[test]
    fn tags_go_and_their_words_stay() {
        check(
            "<i>a</i> <b.x>b</b> <c.red>c</c>",
            &[("", "a b c")],
            &[WarningKind::Styling],
        );
        check(
            "<lang en-GB>a</lang>",
            &[("", "a")],
            &[WarningKind::LanguageSpan],
        );
        check(
            "a<00:00:01.000>b<00:02.000> c",
            &[("", "ab c")],
            &[WarningKind::WordTimes],
        );
        check(
            "<ruby>漢<rt>kan</rt>字<rt>ji</ruby>",
            &[("", "漢(kan)字(ji)")],
            &[WarningKind::Ruby],
        );
        check("<ruby>漢<rt>kan", &[("", "漢(kan)")], &[WarningKind::Ruby]);
    }

    #[test]
    fn what_is_no_tag_is_text() {
        check("I <3 you", &[("", "I <3 you")], &[]);
        check(
            "a < b <i>c > d",
            &[("", "a < b c > d")],
            &[WarningKind::Styling],
        );
        check("<laughs> &lt;i&gt;", &[("", "<laughs> <i>")], &[]);
        check(
            "1 &lt; 2 &amp;amp; &foo; & &#8211;&#x41;&#0;&nbsp;",
            &[("", "1 < 2 &amp; &foo; & –A\0\u{a0}")],
            &[],
        );
        check(
            "&; &#; &#xD800; &#99999999;",
            &[("", "&; &#; &#xD800; &#99999999;")],
            &[],
        );
        assert_eq!(escape("a<b>&amp; -->"), "a&lt;b&gt;&amp;amp; --&gt;");
    }
}

//! XML as exports really are, as a stream of steps: broken in small ways, read all the same.

use std::io::{BufRead as _, Read};

use memchr::{memchr, memmem};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::ReadError;
use crate::source::CleanText;

/// Elements inside each other; exports have six.
const MAX_DEPTH: usize = 64;
/// The longest text of an element that is kept; longer ones are cut.
const MAX_TEXT_BYTES: usize = 1 << 20;
/// So many bytes are looked at together where an element is passed over: what begins or ends something there
/// is shorter.
const AHEAD_BYTES: usize = 128;

/// What hides every mark inside it, by how it begins and ends.
const HIDING: [(&[u8], &[u8]); 2] = [(b"<![CDATA[", b"]]>"), (b"<!--", b"-->")];

/// What the reader came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step<'x> {
    /// An element begins, with its attribute `id`, whatever stands before that name.
    Start(&'x str, Option<String>),
    /// An element ends; this is all the text that stood in it, its children's apart.
    End(&'x str, &'x str),
    /// The file ends.
    Done,
}

pub(crate) struct Xml<R: Read> {
    reader: Reader<CleanText<R>>,
    buffer: Vec<u8>,
    open: Open,
    /// Ends that were missing in the file and are given before what follows.
    n_missing_ends: usize,
}

/// The elements that are open, with the text in each. What is closed stays behind them, so that its room is
/// used again.
#[derive(Default)]
struct Open {
    elements: Vec<(String, String)>,
    depth: usize,
}

impl Open {
    fn begin(&mut self, name: &str) {
        match self.elements.get_mut(self.depth) {
            Some((own, text)) => {
                own.clear();
                own.push_str(name);
                text.clear();
            }
            None => self.elements.push((name.to_owned(), String::new())),
        }
        self.depth += 1;
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Step<'_> {
        let id = id_of(start);
        self.begin(start.name().as_ref());
        Step::Start(&self.elements[self.depth - 1].0, id)
    }

    fn end(&mut self) -> Option<&(String, String)> {
        self.depth = self.depth.checked_sub(1)?;
        self.elements.get(self.depth)
    }

    /// How many elements are inside the innermost one with this name.
    fn n_inside(&self, name: &str) -> Option<usize> {
        let open = self.elements[..self.depth].iter().rev();
        open.into_iter().position(|(own, _)| own == name)
    }

    fn push(&mut self, more: &str) {
        let Some((_, text)) = self.elements[..self.depth].last_mut() else {
            return;
        };
        let room = MAX_TEXT_BYTES - text.len();
        text.push_str(&more[..more.floor_char_boundary(room)]);
    }
}

impl<R: Read> Xml<R> {
    pub(crate) fn new(source: R) -> Self {
        let mut reader = Reader::from_reader(CleanText::new(source));
        let config = reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
        Self {
            reader,
            buffer: Vec::new(),
            open: Open::default(),
            n_missing_ends: 0,
        }
    }

    /// Pass over the element that has just begun, in a fraction of the time that it takes to read it. Its end is
    /// the next step.
    pub(crate) fn skip(&mut self) -> Result<(), ReadError> {
        let (name, _) = &self.open.elements[self.open.depth - 1];
        let end = [b"</", name.as_bytes()].concat();
        if self.n_missing_ends > 0 || end.len() >= AHEAD_BYTES {
            return Ok(());
        }
        let mut until: Option<&[u8]> = None;
        loop {
            let ahead = self.reader.get_mut().ahead(AHEAD_BYTES)?;
            if ahead.is_empty() || (until.is_none() && is_tag(ahead, &end)) {
                return Ok(());
            }
            let n_passed = pass(ahead, &mut until);
            self.reader.stream().consume(n_passed);
        }
    }

    pub(crate) fn step(&mut self) -> Result<Step<'_>, ReadError> {
        if self.n_missing_ends > 0 {
            self.n_missing_ends -= 1;
            return Ok(self.end());
        }
        loop {
            self.buffer.clear();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(quick_xml::Error::Io(error)) => {
                    return Err(std::io::Error::new(error.kind(), error).into());
                }
                Err(error) => {
                    let at_byte = self.reader.error_position();
                    return Err(ReadError::Broken {
                        at_byte,
                        reason: error.to_string(),
                    });
                }
            };
            match event {
                Event::Start(_) | Event::Empty(_) if self.open.depth == MAX_DEPTH => {
                    let at_byte = self.reader.buffer_position();
                    let reason = format!("more than {MAX_DEPTH} elements inside each other");
                    return Err(ReadError::Broken { at_byte, reason });
                }
                Event::Start(start) => return Ok(self.open.start(&start)),
                Event::Empty(start) => {
                    self.n_missing_ends = 1;
                    return Ok(self.open.start(&start));
                }
                Event::End(end) => {
                    let name = end.name();
                    let name: &str = name.as_ref();
                    if let Some(n_inner) = self.open.n_inside(name.trim()) {
                        self.n_missing_ends = n_inner;
                        return Ok(self.end());
                    }
                }
                Event::Text(text) => self.open.push(&text.xml10_content()),
                Event::CData(text) => self.open.push(&text.xml10_content()),
                Event::GeneralRef(name) => self.open.push(&meaning(&name)),
                Event::Eof => {
                    return match self.open.end() {
                        Some((name, _)) => Err(ReadError::CutOff {
                            element: format!("<{name}>"),
                        }),
                        None => Ok(Step::Done),
                    };
                }
                _ => {}
            }
        }
    }

    fn end(&mut self) -> Step<'_> {
        match self.open.end() {
            Some((name, text)) => Step::End(name, text),
            None => Step::End("", ""),
        }
    }
}

/// How far `ahead` can be passed over at once, to where something may begin or end. `until` is what ends the
/// hiding that it stands in.
fn pass(ahead: &[u8], until: &mut Option<&'static [u8]>) -> usize {
    if let Some(end) = *until {
        if let Some(at) = memmem::find(ahead, end) {
            *until = None;
            return at + end.len();
        }
        // An end may be cut in two.
        return ahead.len().saturating_sub(end.len() - 1).max(1);
    }
    match memchr(b'<', ahead) {
        Some(0) => {
            let hiding = HIDING.iter().find(|(begin, _)| ahead.starts_with(begin));
            *until = hiding.map(|(_, end)| *end);
            hiding.map_or(1, |(begin, _)| begin.len())
        }
        at => at.unwrap_or(ahead.len()),
    }
}

/// Whether `ahead` begins with the tag that begins with `tag`, which has a name.
fn is_tag(ahead: &[u8], tag: &[u8]) -> bool {
    let after = ahead.strip_prefix(tag).and_then(<[u8]>::first);
    after.is_some_and(|after| *after == b'>' || after.is_ascii_whitespace())
}

fn id_of(start: &BytesStart<'_>) -> Option<String> {
    let is_id = |name: &str| name.rsplit(':').next() == Some("id");
    let found = start
        .attributes()
        .flatten()
        .find(|attribute| is_id(attribute.key.as_ref()))?;
    let value: &str = &found.value;
    Some(value.trim().to_owned())
}

/// The text that an entity stands for; one that nobody knows stands for itself.
fn meaning(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(char)) = name.resolve_char_ref() {
        return char.to_string();
    }
    let name: &str = name.as_ref();
    let char = match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        "nbsp" => "\u{a0}",
        _ => return format!("&{name};"),
    };
    char.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(xml: &str, expected: &str) {
        let mut xml = Xml::new(xml.as_bytes());
        let mut seen = String::new();
        loop {
            match xml.step() {
                Ok(Step::Start(name, None)) => seen.push_str(&format!("<{name}> ")),
                Ok(Step::Start(name, Some(id))) => seen.push_str(&format!("<{name} {id}> ")),
                Ok(Step::End(name, text)) => seen.push_str(&format!("{text:?}</{name}> ")),
                Ok(Step::Done) => break,
                Err(error) => {
                    seen.push_str(&format!("! {error}"));
                    break;
                }
            }
        }
        assert_eq!(seen.trim_end(), expected);
    }

    #[test]
    fn text_is_put_together_from_its_parts() {
        check(
            "<a>1 &lt; 2 &amp;&#38;&#x26; R&D &nope;</a>",
            r#"<a> "1 < 2 &&& R&D &nope;"</a>"#,
        );
        check(
            "<a><![CDATA[x ]]]]><![CDATA[> y]]></a>",
            r#"<a> "x ]]> y"</a>"#,
        );
        check(
            "<a>x<b>y</b>z<c/></a>",
            r#"<a> <b> "y"</b> <c> ""</c> "xz"</a>"#,
        );
        check(r#"<a x="1" dsq:id="2"/>"#, r#"<a 2> ""</a>"#);
        check(
            "<?xml version='1.0'?><!-- c --><!DOCTYPE a><a/>",
            r#"<a> ""</a>"#,
        );
    }

    #[test]
    fn small_breakage_is_lived_with() {
        check("<a><b>x</a>", r#"<a> <b> "x"</b> ""</a>"#);
        check("<a>x</b></a>", r#"<a> "x"</a>"#);
        check("`<a>x</a>", r#"<a> "x"</a>"#);
    }

    #[test]
    fn an_element_is_passed_over_up_to_its_own_end() {
        let long = "x<".repeat(AHEAD_BYTES);
        for inner in [
            "",
            "x",
            "<b>y</b>",
            "<b/></abc><b>",
            "<![CDATA[</a>]]]]><![CDATA[> </a>]]>",
            "<!-- </a> --><![CDATA[<!--]]>",
            "<![CDATA[]]>< a <",
            &format!("<![CDATA[{long}</a>]]>{long}<!--{long}</a>--->"),
        ] {
            for end in ["</a>", "</a\n>"] {
                let text = format!("<r><a>{inner}{end}<c>z</c></r>");
                let mut xml = Xml::new(text.as_bytes());
                while xml.step().unwrap() != Step::Start("a", None) {}
                xml.skip().unwrap();
                assert!(matches!(xml.step().unwrap(), Step::End("a", _)), "{text}");
                assert_eq!(xml.step().unwrap(), Step::Start("c", None), "{text}");
            }
        }
    }

    #[test]
    fn an_element_that_is_passed_over_may_be_empty_or_cut_off() {
        let mut xml = Xml::new(&b"<r><a/><c></r>"[..]);
        while xml.step().unwrap() != Step::Start("a", None) {}
        xml.skip().unwrap();
        assert_eq!(xml.step().unwrap(), Step::End("a", ""));
        assert_eq!(xml.step().unwrap(), Step::Start("c", None));
        xml.skip().unwrap();
        assert!(matches!(xml.step(), Err(ReadError::CutOff { .. })));
    }

    #[test]
    fn places_count_what_was_passed_over() {
        let text = format!("<r><a>{}</a><c><!x</r>", "<b>".repeat(1000));
        let mut xml = Xml::new(text.as_bytes());
        while xml.step().unwrap() != Step::Start("a", None) {}
        xml.skip().unwrap();
        let error = std::iter::repeat_with(|| xml.step().err()).find_map(|error| error);
        let Some(ReadError::Broken { at_byte, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(text.get(at_byte as usize..).unwrap(), "<!x</r>");
    }

    #[test]
    fn a_file_that_is_cut_off_is_no_whole_file() {
        check("<a><b>x", "<a> <b> ! the file ends in the middle of <b>");
        let deep = "<a>".repeat(100);
        let mut xml = Xml::new(deep.as_bytes());
        let error = std::iter::repeat_with(|| xml.step().err())
            .find_map(|error| error)
            .unwrap();
        assert!(error.to_string().contains("more than 64"), "{error}");
    }
}

//! Takes comments and needless space out of scripts and styles, and nothing else.
//!
//! Lines of a script stay lines wherever a statement might end there. What knows more of the language
//! than its words comes after it: `squeeze` and `mangle`.

/// `source` without comments, indentation and empty lines, and with `changed` for each string in it
/// that is to be another.
pub(crate) fn script(source: &str, changed: &dyn Fn(&str) -> Option<String>) -> String {
    let mut writer = Script {
        rest: source,
        out: String::with_capacity(source.len()),
        changed,
    };
    let mut gap = Gap::None;
    while let Some(c) = writer.rest.chars().next() {
        if c.is_whitespace() {
            writer.rest = &writer.rest[c.len_utf8()..];
            gap = gap.max(if c == '\n' { Gap::Line } else { Gap::Space });
        } else if let Some(length) = comment(writer.rest) {
            let is_long = writer.rest[..length].contains('\n');
            writer.rest = &writer.rest[length..];
            gap = gap.max(if is_long { Gap::Line } else { Gap::Space });
        } else {
            writer.bridge(gap, c);
            writer.token(c);
            gap = Gap::None;
        }
    }
    writer.out
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
}

struct Script<'a> {
    rest: &'a str,
    out: String,
    /// What is to stand for a string, without its quotation marks.
    changed: &'a dyn Fn(&str) -> Option<String>,
}

impl Script<'_> {
    /// Write as much of a gap before `next` as the language needs.
    fn bridge(&mut self, gap: Gap, next: char) {
        let Some(last) = self.out.chars().next_back() else {
            return;
        };
        let is_step = self.out.ends_with("++") || self.out.ends_with("--");
        match gap {
            Gap::None => {}
            Gap::Line if "{([,;:?=&|<>+-*%^~!.".contains(last) && !is_step => {}
            Gap::Line if "})],;.?:=&|".contains(next) => {}
            Gap::Line => self.out.push('\n'),
            Gap::Space if is_word(last) && is_word(next) => self.out.push(' '),
            Gap::Space if last == next && "+-/".contains(next) => self.out.push(' '),
            Gap::Space => {}
        }
    }

    fn token(&mut self, first: char) {
        let length = match first {
            '"' | '\'' => quoted(self.rest, first),
            '`' => template(self.rest),
            '/' if may_start_expression(&self.out) => regular_expression(self.rest),
            c if is_word(c) => self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len()),
            c => c.len_utf8(),
        };
        let (token, rest) = self.rest.split_at(length);
        let quoted = token
            .strip_prefix(['"', '\'', '`'])
            .and_then(|text| text.strip_suffix(first));
        match quoted.and_then(self.changed) {
            Some(changed) => self.out.extend([&token[..1], &changed, &token[..1]]),
            None => self.out.push_str(token),
        }
        self.rest = rest;
    }
}

/// Whether what comes after `before` starts a value, so that a slash is not a division.
pub(crate) fn may_start_expression(before: &str) -> bool {
    let before = before.trim_end();
    let Some(last) = before.chars().next_back() else {
        return true;
    };
    if !is_word(last) {
        return !")]\"'`".contains(last);
    }
    let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
    [
        "return", "typeof", "case", "in", "of", "do", "else", "void", "throw", "await", "yield",
    ]
    .contains(&word)
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#') || !c.is_ascii()
}

/// The length of the comment that `text` starts with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let body = text.strip_prefix("/*")?;
    Some(body.find("*/").map_or(text.len(), |end| end + 4))
}

pub(crate) fn quoted(text: &str, quote: char) -> usize {
    ends(text, |c, _| c == quote)
}

pub(crate) fn regular_expression(text: &str) -> usize {
    let mut is_in_class = false;
    ends(text, |c, _| {
        match c {
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            _ => {}
        }
        c == '/' && !is_in_class
    })
}

/// The length up to the character that `is_end` takes for the end, past what is escaped.
fn ends(text: &str, mut is_end: impl FnMut(char, usize) -> bool) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if is_end(c, at) {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// The length of a template literal, with the expressions in it.
fn template(text: &str) -> usize {
    let mut at = template_text(text);
    while text[..at].ends_with("${") {
        at += expression(&text[at..]);
        at += template_text(&text[at..]);
    }
    at
}

/// The length of a template's text from its backtick, or from the `}` of an expression in it, to the next
/// expression's `${` or to the end.
pub(crate) fn template_text(text: &str) -> usize {
    let mut at = 1;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '\\' => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '`' => return at + 1,
            '$' if text[at..].starts_with("${") => return at + 2,
            c => at += c.len_utf8(),
        }
    }
    text.len()
}

/// The length of the expression that `text` starts with, up to the `}` that is not its own.
fn expression(text: &str) -> usize {
    let mut at = 0;
    let mut depth = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '"' | '\'' => at += quoted(&text[at..], c),
            '`' => at += template(&text[at..]),
            '{' => (depth, at) = (depth + 1, at + 1),
            '}' if depth == 0 => return at,
            '}' => (depth, at) = (depth - 1, at + 1),
            c => at += c.len_utf8(),
        }
    }
    text.len()
}

/// `source` without comments and needless space.
pub(crate) fn style(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut is_spaced = false;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            is_spaced = true;
            rest = &rest[c.len_utf8()..];
        } else if rest.starts_with("/*") {
            is_spaced = true;
            rest = &rest[comment(rest).unwrap_or(rest.len())..];
        } else {
            let last = out.chars().next_back().unwrap_or('{');
            if is_spaced && !"{};,>:".contains(last) && !"{};,>".contains(c) {
                out.push(' ');
            }
            if c == '}' && last == ';' {
                out.pop();
            }
            is_spaced = false;
            let length = if "\"'".contains(c) {
                quoted(rest, c)
            } else {
                c.len_utf8()
            };
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(source: &str) -> String {
        super::script(source, &|_| None)
    }

    #[test]
    fn comments_and_indentation_go() {
        let source = "/** Doc. */\nexport function a(b) {\n  // Why.\n  return b + 1;\n}\n\nlet c = 1\nlet d = 2\n";
        assert_eq!(
            script(source),
            "export function a(b){return b+1;}\nlet c=1\nlet d=2"
        );
    }

    #[test]
    fn text_that_looks_like_a_comment_stays() {
        for source in [
            r#"a("http://x/*y*/");"#,
            "a('//');",
            "a(`//  ${b ? `/* ${c} */` : '}'}  x`);",
            r#"a=/\/\*[/"*]/g;"#,
            "return/ {2}'/.test(a)",
        ] {
            assert_eq!(script(source), source);
        }
    }

    #[test]
    fn a_division_is_not_a_regular_expression() {
        assert_eq!(script("a = b / 2; // c / d"), "a=b/2;");
        assert_eq!(script("(a) / b / 'c // d'"), "(a)/b/'c // d'");
    }

    #[test]
    fn a_line_that_might_end_a_statement_stays_one() {
        assert_eq!(script("a++\nb\n(c)"), "a++\nb\n(c)");
        assert_eq!(script("return\n/* a\nb */x"), "return\nx");
        assert_eq!(script("a + +b - -c"), "a+ +b- -c");
    }

    #[test]
    fn a_string_is_changed_as_a_whole_or_not_at_all() {
        let source = r#"import('./a.js'); q('[src*="/./a.js"]'); r = /'.\/a.js'/; `${b}./a.js`"#;
        let changed = super::script(source, &|text| (text == "./a.js").then(|| "z".to_owned()));
        assert_eq!(
            changed,
            r#"import('z');q('[src*="/./a.js"]');r=/'.\/a.js'/;`${b}./a.js`"#
        );
    }

    #[test]
    fn a_style_keeps_the_space_that_means_something() {
        let source = ".a  .b > c:hover ,\n d {\n  /* why */ width : calc(1px + 2px);\n  content: \"a  b\";\n}\n";
        assert_eq!(
            style(source),
            ".a .b>c:hover,d{width :calc(1px + 2px);content:\"a  b\"}"
        );
        assert_eq!(
            style("a :is(b) { margin: 0 1px; }"),
            "a :is(b){margin:0 1px}"
        );
    }
}

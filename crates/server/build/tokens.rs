//! A minified script as its tokens, each with the brackets that it stands in.

use std::collections::BTreeSet;

use super::minify;

pub(crate) struct Tokens<'s> {
    all: Vec<Token<'s>>,
    words: BTreeSet<&'s str>,
}

struct Token<'s> {
    start: usize,
    text: &'s str,
    /// The bracket that it stands in.
    within: Option<usize>,
    /// The bracket that it closes.
    opened: Option<usize>,
    /// Of an opening bracket: where it ends, and what it holds.
    end: Option<usize>,
    brace: Option<Brace>,
    begins_line: bool,
}

/// What stands between `{` and `}`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brace {
    Statements,
    /// A value or a pattern.
    Object,
    Class,
    /// What is imported or exported.
    Names,
}

/// The tokens of `source`; a template's text is one, and so is each part between its expressions.
pub(crate) fn tokens(source: &str) -> Tokens<'_> {
    let mut tokens = Tokens {
        all: Vec::new(),
        words: BTreeSet::new(),
    };
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut begins_line = true;
    while let Some(c) = source[at..].chars().next() {
        if c.is_whitespace() {
            begins_line |= c == '\n';
            at += c.len_utf8();
            continue;
        }
        let rest = &source[at..];
        let in_template = c == '}'
            && open
                .last()
                .is_some_and(|open| tokens.text(*open).starts_with(['`', '}']));
        let length = match c {
            '`' => minify::template_text(rest),
            '}' if in_template => minify::template_text(rest),
            '"' | '\'' => minify::quoted(rest, c),
            '/' if minify::may_start_expression(tokens.last_text()) => {
                minify::regular_expression(rest)
            }
            c if minify::is_word(c) => rest.find(|c| !minify::is_word(c)).unwrap_or(rest.len()),
            _ => ["...", "=>", "?."]
                .into_iter()
                .find(|mark| rest.starts_with(mark))
                .map_or(c.len_utf8(), str::len),
        };
        let text = &rest[..length];
        let here = tokens.all.len();
        let opened = if ")]}".contains(c) { open.pop() } else { None };
        if let Some(token) = opened.and_then(|opened| tokens.all.get_mut(opened)) {
            token.end = Some(here);
        }
        let brace = (c == '{').then(|| tokens.next_brace());
        let within = open.last().copied();
        if matches!(c, '(' | '[' | '{') || "`}".contains(c) && text.ends_with("${") {
            open.push(here);
        }
        if minify::is_word(c) {
            tokens.words.insert(text);
        }
        tokens.all.push(Token {
            start: at,
            text,
            within,
            opened,
            end: None,
            brace,
            begins_line,
        });
        begins_line = false;
        at += length;
    }
    tokens
}

impl<'s> Tokens<'s> {
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The text of a token, nothing where there is none.
    pub(crate) fn text(&self, at: usize) -> &'s str {
        self.all.get(at).map_or("", |token| token.text)
    }

    /// The text of the token before.
    pub(crate) fn before(&self, at: usize) -> &'s str {
        at.checked_sub(1).map_or("", |at| self.text(at))
    }

    pub(crate) fn start(&self, at: usize) -> usize {
        self.all.get(at).map_or(0, |token| token.start)
    }

    pub(crate) fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Whether the token is a word, and no member's name.
    pub(crate) fn is_word(&self, at: usize) -> bool {
        !matches!(self.before(at), "." | "?.") && self.text(at + 1) != ":"
    }

    /// Whether the token is a word that could be a name's.
    pub(crate) fn is_name(&self, at: usize) -> bool {
        let text = self.text(at);
        text.starts_with(|c| minify::is_word(c) && !char::is_numeric(c)) && !is_keyword(text)
    }

    pub(crate) fn begins_line(&self, at: usize) -> bool {
        self.all.get(at).is_some_and(|token| token.begins_line)
    }

    /// What the brace at `at` holds.
    pub(crate) fn brace(&self, at: usize) -> Option<Brace> {
        self.all.get(at)?.brace
    }

    /// What the innermost bracket around the token holds, if it is a brace.
    pub(crate) fn brace_around(&self, at: usize) -> Option<Brace> {
        self.brace(self.within(at)?)
    }

    /// Where the bracket at `at` is closed.
    pub(crate) fn end(&self, at: usize) -> Option<usize> {
        self.all.get(at)?.end
    }

    /// Whether the token closes a bracket.
    pub(crate) fn closes(&self, at: usize) -> bool {
        self.text(at).starts_with(['}', ')', ']'])
    }

    /// The bracket that the token stands in.
    pub(crate) fn within(&self, at: usize) -> Option<usize> {
        self.all.get(at)?.within
    }

    /// Where the bracket was opened that is closed at `at`.
    pub(crate) fn start_of(&self, at: usize) -> Option<usize> {
        self.all.get(at)?.opened
    }

    /// The token that follows, past all that is in brackets if it opens some.
    pub(crate) fn after(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(end) = self.end(at) {
            at = end;
        }
        at + 1
    }

    fn last_text(&self) -> &'s str {
        self.before(self.all.len())
    }

    /// What a brace that comes next would hold.
    fn next_brace(&self) -> Brace {
        let last = self.all.len();
        match self.last_text() {
            "" | ")" | "=>" | ";" | "{" | "}" | "else" | "try" | "catch" | "finally" | "do" => {
                Brace::Statements
            }
            "import" | "export" => Brace::Names,
            "class" => Brace::Class,
            _ if last > 1 && matches!(self.before(last - 1), "class" | "extends") => Brace::Class,
            _ => Brace::Object,
        }
    }
}

/// Whether a word may not be a name's.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// What no name may be: keywords, those of the future, and what is one in some places.
const KEYWORDS: [&str; 57] = [
    "arguments",
    "as",
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "constructor",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "of",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "set",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "using",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

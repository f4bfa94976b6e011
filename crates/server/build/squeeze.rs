//! Says in a minified script the same in less: what the language does not need goes, and of two ways
//! to write a thing each script has the same one, which compresses better.

use super::tokens::{Brace, Tokens, tokens};

/// `script`, which is minified, in less.
pub(crate) fn squeeze(script: &str) -> String {
    let all = tokens(script);
    let mut texts: Vec<&str> = (0..all.len()).map(|at| all.text(at)).collect();
    for at in 0..all.len() {
        match all.text(at) {
            "(" => without_parentheses(&all, at, &mut texts),
            "[" => as_a_member(&all, at, &mut texts),
            ";" if all.text(at + 1) == "}" && !is_empty(&all, at) => texts[at] = "",
            "let" | "const" if all.is_word(at) => with_the_next(&all, at, &mut texts),
            _ => {}
        }
    }
    let mut out = String::with_capacity(script.len());
    let mut last = 0;
    for (at, text) in texts.into_iter().enumerate() {
        let gap = &script[last..all.start(at)];
        last = all.start(at) + all.text(at).len();
        let is_needed = !(all.begins_line(at) && ends_statement(&all, at));
        if is_needed && !out.ends_with(',') {
            out.push_str(gap);
        }
        out.push_str(text);
    }
    out
}

/// Leave out the parentheses from `at` on if they hold a name with members of it: only what says its
/// type needed them.
fn without_parentheses<'s>(all: &Tokens<'s>, at: usize, texts: &mut [&'s str]) {
    if let Some(end) = all.end(at).filter(|end| is_needless(all, at, *end)) {
        (texts[at], texts[end]) = ("", "");
    }
}

/// Write `a['b']` as `a.b`.
fn as_a_member<'s>(all: &Tokens<'s>, at: usize, texts: &mut [&'s str]) {
    let before = all.before(at);
    let is_of_something = at > 0 && all.is_name(at - 1) || matches!(before, ")" | "]");
    let name = all.text(at + 1);
    let inner = name
        .strip_prefix('\'')
        .and_then(|name| name.strip_suffix('\''));
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if let Some(inner) = inner.filter(|inner| is_name(inner))
        && is_of_something
        && all.end(at) == Some(at + 2)
    {
        (texts[at], texts[at + 1], texts[at + 2]) = (".", inner, "");
    }
}

/// Declare in one statement what is declared in two, and all of it with `let`.
fn with_the_next<'s>(all: &Tokens<'s>, at: usize, texts: &mut [&'s str]) {
    if !texts[at].is_empty() {
        texts[at] = "let";
    }
    let mut end = at;
    while end < all.len() && !matches!(all.text(end), ";" | ")" | "}") {
        end = all.after(end);
    }
    let is_in_braces = all.within(at).is_none_or(|open| all.text(open) == "{");
    if all.text(end) == ";"
        && matches!(all.text(end + 1), "let" | "const")
        && is_in_braces
        && all.before(at) != "export"
    {
        (texts[end], texts[end + 1]) = (",", "");
    }
}

/// Whether the parentheses from `at` to `end` hold a name with members of it, and call nothing.
fn is_needless(all: &Tokens<'_>, at: usize, end: usize) -> bool {
    let before = all.before(at);
    let may_stand_alone = matches!(
        before,
        "" | "=" | "(" | "," | ":" | "?" | "[" | "{" | ";" | "!" | "&" | "|" | "=>" | "..."
    );
    let is_followed = matches!(all.text(end + 1), "." | "?." | "[" | "(" | "=>" | "{");
    let mut inner = at + 1;
    if all.text(at) != "(" || !may_stand_alone || !all.is_name(inner) && all.text(inner) != "this" {
        return false;
    }
    while inner < end {
        let is_part = match all.text(inner) {
            "." => true,
            "?." => !is_followed,
            "(" | "[" => inner > at + 1,
            _ => all.is_name(inner) || all.text(inner) == "this",
        };
        if !is_part {
            return false;
        }
        inner = all.after(inner);
    }
    all.text(end + 1) != "=>" && all.text(end + 1) != "{"
}

/// Whether the `;` at `at` is a statement itself: `while(a);`.
fn is_empty(all: &Tokens<'_>, at: usize) -> bool {
    let opened = at.checked_sub(1).and_then(|close| all.start_of(close));
    opened.is_some_and(|open| matches!(all.before(open), "if" | "for" | "while"))
}

/// Whether a statement has ended with the brace before `at`.
fn ends_statement(all: &Tokens<'_>, at: usize) -> bool {
    let opened = at.checked_sub(1).and_then(|close| all.start_of(close));
    opened
        .and_then(|open| all.brace(open))
        .is_some_and(|brace| matches!(brace, Brace::Statements | Brace::Class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(squeeze(source), expected);
    }

    #[test]
    fn the_last_semicolon_in_braces_goes_unless_it_is_a_statement() {
        check("if(a){b();}\nc;", "if(a){b()}c;");
        check("if(a){while(b());}", "if(a){while(b());}");
    }

    #[test]
    fn what_is_declared_in_a_row_is_declared_at_once() {
        check("const a=1;let[b]=c;const{d}=e;f", "let a=1,[b]=c,{d}=e;f");
        check("export const a=1;const b=2", "export let a=1;let b=2");
        check(
            "for(const a of b){let c=1;}let d",
            "for(let a of b){let c=1}let d",
        );
        check("a.const;let b", "a.const;let b");
    }

    #[test]
    fn a_member_is_called_by_its_name() {
        check("a['b'].c()['d']", "a.b.c().d");
        for kept in ["a['b-c']", "f(['a'])", "return['a']", "of['a','b']"] {
            check(kept, kept);
        }
    }

    #[test]
    fn a_line_ends_where_a_value_may() {
        check("let a={}\nb()", "let a={}\nb()");
        check(
            "class A{b;\nc(){}\nd(){}}\nlet e",
            "class A{b;\nc(){}d(){}}let e",
        );
    }

    #[test]
    fn parentheses_that_say_a_type_go() {
        check(
            "let a=(b.c());f((d?.e),(this).g)",
            "let a=b.c();f(d?.e,this.g)",
        );
        for kept in [
            "(a?.b).c",
            "f((a)=>a)",
            "(a+b).c",
            "new(a)",
            "return(a)",
            "f(a)(b)",
            "(await a).b",
            "f=(a)=>a",
        ] {
            check(kept, kept);
        }
    }
}

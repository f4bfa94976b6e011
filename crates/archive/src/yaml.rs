//! YAML as far as programs write flat records in it: a mapping of names to scalars, in any of the styles
//! of scalars. What stands deeper is kept as text, so that its name is there.

/// The members of a mapping, and the text that stands behind it.
type Mapping = (Vec<(String, String)>, Option<String>);

/// The members of the mapping in `text`, and what stands behind a second `---`, where there is one.
/// `None` where it is no such mapping.
pub(crate) fn mapping(text: &str) -> Option<Mapping> {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    let mut members = Vec::new();
    let mut is_begun = false;
    while at < lines.len() {
        let line = lines[at];
        if line.trim_end() == "---" || line.trim_end() == "..." {
            at += 1;
            if is_begun || !members.is_empty() {
                let rest = lines[at..].join("\n");
                return Some((members, Some(rest)));
            }
            is_begun = true;
            continue;
        }
        if line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with('%') {
            at += 1;
            continue;
        }
        let (name, value) = member(line)?;
        at += 1;
        let below = lines[at..]
            .iter()
            .take_while(|line| line.is_empty() || line.starts_with([' ', '\t']))
            .count();
        let below = &lines[at..at + below];
        let (value, n_used) = scalar(value, below)?;
        at += n_used;
        members.push((name, value));
    }
    (!members.is_empty()).then_some((members, None))
}

/// `name: value` at the start of a line.
fn member(line: &str) -> Option<(String, &str)> {
    if line.starts_with([' ', '\t', '-', '{', '[']) {
        return None;
    }
    for quote in ['"', '\''] {
        if let Some(rest) = line.strip_prefix(quote) {
            let (name, rest) = rest.split_once(quote)?;
            let value = rest.trim_start().strip_prefix(':')?;
            return Some((name.to_owned(), value.trim()));
        }
    }
    let (name, value) = match line.split_once(": ") {
        Some(parts) => parts,
        None => (line.trim_end().strip_suffix(':')?, ""),
    };
    Some((name.trim().to_owned(), value.trim()))
}

/// A scalar that begins with `first` and may go on in the lines `below`, and how many of them it takes.
fn scalar(first: &str, below: &[&str]) -> Option<(String, usize)> {
    let mut chars = first.chars();
    match chars.next() {
        Some(style @ ('|' | '>')) => {
            let header = without_comment(chars.as_str());
            Some((block(below, style == '>', header), below.len()))
        }
        Some(quote @ ('"' | '\'')) => quoted(quote, chars.as_str(), below),
        _ => {
            let mut value = without_comment(first).to_owned();
            // A plain scalar goes on in lines that stand further in.
            for line in below {
                match line.trim() {
                    "" if value.is_empty() => {}
                    "" => value.push('\n'),
                    part => {
                        if !value.is_empty() && !value.ends_with('\n') {
                            value.push(' ');
                        }
                        value.push_str(without_comment(part));
                    }
                }
            }
            let value = value.trim_end();
            let is_null = matches!(value, "~" | "null" | "Null" | "NULL");
            let value = if is_null { "" } else { value };
            Some((value.to_owned(), below.len()))
        }
    }
}

fn without_comment(text: &str) -> &str {
    let text = match text.find(" #") {
        Some(at) => &text[..at],
        None if text.starts_with('#') => "",
        None => text,
    };
    text.trim()
}

/// `|` keeps its lines, `>` folds them; `-` takes the last newline away, `+` keeps all.
fn block(below: &[&str], is_folded: bool, header: &str) -> String {
    let given: Option<usize> = header
        .chars()
        .find_map(|char| char.to_digit(10))
        .and_then(|digit| usize::try_from(digit).ok());
    let width = |line: &&str| line.len() - line.trim_start_matches(' ').len();
    let own = below.iter().find(|line| !line.trim().is_empty()).map(width);
    let indent = given.or(own).unwrap_or(0);
    let lines: Vec<&str> = below
        .iter()
        .map(|line| line.get(indent.min(width(line))..).unwrap_or_default())
        .collect();
    let text = match is_folded {
        true => folded(&lines),
        false => lines.join("\n"),
    };
    match header.chars().find(|char| matches!(char, '-' | '+')) {
        Some('+') => format!("{text}\n"),
        Some(_) => text.trim_end_matches('\n').to_owned(),
        None => match text.trim_end_matches('\n') {
            "" => String::new(),
            text => format!("{text}\n"),
        },
    }
}

/// Lines that follow each other are one; an empty one is a newline, and what stands further in stays.
fn folded(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut n_empty = 0;
    let mut was_further = false;
    for line in lines {
        if line.trim().is_empty() {
            n_empty += 1;
            continue;
        }
        let is_further = line.starts_with([' ', '\t']);
        if !text.is_empty() {
            let joins = n_empty == 0 && !is_further && !was_further;
            match joins {
                true => text.push(' '),
                false => {
                    let kept = usize::from(is_further || was_further || n_empty == 0);
                    text.push_str(&"\n".repeat(n_empty + kept));
                }
            }
        }
        text.push_str(line);
        n_empty = 0;
        was_further = is_further;
    }
    text
}

/// A quoted scalar, in which the ends of lines are folded.
fn quoted(quote: char, first: &str, below: &[&str]) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut line = first;
    let mut n_used = 0;
    loop {
        if let Some(end) = unquote(quote, line, &mut value) {
            let rest = without_comment(end);
            return rest.is_empty().then_some((value, n_used));
        }
        let mut n_empty = 0;
        loop {
            line = below.get(n_used)?.trim();
            n_used += 1;
            if !line.is_empty() {
                break;
            }
            n_empty += 1;
        }
        // A backslash at the end of a line joins it with the next.
        match value.ends_with('\\') && quote == '"' {
            true => drop(value.pop()),
            false if n_empty > 0 => value.push_str(&"\n".repeat(n_empty)),
            false => value.push(' '),
        }
    }
}

/// Reads into `value`; the rest of the line where the quotation ends in it.
fn unquote<'l>(quote: char, line: &'l str, value: &mut String) -> Option<&'l str> {
    let mut chars = line.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                value.push('\'');
            }
            char if char == quote => return Some(&line[at + 1..]),
            '\\' if quote == '"' => match chars.next() {
                None => value.push('\\'),
                Some((_, escape)) => value.push(escaped(escape, &mut chars)),
            },
            char => value.push(char),
        }
    }
    let n_trimmed = value.trim_end().len();
    value.truncate(n_trimmed);
    None
}

fn escaped(escape: char, chars: &mut impl Iterator<Item = (usize, char)>) -> char {
    let n_digits = match escape {
        'n' => return '\n',
        't' => return '\t',
        'r' => return '\r',
        '0' => return '\0',
        'N' => return '\u{85}',
        '_' => return '\u{a0}',
        'x' => 2,
        'u' => 4,
        'U' => 8,
        other => return other,
    };
    let digits: String = chars
        .by_ref()
        .take(n_digits)
        .map(|(_, digit)| digit)
        .collect();
    let code = u32::from_str_radix(&digits, 16).ok();
    code.and_then(char::from_u32).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = mapping(text).map(|(members, _)| members);
        let expected = expected.iter();
        let expected = expected.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        assert_eq!(found, Some(expected.collect()), "{text}");
    }

    #[test]
    fn scalars_are_read_in_every_style() {
        check(
            "_id: a1\nname: 'Ann''s'\nemail: \"a\\u00e9\\n\\\"b\\\"\"\nurl:\nn: 12 # a note\nx: ~\n",
            &[
                ("_id", "a1"),
                ("name", "Ann's"),
                ("email", "aé\n\"b\""),
                ("url", ""),
                ("n", "12"),
                ("x", ""),
            ],
        );
        check(
            "---\na: |\n  one\n\n    two\nb: |-\n  three\nc: >-\n  four\n  five\n\n  six\nd: last\n",
            &[
                ("a", "one\n\n  two\n"),
                ("b", "three"),
                ("c", "four five\nsix"),
                ("d", "last"),
            ],
        );
        check(
            "a: one\n  two\nb: \"one\n\n  two\"\n'c': x: y\n",
            &[("a", "one two"), ("b", "one\ntwo"), ("c", "x: y")],
        );
        check(
            "date: 2016-08-11T19:33:25.928Z\n",
            &[("date", "2016-08-11T19:33:25.928Z")],
        );
    }

    #[test]
    fn what_stands_behind_the_mapping_is_given_apart() {
        let (members, rest) = mapping("---\nname: Ann\n---\nA text\n\nwith lines\n").unwrap();
        assert_eq!(members, [("name".to_owned(), "Ann".to_owned())]);
        assert_eq!(rest.as_deref(), Some("A text\n\nwith lines"));
    }

    #[test]
    fn what_is_no_mapping_is_none() {
        for text in [
            "",
            "- a\n- b",
            "just a line",
            "a: \"never ends",
            "[1, 2]",
            "{\"a\": 1}",
        ] {
            assert_eq!(mapping(text), None, "{text}");
        }
    }
}

//! Every sentence that a person reads comes from the catalogue of texts: none stands in a template, in
//! what renders, or in a script.

use std::fs;

use crate::command::root;
use crate::source::{files, scripts, without_tests};

/// What stands in code all the same: names, which are the same in every language, and the one sentence of
/// a loader that has nothing to read a text from.
const KNOWN: [&str; 6] = [
    "Google",
    "GitLab",
    "Microsoft",
    "Keycloak",
    "Authentik",
    "The comments could not be loaded.",
];

/// What is shown as one types it.
const TYPED: [&str; 4] = ["code", "kbd", "pre", "samp"];

/// Attributes that are read to people.
const SAID: [&str; 4] = ["alt", "aria-label", "placeholder", "title"];

#[test]
fn no_template_says_anything_of_its_own() {
    let folder = root().join("crates/render/templates");
    let templates = files(&folder, "html");
    assert!(templates.len() > 40, "{}", templates.len());
    let said = templates.iter().flat_map(|path| {
        let html = without_template_syntax(&fs::read_to_string(path).unwrap());
        let words = said(&html).into_iter();
        words.map(move |words| format!("{}: {words}", path.display()))
    });
    assert_eq!(said.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn no_sentence_that_a_reader_sees_stands_in_code() {
    let scripts = scripts()
        .into_iter()
        .map(|path| (path, ['\'', '`'].as_slice()));
    let render = files(&root().join("crates/render/src"), "rs").into_iter();
    let render = render.map(|path| (path, ['"'].as_slice()));
    let code: Vec<_> = scripts.chain(render).collect();
    assert!(code.len() > 100, "{}", code.len());
    let sentences = code.iter().flat_map(|(path, quotes)| {
        let text = fs::read_to_string(path).unwrap();
        let found = literals(without_tests(&text), quotes).into_iter();
        let found = found.filter(|text| is_sentence(text) && !KNOWN.contains(&text.trim()));
        found.map(move |text| format!("{}: {text}", path.display()))
    });
    assert_eq!(sentences.collect::<Vec<_>>(), Vec::<String>::new());
}

/// A template without what is between `{` and `}`: the catalogue's texts, and values.
fn without_template_syntax(template: &str) -> String {
    let mut html = String::new();
    let mut rest = template;
    while let Some(start) = rest.find(['{']) {
        let end = match rest[start + 1..].chars().next() {
            Some('{') => "}}",
            Some('%') => "%}",
            Some('#') => "#}",
            _ => "{",
        };
        html.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        rest = after.split_once(end).map_or("", |(_, rest)| rest);
    }
    html + rest
}

/// What HTML says: the words between its tags, and in the attributes that are read out.
fn said(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut typed: Option<&str> = None;
    for piece in html.split('<').skip(1) {
        let Some((tag, text)) = piece.split_once('>') else {
            continue;
        };
        let name = tag
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '/')
            .next()
            .unwrap_or_default();
        match TYPED
            .iter()
            .find(|own| name.trim_start_matches('/') == **own)
        {
            Some(own) if name.starts_with('/') => typed = typed.filter(|open| open != own),
            Some(own) => typed = typed.or(Some(own)),
            None => {}
        }
        for attribute in SAID {
            let value = tag.split_once(&format!(" {attribute}=\""));
            found.extend(
                value
                    .and_then(|(_, rest)| rest.split('"').next())
                    .map(str::to_owned),
            );
        }
        if typed.is_none() {
            found.push(without_entities(text));
        }
    }
    let words = found.iter().flat_map(|text| text.split_whitespace());
    let words = words.flat_map(|word| {
        let is_address = word.contains("://") || word.trim_end_matches('.').contains('.');
        let word = if is_address { "" } else { word };
        word.split(|c: char| !c.is_alphabetic())
    });
    words
        .filter(|word| word.chars().count() > 1 && !KNOWN.contains(word))
        .map(str::to_owned)
        .collect()
}

/// `text` without what stands between `&` and `;`.
fn without_entities(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push(' ');
        plain.push_str(part.split_once(';').map_or(part, |(_, rest)| rest));
    }
    plain
}

/// The texts between `quotes` in code, outside comments.
fn literals(code: &str, quotes: &[char]) -> Vec<String> {
    let mut found = Vec::new();
    let lines = code.lines().map(str::trim_start);
    let lines = lines.filter(|line| {
        !["//", "*", "/*"]
            .iter()
            .any(|start| line.starts_with(start))
    });
    let code = lines.collect::<Vec<_>>().join("\n");
    let mut chars = code.chars();
    while let Some(quote) = chars.find(|c| quotes.contains(c)) {
        let mut text = String::new();
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                c if c == quote => break,
                c => text.push(c),
            }
        }
        found.push(text);
    }
    found
}

/// Whether three words stand beside each other, apart from HTML and from what is filled in.
fn is_sentence(text: &str) -> bool {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '<' | '{' => depth += 1,
            '>' | '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let is_word = |word: &&str| {
        let word = word.trim_end_matches(['.', '!', '?', ':']);
        word.len() > 1 && word.chars().all(char::is_alphabetic)
    };
    let mut n_words = 0;
    plain.split(' ').any(|word| {
        n_words = if is_word(&word) { n_words + 1 } else { 0 };
        n_words == 3
    })
}

#[test]
fn what_a_template_says_is_found_and_what_it_shows_as_typed_is_not() {
    let html = without_template_syntax(
        "<p title=\"Read me\">{{ text }} Hello&nbsp;<code>cargo run</code> Google {% if x %}you{% endif %}",
    );
    assert_eq!(said(&html), ["Read", "me", "Hello", "you"]);
}

#[test]
fn a_sentence_is_three_words_in_a_row() {
    let code =
        "// say 'it is here'\ncall('it is here', 'a.b.c', 'no', `<p class=\"a b c\">${one} two`)";
    let found = literals(code, &['\'', '`']);
    assert_eq!(found.len(), 4, "{found:?}");
    let sentences: Vec<_> = found.iter().filter(|text| is_sentence(text)).collect();
    assert_eq!(sentences, ["it is here"]);
}

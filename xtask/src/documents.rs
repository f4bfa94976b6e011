//! What documents and templates say of the code, held against the code.

use std::fs;
use std::path::Path;

use crate::command::root;
use crate::source::files;

fn read(file: impl AsRef<Path>) -> String {
    let path = root().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a table of requirements: id, state, and what is said of it.
fn rows(text: &str) -> Vec<[&str; 3]> {
    let is_row = |line: &&str| {
        let id = line.strip_prefix("| ").unwrap_or_default();
        id.starts_with(|c: char| c == 'V' || c.is_ascii_digit())
    };
    let lines = text.lines().filter(is_row);
    let cells = lines.map(|line| line.trim_matches('|').splitn(3, '|').map(str::trim));
    let rows = cells.map(|cells| cells.collect::<Vec<_>>().try_into().unwrap());
    rows.collect()
}

#[test]
fn every_requirement_has_a_state_and_every_test_that_is_named_exists() {
    // Level 2 of edition 5.0.0 of the ASVS.
    let states = ["met", "not applicable", "open"];
    let n_tests = held_against_tests("docs/security.md", 253, &states);
    assert!(n_tests > 150, "{n_tests}");
    // A and AA of WCAG 2.2.
    let states = ["met", "in part", "not applicable", "open"];
    let n_tests = held_against_tests("docs/accessibility.md", 55, &states);
    assert!(n_tests > 25, "{n_tests}");
}

/// Holds the table of `file` against the tests that it names; how many those are.
fn held_against_tests(file: &str, n_rows: usize, states: &[&str]) -> usize {
    let text = read(file);
    let rows = rows(&text);
    assert_eq!(rows.len(), n_rows, "{file}");
    let mut ids: Vec<&str> = rows.iter().map(|[id, ..]| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n_rows, "{file}");
    let mut n_tests = 0;
    for [id, state, said] in &rows {
        assert!(states.contains(state), "{id}");
        for name in said.split('`').filter(|word| word.contains("::")) {
            let (file, test) = name.split_once("::").unwrap();
            let code = read(file);
            let is_there = match file.ends_with(".rs") {
                true => code.contains(&format!("fn {test}(")),
                false => ['"', '\'', '`']
                    .iter()
                    .any(|q| code.contains(&format!("{q}{test}{q}"))),
            };
            assert!(is_there, "{id} names `{name}`, which there is not");
            n_tests += 1;
        }
    }
    for state in states {
        let n = rows.iter().filter(|[_, own, _]| own == state).count();
        let is_said = ["are", "is"]
            .iter()
            .any(|verb| text.contains(&format!("{n} {verb} {state}")));
        assert!(is_said, "{file}: {n} {state}");
    }
    n_tests
}

#[test]
fn what_documents_of_requirements_link_to_exists() {
    for (file, folder) in [
        ("docs/accessibility.md", "docs"),
        ("docs/security.md", "docs"),
        ("SECURITY.md", "."),
    ] {
        let text = read(file);
        for link in text.split("](").skip(1) {
            let target = link.split(')').next().unwrap().split('#').next().unwrap();
            if !target.is_empty() && !target.starts_with("https://") {
                assert!(
                    root().join(folder).join(target).exists(),
                    "{file}: {target}"
                );
            }
        }
    }
}

#[test]
fn every_field_of_a_note_takes_what_the_rule_takes() {
    let rule = read("crates/core/src/moderation/decision.rs");
    let most = rule.split("MAX_NOTE: usize = ").nth(1).unwrap();
    let most = most.split(';').next().unwrap().replace('_', "");
    let found = files(&root().join("crates/render/templates"), "html");
    let mut n_fields = 0;
    for template in found {
        let text = read(&template);
        let is_typed = |tag: &&str| tag.starts_with("input") || tag.starts_with("textarea");
        let is_note = |tag: &&str| {
            ["note", "reason"]
                .iter()
                .any(|name| tag.contains(&format!("name=\"{name}\"")) && !tag.contains("type=\""))
        };
        for field in text.split('<').filter(is_typed).filter(is_note) {
            let tag = field.split('>').next().unwrap();
            let maximum = format!("maxlength=\"{most}\"");
            assert!(tag.contains(&maximum), "{}: <{tag}>", template.display());
            n_fields += 1;
        }
    }
    assert!(n_fields >= 8, "{n_fields}");
}

#[test]
fn the_unit_of_the_package_is_the_one_of_the_book() {
    let book = read("docs/operators/running.md");
    let packaged = read("packaging/rejoinder.service");
    let own = packaged.replace("/usr/bin/rejoinder", "/usr/local/bin/rejoinder");
    assert!(book.contains(&format!("\n{own}```")), "{packaged}");
}

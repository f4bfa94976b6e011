//! What the program is made of: licences, sources, what is banned, what is known to be wrong, and what
//! is not final.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use toml::Table;

use crate::command::root;

fn table(file: &str) -> Table {
    let text = fs::read_to_string(root().join(file)).unwrap();
    text.parse().unwrap()
}

/// Name, version and source of what Cargo.lock holds from elsewhere.
fn locked() -> Vec<[String; 3]> {
    let lock = table("Cargo.lock");
    let packages = lock["package"].as_array().unwrap().iter();
    let from_elsewhere = packages.filter(|package| package.get("source").is_some());
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    from_elsewhere
        .map(|package| ["name", "version", "source"].map(|key| text(package, key)))
        .collect()
}

/// The texts in an array of tables, or of texts.
fn texts<'t>(array: &'t toml::Value, key: &str) -> Vec<&'t str> {
    let entries = array.as_array().unwrap().iter();
    let text = |entry: &'t toml::Value| entry.get(key).unwrap_or(entry).as_str().unwrap();
    entries.map(text).collect()
}

#[test]
fn everything_is_under_a_licence_that_is_allowed() {
    let deny = table("deny.toml");
    let allowed = texts(&deny["licenses"]["allow"], "");
    // Not `--offline`: crates for other platforms are not on a machine that never fetched them.
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{metadata:?}");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let mut used = BTreeSet::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        let words = words(licence);
        let is_allowed = any(&mut words.iter().copied().peekable(), &allowed);
        assert!(is_allowed, "{name} is under {licence}");
        used.extend(words.into_iter().map(str::to_owned));
    }
    for licence in allowed {
        assert!(used.contains(licence), "nothing is under {licence}");
    }
}

/// A licence expression, in words and parentheses. A slash is an old way to say "or".
fn words(expression: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in expression.split_whitespace() {
        let mut rest = word;
        while let Some(at) = rest.find(['(', ')', '/']) {
            words.extend(Some(&rest[..at]).filter(|word| !word.is_empty()));
            words.push(if rest[at..].starts_with('/') {
                "OR"
            } else {
                &rest[at..=at]
            });
            rest = &rest[at + 1..];
        }
        words.extend(Some(rest).filter(|word| !word.is_empty()));
    }
    words
}

type Words<'w, I> = std::iter::Peekable<I>;

/// Whether one side of each `OR` is allowed.
fn any<'w>(words: &mut Words<'w, impl Iterator<Item = &'w str> + Clone>, allowed: &[&str]) -> bool {
    let mut is_allowed = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        is_allowed |= all(words, allowed);
    }
    is_allowed
}

/// Whether both sides of each `AND` are allowed.
fn all<'w>(words: &mut Words<'w, impl Iterator<Item = &'w str> + Clone>, allowed: &[&str]) -> bool {
    let mut is_allowed = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        is_allowed &= one(words, allowed);
    }
    is_allowed
}

/// A licence, with its exception, or an expression in parentheses.
fn one<'w>(words: &mut Words<'w, impl Iterator<Item = &'w str> + Clone>, allowed: &[&str]) -> bool {
    let word = words.next().unwrap_or("none");
    let is_allowed = match word {
        "(" => {
            let inner: Vec<&str> = inner(words);
            any(&mut inner.into_iter().peekable(), allowed)
        }
        licence => allowed.contains(&licence),
    };
    // An exception takes nothing away.
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    is_allowed
}

/// The words up to the parenthesis that closes.
fn inner<'w>(words: &mut impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let mut depth = 1;
    let mut inner = Vec::new();
    for word in words {
        match word {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        inner.push(word);
    }
    inner
}

#[test]
fn licences_are_weighed_as_they_are_written() {
    let allowed = ["MIT", "ISC"];
    let is_allowed = |text| any(&mut words(text).into_iter().peekable(), &allowed);
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "GPL-3.0/MIT",
        "MIT AND (X OR ISC)",
        "ISC WITH e",
    ] {
        assert!(is_allowed(good), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "MIT AND (X OR Y)",
        "(MIT AND X) OR Y",
    ] {
        assert!(!is_allowed(bad), "{bad}");
    }
}

#[test]
fn everything_comes_from_one_registry_and_nothing_that_is_banned_comes() {
    let locked = locked();
    let sources: BTreeSet<&str> = locked
        .iter()
        .map(|[_, _, source]| source.as_str())
        .collect();
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(sources.iter().all(|source| source.starts_with("registry+")));
    let deny = table("deny.toml");
    for banned in texts(&deny["bans"]["deny"], "name") {
        assert!(locked.iter().all(|[name, ..]| name != banned), "{banned}");
    }
}

/// The numbers of a version, and whether it is final.
fn version(text: &str) -> (Vec<u64>, bool) {
    let text = text.split('+').next().unwrap_or_default();
    let (numbers, rest) = text.split_once('-').unwrap_or((text, ""));
    let numbers = numbers.split('.').map(|number| number.parse().unwrap());
    (numbers.collect(), rest.is_empty())
}

#[test]
fn nothing_that_is_known_to_be_wrong_is_depended_on_without_a_reason() {
    let (deny, known) = (table("deny.toml"), table("advisories.toml"));
    let borne = texts(&deny["advisories"]["ignore"], "id");
    let locked = locked();
    let mut ids = Vec::new();
    for advisory in known["advisory"].as_array().unwrap() {
        let (id, name) = (
            advisory["id"].as_str().unwrap(),
            advisory["crate"].as_str().unwrap(),
        );
        ids.push(id);
        let is_here = locked.iter().any(|[here, ..]| here == name);
        assert!(is_here, "{id}: {name} is not depended on any more");
        for [_, here, _] in locked.iter().filter(|[here, ..]| here == name) {
            let is_patched = advisory
                .get("patched")
                .is_some_and(|patched| version(here) >= version(patched.as_str().unwrap()));
            assert!(is_patched || borne.contains(&id), "{id}: {name} {here}");
        }
    }
    for id in borne {
        assert!(ids.contains(&id), "{id} is borne and not known");
    }
    let looked_at = known["looked_at"].as_str().unwrap();
    assert!(
        looked_at.len() == 10 && looked_at.starts_with("20"),
        "{looked_at}"
    );
}

#[test]
fn what_is_not_final_is_exactly_what_was_decided_to_be_borne() {
    let found: BTreeSet<String> = locked()
        .into_iter()
        .filter(|[_, here, _]| !version(here).1)
        .map(|[name, version, _]| format!("{name} {version}"))
        .collect();
    let known = table("advisories.toml");
    let borne = known["pre_release"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            assert!(entry["why"].as_str().unwrap().len() > 20);
            let text = |key: &str| entry[key].as_str().unwrap();
            format!("{} {}", text("crate"), text("version"))
        });
    assert_eq!(found, borne.collect());
}

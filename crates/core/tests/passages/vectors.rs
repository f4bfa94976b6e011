//! The vectors that this anchoring and the browser's (`web/widget/passages_anchor.js`) both read.
//!
//! `written` is by hand; `generated` is written anew by `UPDATE_VECTORS=1`.

use std::path::{Path, PathBuf};

use rejoinder_core::passages::{Folded, Position, Quote, Selector, anchor};
use serde::{Deserialize, Serialize};

use crate::{case, is_right};

const N_GENERATED: usize = 300;

#[derive(Serialize, Deserialize)]
struct Vectors {
    written: Vec<Vector>,
    generated: Vec<Vector>,
}

#[derive(Serialize, Deserialize)]
struct Vector {
    name: String,
    text: String,
    quote: Words,
    position: Option<Place>,
    rival: Option<usize>,
    expected: Option<Expected>,
}

#[derive(Serialize, Deserialize)]
struct Words {
    exact: String,
    prefix: String,
    suffix: String,
}

#[derive(Serialize, Deserialize)]
struct Place {
    start: usize,
    end: usize,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Expected {
    start: usize,
    end: usize,
    state: String,
}

impl Vector {
    fn found(&self) -> Option<Expected> {
        let found = anchor(&Folded::new(&self.text), &self.selector())?;
        let state = if found.is_changed {
            "changed"
        } else {
            "anchored"
        };
        Some(Expected {
            start: found.start,
            end: found.end,
            state: state.to_owned(),
        })
    }

    fn selector(&self) -> Selector {
        let Words {
            exact,
            prefix,
            suffix,
        } = &self.quote;
        let quote = Quote::new(exact, prefix, suffix).unwrap();
        let position = self.position.as_ref();
        let position = position.map(|place| Position {
            start: place.start,
            end: place.end,
        });
        Selector {
            quote,
            position,
            rival: self.rival,
        }
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/passages/vectors.json")
}

fn vectors() -> Vectors {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

fn generate() -> Vec<Vector> {
    let mut generated = Vec::new();
    for seed in 0.. {
        let (name, case, edits) = case(seed);
        if !case.is_together() {
            continue;
        }
        let Selector {
            quote,
            position,
            rival,
        } = case.selector.clone();
        let mut vector = Vector {
            name: format!("{seed}: {name}, {edits:?}"),
            text: case.text(),
            quote: Words {
                exact: quote.exact.clone(),
                prefix: quote.prefix.clone(),
                suffix: quote.suffix.clone(),
            },
            position: position.map(|Position { start, end }| Place { start, end }),
            rival,
            expected: None,
        };
        let found = anchor(&Folded::new(&vector.text), &case.selector);
        assert!(found.is_none_or(|found| is_right(&found, case.truth(), &vector.text, &quote)));
        vector.expected = vector.found();
        generated.push(vector);
        if generated.len() == N_GENERATED {
            break;
        }
    }
    generated
}

#[test]
fn every_vector_is_found_where_it_is_expected() {
    let mut vectors = vectors();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        vectors.generated = generate();
        let json = serde_json::to_string_pretty(&vectors).unwrap();
        std::fs::write(path(), json + "\n").unwrap();
    }

    let all = vectors.written.iter().chain(&vectors.generated);
    let failed: Vec<_> = all
        .filter(|vector| vector.found() != vector.expected)
        .map(|vector| {
            format!(
                "{}: {:?}, expected {:?}",
                vector.name,
                vector.found(),
                vector.expected
            )
        })
        .collect();

    assert_eq!(failed, [""; 0]);
    assert!(vectors.written.len() >= 60 && vectors.generated.len() == N_GENERATED);
}

//! Every text that is promised a length has it in every script, whichever way it is sent.

use std::collections::BTreeSet;

use axum::http::{StatusCode, header};
use rejoinder_core::discussion::text::MAX_BYTES_EACH;
use rejoinder_core::moderation::decision::MAX_NOTE;
use rejoinder_core::moderation::word_list::MAX_ENTRY;
use rejoinder_core::publication::settings::{MAX_GRAPHEMES, MAX_MARKDOWN, MAX_TEXT};
use rejoinder_server::{Declared, declared};
use store::moderation::word_lists::MAX_WORDS;

use super::name;
use super::people::{People, Who};
use super::requests::{Body, HERE, Object, Request, request, rightful};
use crate::publication::owner::seen;
use crate::support::Answer;

/// A route, a field of its body, and how long it may be: in graphemes, notes in units of UTF-16.
const TEXTS: [(&str, &str, usize); 16] = [
    ("POST /api/v1/comments", "text", MAX_GRAPHEMES),
    ("PATCH /api/v1/comments/{id}", "text", MAX_GRAPHEMES),
    ("POST /api/v1/preview", "text", MAX_GRAPHEMES),
    ("POST /isso/{site}/new", "text", MAX_GRAPHEMES),
    ("PUT /isso/{site}/id/{id}", "text", MAX_GRAPHEMES),
    ("POST /isso/{site}/preview", "text", MAX_GRAPHEMES),
    ("POST /embed/comments", "text", MAX_GRAPHEMES),
    ("POST /embed/comments/{id}/edit", "text", MAX_GRAPHEMES),
    ("POST /api/v1/comments/{id}/flags", "note", MAX_NOTE),
    ("POST /embed/comments/{id}/flag", "note", MAX_NOTE),
    ("POST /api/v1/comments/{id}/decisions", "note", MAX_NOTE),
    ("POST /embed/comments/{id}/moderate", "note", MAX_NOTE),
    ("POST /api/v1/pages/decisions", "note", MAX_NOTE),
    ("POST /moderate/{site}/decide", "note", MAX_NOTE),
    ("POST /moderate/{site}/authors/{id}", "reason", MAX_NOTE),
    ("POST /moderate/{site}/pages/{id}", "note", MAX_NOTE),
];

/// Routes that take several texts at once.
const SETTINGS: &str = "POST /admin/{site}/settings";
const WORDS: &str = "POST /admin/{site}/words";

/// Routes that take files.
const UPLOAD: &str = "PATCH /edit/{site}/uploads/{id}";
/// Tried where imports are.
const IMPORT: &str = "POST /admin/{site}/import";
/// Tried where processors are.
const PAYMENTS: &str = "POST /hooks/{site}/{processor}/{secret}";
/// Tried where answers are.
const ANSWERS: &str = "POST /api/v1/inbound-mail";
/// Tried where statements are.
const TABLES: [&str; 4] = [
    "POST /admin/{site}/campaigns/{id}/statement",
    "POST /admin/{site}/campaigns/{id}/statement/rows",
    "POST /admin/{site}/campaigns/{id}/hooks/{hook}/export",
    "POST /admin/{site}/campaigns/{id}/hooks/{hook}/export/rows",
];
const ARTICLE: &str = "PUT /edit/{site}/articles";
/// Tried where pictures are.
const PICTURES: [&str; 3] = [
    "POST /account/{site}/picture",
    "POST /admin/{site}/logo",
    "POST /api/v1/images",
];
const TRANSCRIPT: &str = "POST /edit/{site}/recordings/{id}";

/// One grapheme each, of many scripts and sizes.
const LETTERS: [&str; 9] = ["👩🏿‍❤️‍💋‍👩🏻", "a", "я", "漢", "😄", "กี่", "क्ष्मि", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"];

/// How many of a letter fit.
fn n_of(letter: &str, max: usize) -> usize {
    match max {
        MAX_NOTE => max / letter.encode_utf16().count(),
        max => max,
    }
}

fn route(named: &str) -> Declared {
    let mut routes = declared().into_iter();
    routes.find(|route| name(route) == named).unwrap()
}

/// Put `value` into a field.
fn fill(request: &mut Request, field: &'static str, value: &str) {
    match &mut request.body {
        Body::Json(body) => body[field] = value.into(),
        Body::Form(fields) => {
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value.to_owned()));
        }
        Body::None | Body::Written(_) | Body::File(_) | Body::Sent(_) => {
            panic!("a request without fields")
        }
    }
}

async fn ask(people: &People, named: &str, field: &'static str, value: &str) -> Vec<Answer> {
    let route = route(named);
    let who = match route.path {
        path if path.contains("/flag") => Who::Guest,
        path if path.contains("decisions") || path.ends_with("/moderate") => Who::Owner,
        _ => rightful(&route),
    };
    let mut asked = request(people, &route, HERE, Object::Own).await;
    if route.path == "/moderate/{site}/pages/{id}" {
        fill(&mut asked, "action", "open_page");
    }
    fill(&mut asked, field, value);
    let mut answers = vec![people.ask(who, &route, &asked).await];
    if let Body::Json(body) = &asked.body {
        let body = escaped(&body.to_string());
        let mut asked = request(people, &route, HERE, Object::Own).await;
        asked.body = Body::Written(body);
        answers.push(people.ask(who, &route, &asked).await);
    }
    answers
}

/// Whether what was sent was taken: the desk goes back to where it stood all the same.
fn is_taken(answer: &Answer) -> bool {
    let to = answer.headers.get(header::LOCATION);
    let is_refused = to.is_some_and(|to| to.to_str().unwrap().contains("not=1"));
    (answer.status.is_success() || answer.status.is_redirection()) && !is_refused
}

/// JSON with an escape for every character that is not of ASCII.
fn escaped(json: &str) -> String {
    let mut units = [0; 2];
    let mut written = String::new();
    for letter in json.chars() {
        if letter.is_ascii() {
            written.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut units) {
                written.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    written
}

#[tokio::test]
async fn a_text_may_be_as_long_as_it_is_promised_in_every_script() {
    let people = People::gather().await;
    for (route, field, max) in TEXTS {
        for letter in LETTERS {
            let answers = ask(&people, route, field, &letter.repeat(n_of(letter, max))).await;
            for answer in answers {
                assert!(
                    is_taken(&answer),
                    "{field} of {route} in {letter}: {} {}",
                    answer.status,
                    answer.text().chars().take(400).collect::<String>()
                );
            }
            people.sign_in_again(Who::Author).await;
        }
    }
}

#[tokio::test]
async fn a_text_that_is_one_letter_longer_or_far_too_large_is_refused_at_its_field() {
    let people = People::gather().await;
    for (route, field, max) in TEXTS {
        let many = "🏴󠁧󠁢󠁥󠁮󠁧󠁿".repeat(n_of("🏴󠁧󠁢󠁥󠁮󠁧󠁿", max) + 1);
        let n_marks = match max {
            MAX_NOTE => max,
            max => max * MAX_BYTES_EACH / 2,
        };
        let large = format!("e{}", "\u{301}".repeat(n_marks));
        for value in [many, large] {
            for answer in ask(&people, route, field, &value).await {
                assert!(!is_taken(&answer), "{route}");
                if answer.status.is_redirection() {
                    // The desk decides on many at once and says of how many it did not.
                    continue;
                }
                let page = answer.text();
                assert_eq!(
                    answer.status,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "{route}: {page}"
                );
                // A form says it in the words of the site's language.
                let is_named = page.contains("_too_long") || !route.contains("/api/");
                assert!(is_named, "{route}: {page}");
            }
        }
    }
}

#[tokio::test]
async fn all_settings_that_are_texts_may_be_as_long_as_they_are_promised_at_once() {
    let people = People::gather().await;
    for letter in LETTERS {
        let page = people
            .get_as(Who::Owner, "/admin/news.example/settings")
            .await;
        let mut asked = request(&people, &route(SETTINGS), HERE, Object::Own).await;
        fill(&mut asked, "seen", &seen(&page));
        for field in ["message", "guidelines"] {
            fill(&mut asked, field, &letter.repeat(MAX_MARKDOWN));
        }
        if letter.chars().all(char::is_alphabetic) {
            fill(&mut asked, "protected_names", &letter.repeat(MAX_TEXT));
        }

        let saved = people.ask(Who::Owner, &route(SETTINGS), &asked).await;

        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{letter}");
    }
}

#[tokio::test]
async fn both_word_lists_may_be_full_of_the_longest_entries() {
    let people = People::gather().await;
    let entries = |letter: &str, n_letters: usize| -> String {
        let entry = |n| format!("{n:04}{}\r\n", letter.repeat(n_letters - 4));
        (0..MAX_WORDS).map(entry).collect()
    };
    let mut asked = request(&people, &route(WORDS), HERE, Object::Own).await;
    fill(&mut asked, "suspect", &entries("w", MAX_ENTRY));
    // In letters that take more room a list is full before each entry is as long as it may be.
    fill(&mut asked, "banned", &entries("🏴󠁧󠁢󠁥󠁮󠁧󠁿", 11));

    let saved = people.ask(Who::Owner, &route(WORDS), &asked).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER);
}

#[test]
fn every_route_that_takes_large_bodies_is_tried() {
    let usual = route("POST /auth/sign-in").max_body;
    let routes = declared().into_iter();
    let large: BTreeSet<String> = routes
        .filter(|route| route.max_body > usual)
        .map(|route| name(&route))
        .collect();
    let tried = TEXTS
        .iter()
        .filter(|(_, _, max)| *max != MAX_NOTE)
        .map(|(route, ..)| *route)
        .chain([
            SETTINGS, WORDS, UPLOAD, IMPORT, TRANSCRIPT, ARTICLE, PAYMENTS, ANSWERS,
        ])
        .chain(PICTURES)
        .chain(TABLES);
    assert_eq!(large, tried.map(str::to_owned).collect());
}

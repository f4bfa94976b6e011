//! Corrections of a transcript that readers propose.

use axum::http::Method;
use expect_test::expect;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{GuestPolicy, ModerationMode};
use rejoinder_core::recordings::{RecordingKind, TranscriptStatus};
use rejoinder_core::{Clock as _, PageId, PageKey, RecordingId, Settings, SiteId};
use serde_json::{Value, json};
use store::discussion::pages;
use store::moderation::word_lists::{self, WordListEntries, WordListKind};
use store::recordings::attaching::{self, NewRecording, RecordingSource};
use store::recordings::reading::DecodedFile;
use store::recordings::transcripts::{self, NewRevision};
use store::recordings::{files, listing, reading};

use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const SITE: SiteId = SiteId(1);
pub(crate) const TALK: RecordingId = RecordingId(77);

const TEXT: &str = "WEBVTT

00:01.000 --> 00:03.000
<v Ann>The bridge is old.

00:03.000 --> 00:05.000
<v Ann>Nobody knows how cold it is.
";

/// A page with a recording that has a transcript.
async fn talk(status: TranscriptStatus) -> TestApp {
    talk_at(status, Settings::default()).await
}

async fn talk_at(status: TranscriptStatus, settings: Settings) -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", settings).await;
    attach_talk(&app, status).await;
    app
}

/// Attach a recording that has a transcript to the story, once.
pub(crate) async fn attach_talk(app: &TestApp, status: TranscriptStatus) {
    let now = app.clock.now();
    let key = PageKey::parse(STORY).unwrap();
    let attach = move |tx: &mut store::Tx<'_>| {
        if listing::find(tx, SITE, TALK)?.is_some() {
            return Ok(());
        }
        let page = pages::find_or_add(tx, now, SITE, PageId(9), &key, None)?;
        let new = NewRecording {
            id: TALK,
            page: page.id,
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Upload { n_bytes: 4 },
            by: None,
        };
        attaching::attach(tx, now, SITE, &new)?;
        files::add(tx, now, SITE, TALK, 0, b"RIFF")?;
        let recording = listing::find(tx, SITE, TALK)?.unwrap();
        let found = DecodedFile {
            kind: RecordingKind::Audio,
            media_type: "audio/wav".to_owned(),
            duration_ms: 60_000,
            wave_form: vec![128; 200],
            fingerprint: Vec::new(),
        };
        reading::save(tx, now, &recording, &found, None)?;
        let said = NewRevision {
            from: 0,
            status,
            language: None,
            webvtt: TEXT.to_owned(),
            by: None,
        };
        transcripts::save(tx, now, &recording, &said).map(drop)
    };
    app.store.write(attach).await.unwrap();
}

async fn propose(reader: &TestReader, start_ms: i64, text: &str) -> Answer {
    propose_more(reader, start_ms, text, json!({})).await
}

async fn propose_more(reader: &TestReader, start_ms: i64, text: &str, more: Value) -> Answer {
    let mut body = json!({
        "site": "news.example", "start_ms": start_ms, "text": text, "name": "Ann",
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    let path = format!("/api/v1/recordings/{TALK}/proposals");
    reader.send(Method::POST, &path, body).await
}

async fn confirm(reader: &TestReader, id: &str) -> Answer {
    let path = format!("/api/v1/recordings/proposals/{id}/confirm");
    let body = json!({ "site": "news.example" });
    reader.send(Method::POST, &path, body).await
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn along(app: &TestApp) -> String {
    let path = format!("/embed/recording/along?site=news.example&page={STORY}&id={TALK}");
    app.get(&path).await.text()
}

async fn transcript(app: &TestApp) -> String {
    let path = format!("/recordings/news.example/{TALK}/transcript.txt");
    app.get(&path).await.text()
}

/// The page on which editors see to the recording.
fn desk() -> String {
    format!("/edit/news.example/recordings/{TALK}")
}

const NEW: &str = "Nobody knows how old it is.";

#[tokio::test]
async fn a_correction_is_in_the_transcript_once_two_readers_have_confirmed_it() {
    let app = talk(TranscriptStatus::Draft).await;
    let (ann, bob, eve) = (app.reader("Ann"), app.reader("Bob"), app.reader("Eve"));
    let own = id(&propose(&ann, 3_000, NEW).await);
    let shown = along(&app).await;
    assert!(shown.contains("<del>"), "{shown}");
    assert!(shown.contains("<ins>"), "{shown}");

    let first = confirm(&bob, &own).await.good();
    let again = confirm(&bob, &own).await.good();
    assert!(transcript(&app).await.contains("how cold"));
    let second = confirm(&eve, &own).await.good();

    for (answer, state, n) in [
        (first, "open", 1),
        (again, "open", 1),
        (second, "accepted", 2),
    ] {
        assert_eq!(answer["state"], state);
        assert_eq!(answer["n_confirmations"], n);
    }
    expect![[r#"
        0:01  Ann: The bridge is old.
        0:03  Ann: Nobody knows how old it is.
    "#]]
    .assert_eq(&transcript(&app).await);
    let shown = along(&app).await;
    assert!(!shown.contains("rj-proposal"), "{shown}");
    assert!(shown.contains("Readers have corrected this transcript."));
}

#[tokio::test]
async fn one_who_is_of_the_newsroom_is_enough() {
    let app = talk(TranscriptStatus::Approved).await;
    let own = id(&propose(&app.reader("Ann"), 3_000, NEW).await);
    let kim = signed_in(&app, "news.example", Role::Staff, 71).await;

    let confirmed = confirm(&kim, &own).await.good();

    assert_eq!(confirmed["state"], "accepted");
    assert!(transcript(&app).await.contains(NEW));
}

#[tokio::test]
async fn nobody_confirms_their_own_nor_for_their_neighbour() {
    let app = talk(TranscriptStatus::Draft).await;
    let ann = app.reader("Ann");
    let (mut beside, bob) = (app.reader("Anna"), app.reader("Bob"));
    beside.sit_beside(&ann);
    let own = id(&propose(&ann, 3_000, NEW).await);
    let mut beside_bob = app.reader("Eve");
    beside_bob.sit_beside(&bob);
    confirm(&bob, &own).await.good();

    let refused = [
        confirm(&ann, &own).await,
        confirm(&beside, &own).await,
        confirm(&beside_bob, &own).await,
        confirm(&bob, "0000000000zzz").await,
    ];

    let told: Vec<_> = refused.iter().map(Answer::problem).collect();
    expect![[r#"
        403 own_proposal: You cannot confirm your own correction.
        409 address_confirmed: Someone at your address has proposed or confirmed this.
        409 address_confirmed: Someone at your address has proposed or confirmed this.
        404 proposal_unknown: There is no such correction."#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn what_is_no_correction_is_refused() {
    let app = talk(TranscriptStatus::Draft).await;
    app.add_site(1, "news.example", Settings::default()).await;
    let now = app.clock.now();
    let ban = move |tx: &mut store::Tx<'_>| {
        let entries = WordListEntries::of(["grump*"]).unwrap();
        word_lists::replace(tx, now, SITE, WordListKind::Banned, &entries)
    };
    app.store.write(ban).await.unwrap();
    id(&propose(&app.reader("Bob"), 3_000, NEW).await);

    let mut told = Vec::new();
    for (start_ms, text, more) in [
        (3_000, " ", json!({})),
        (3_000, "Nobody knows how cold it is.", json!({})),
        (3_000, NEW, json!({})),
        (3_000, "See https://spam.example/", json!({})),
        (3_000, "Grumpy, and <!-- so on -->", json!({})),
        (3_000, "<!-- grumpy -->", json!({})),
        (3_000, "A word", json!({ "speaker": "Grumpy" })),
        (3_000, &"x".repeat(2_001), json!({})),
        (3_000, "A word", json!({ "speaker": "x".repeat(101) })),
        (3_000, "A word", json!({ "name": "" })),
        (3_500, "A word", json!({})),
        (2_000, "A word", json!({ "end_ms": 4_000 })),
    ] {
        let answer = propose_more(&app.reader("Ann"), start_ms, text, more).await;
        told.push(answer.problem());
    }

    expect![[r#"
        422 proposal_empty [text]: The correction has no text.
        422 proposal_same [text]: This is what the transcript says already.
        409 proposal_known [text]: Somebody has proposed this already; you can confirm it.
        422 proposal_links [text]: A transcript has no links.
        422 word_banned [text]: A rule of this site, not a moderator, does not take “Grumpy”; please change it.
        422 word_banned [text]: A rule of this site, not a moderator, does not take “grumpy”; please change it.
        422 word_banned [text]: A rule of this site, not a moderator, does not take “Grumpy”; please change it.
        422 proposal_too_long [text]: The text of a line can have at most 2000 characters.
        422 speaker_too_long [speaker]: The name of a speaker can have at most 100 characters.
        422 name_missing [name]: A name is needed.
        422 proposal_misplaced [start_ms]: There is no line at this time, and no room for a new one.
        422 proposal_misplaced [start_ms]: There is no line at this time, and no room for a new one."#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn a_line_that_is_missing_is_added() {
    let app = talk(TranscriptStatus::Draft).await;
    let new = json!({ "end_ms": 9_000, "speaker": "Bob" });
    let own = propose_more(&app.reader("Ann"), 7_000, "Indeed.", new).await;
    let own = id(&own);
    assert!(
        along(&app)
            .await
            .contains("A reader proposes a line at 0:07")
    );
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;

    confirm(&kim, &own).await.good();

    assert!(transcript(&app).await.contains("0:07  Bob: Indeed."));
}

#[tokio::test]
async fn an_editor_accepts_and_declines_with_a_word_to_the_author() {
    let app = talk(TranscriptStatus::Approved).await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let good = id(&propose(&ann, 3_000, NEW).await);
    let bad = id(&propose(&bob, 1_000, "The bridge is cold.").await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let list = kim.get("/edit/news.example/recordings").await.text();
    assert!(list.contains("2 corrections wait"), "{list}");
    let page = kim.get(&desk()).await.text();
    assert!(page.contains("by Ann") && page.contains("<ins>"), "{page}");

    let accept = [("act", "accept"), ("proposal", good.as_str())];
    let accepted = kim.submit(&desk(), &accept).await;
    let decline = [
        ("act", "decline"),
        ("proposal", bad.as_str()),
        ("reason", "Listen again"),
    ];
    let declined = kim.submit(&desk(), &decline).await;

    assert_eq!(accepted.status, 303, "{}", accepted.text());
    assert_eq!(declined.status, 303, "{}", declined.text());
    assert!(transcript(&app).await.contains(NEW));
    let form = format!("/embed/recording/proposals?site=news.example&page={STORY}&id={TALK}");
    assert!(bob.get(&form).await.text().contains("Listen again"));
    assert!(!ann.get(&form).await.text().contains("Listen again"));
    let shown = along(&app).await;
    assert!(!shown.contains("rj-proposal"));
    assert!(shown.contains("The newsroom has checked this transcript."));
    let again = kim.submit(&desk(), &accept).await;
    assert_eq!(again.status, 409);
}

#[tokio::test]
async fn where_comments_wait_only_editors_see_a_correction() {
    let settings = Settings {
        mode: ModerationMode::Before,
        ..Settings::default()
    };
    let app = talk_at(TranscriptStatus::Draft, settings).await;
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;

    let made = propose(&app.reader("Ann"), 3_000, NEW).await;

    assert_eq!(made.json()["state"], "held");
    assert!(!along(&app).await.contains("rj-proposal"));
    let refused = confirm(&app.reader("Bob"), &id(&made)).await;
    expect!["404 proposal_unknown: There is no such correction."].assert_eq(&refused.problem());
    let page = kim.get(&desk()).await.text();
    assert!(page.contains("Readers do not see it yet."), "{page}");
}

#[tokio::test]
async fn guests_neither_propose_nor_confirm_where_the_site_takes_accounts_only() {
    let app = talk(TranscriptStatus::Draft).await;
    let own = id(&propose(&app.reader("Ann"), 3_000, NEW).await);
    let settings = Settings {
        guests: GuestPolicy::Refused,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    let proposed = propose(&app.reader("Bob"), 1_000, NEW).await;
    let confirmed = confirm(&app.reader("Eve"), &own).await;

    for answer in [proposed, confirmed] {
        expect!["401 sign_in_needed: Sign in to comment here."].assert_eq(&answer.problem());
    }
}

#[tokio::test]
async fn a_locked_part_takes_no_corrections() {
    let app = talk(TranscriptStatus::Draft).await;
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let lock = |from, until| [("act", "lock"), ("from", from), ("until", until)];
    let odd = kim.submit(&desk(), &lock("0:05", "0:01")).await;
    assert_eq!(odd.status, 422);
    let locked = kim.submit(&desk(), &lock("0:02", "")).await;
    assert_eq!(locked.status, 303, "{}", locked.text());

    let refused = propose(&app.reader("Ann"), 3_000, NEW).await;

    expect!["403 proposal_locked: The newsroom takes no corrections of this part."]
        .assert_eq(&refused.problem());
    assert!(!along(&app).await.contains("rj-correct"));
    let unlock = [("act", "unlock"), ("start_ms", "2000")];
    kim.submit(&desk(), &unlock).await;
    id(&propose(&app.reader("Bob"), 3_000, NEW).await);
}

#[tokio::test]
async fn a_correction_is_proposed_and_confirmed_without_script() {
    let app = talk(TranscriptStatus::Draft).await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let start = "start_ms=3000&end_ms=5000";
    let form =
        format!("/embed/recording/proposals?site=news.example&page={STORY}&id={TALK}&{start}");
    let asked = ann.get(&form).await.text();
    assert!(
        asked.contains("Nobody knows how cold it is.</textarea>"),
        "{asked}"
    );
    let talk = TALK.to_string();
    let fields = |text| {
        [
            ("site", "news.example"),
            ("page", STORY),
            ("id", talk.as_str()),
            ("start_ms", "3000"),
            ("end_ms", "5000"),
            ("speaker", "Ann"),
            ("text", text),
            ("name", "Ann"),
        ]
    };
    let post = "/embed/recording/proposals";

    let refused = ann.submit(post, &fields("")).await;
    let made = ann.submit(post, &fields(NEW)).await;
    let shown = along(&app).await;
    let own = shown.split("/embed/recording/proposals/").nth(1).unwrap();
    let own = own.split('/').next().unwrap();
    let site = [("site", "news.example")];
    let confirmed = bob.submit(&format!("{post}/{own}/confirm"), &site).await;

    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("Please write what is said."));
    assert_eq!(made.status, 303, "{}", made.text());
    let line = format!("id={TALK}&t=3#t=3");
    assert!(made.header("location").ends_with(&line));
    assert_eq!(confirmed.status, 303, "{}", confirmed.text());
    assert!(along(&app).await.contains("1 reader has confirmed it"));
}

#[tokio::test]
async fn a_new_line_is_proposed_by_a_form_with_its_times() {
    let app = talk(TranscriptStatus::Draft).await;
    let talk = TALK.to_string();
    let fields = |from, until| {
        [
            ("site", "news.example"),
            ("page", STORY),
            ("id", talk.as_str()),
            ("from", from),
            ("until", until),
            ("speaker", ""),
            ("text", "Indeed."),
            ("name", "Ann"),
        ]
    };
    let ann = app.reader("Ann");
    let post = "/embed/recording/proposals";

    let odd = ann.submit(post, &fields("soon", "0:09")).await;
    let made = ann.submit(post, &fields("0:07", "0:09")).await;

    assert_eq!(odd.status, 422);
    assert!(odd.text().contains("Indeed."));
    assert_eq!(made.status, 303, "{}", made.text());
    assert!(
        along(&app)
            .await
            .contains("A reader proposes a line at 0:07")
    );
}

#[tokio::test]
async fn a_correction_of_a_line_that_was_changed_meanwhile_is_out_of_date() {
    let app = talk(TranscriptStatus::Draft).await;
    let own = id(&propose(&app.reader("Ann"), 3_000, NEW).await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let edited = "0:01  Ann: The bridge is old.\n0:03  Ann: Nobody knows.\n";
    let save = [("act", "transcript"), ("from", "1"), ("text", edited)];
    let saved = kim.submit(&desk(), &save).await;
    assert!(
        saved.status.is_redirection() || saved.status == 200,
        "{}",
        saved.text()
    );

    let late = confirm(&app.reader("Bob"), &own).await;

    expect!["409 proposal_decided: This correction has been decided on already."]
        .assert_eq(&late.problem());
    assert!(!along(&app).await.contains("rj-proposal"));
    assert!(transcript(&app).await.contains("Nobody knows."));
}

#[tokio::test]
async fn a_revision_shows_what_it_changed() {
    let app = talk(TranscriptStatus::Draft).await;
    let own = id(&propose(&app.reader("Ann"), 3_000, NEW).await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    confirm(&kim, &own).await.good();

    let page = kim.get(&format!("{}/revisions/2", desk())).await.text();
    let none = kim.get(&format!("{}/revisions/3", desk())).await;

    let words = |tag: &str| {
        let end = format!("</{tag}>");
        let inside = page.split(&format!("<{tag}>")).nth(1).unwrap();
        inside.split(&end).next().unwrap().to_owned()
    };
    assert!(words("del").contains("cold"), "{page}");
    assert!(words("ins").contains("old"), "{page}");
    assert!(!page.contains("The bridge is old."));
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn an_account_is_told_what_became_of_its_correction() {
    let app = talk(TranscriptStatus::Approved).await;
    let ann = signed_in(&app, "news.example", Role::Reader, 71).await;
    let kim = signed_in(&app, "news.example", Role::Editor, 72).await;
    let own = id(&propose(&ann, 3_000, NEW).await);

    let fields = [
        ("act", "decline"),
        ("proposal", own.as_str()),
        ("reason", "It is <cold>."),
    ];
    assert_eq!(kim.submit(&desk(), &fields).await.status, 303);

    assert_eq!(ann.me(STORY).await["n_notices"], 1);
    let list = ann.get("/api/v1/notices?site=news.example").await.good();
    let one = &list["notices"][0];
    assert_eq!(one["what"], "correction_declined");
    assert_eq!(one["reason"], "It is <cold>.");
    assert_eq!(one["recording"], TALK.to_string());
    assert_eq!(one.get("comment"), None);
    let page = ann.get("/embed/notices?site=news.example").await.text();
    assert!(
        page.contains("The newsroom declined your correction of"),
        "{page}"
    );
    assert!(page.contains("It is &#60;cold&#62;."), "{page}");
    assert!(
        page.contains("&#38;t=3#t=3") || page.contains("&t=3#t=3"),
        "{page}"
    );
    // A guest is told nothing here, and nobody what is another's.
    let list = kim.get("/api/v1/notices?site=news.example").await.good();
    assert_eq!(list["n_unread"], 0);
}

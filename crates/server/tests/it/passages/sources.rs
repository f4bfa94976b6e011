//! Sources for or against a passage: giving them, answering about them, confirming them.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{ModerationMode, Passages, SourceChecks};
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::{Value, json};
use store::moderation::word_lists::{self, WordListEntries, WordListKind};

use super::{fragment_path, listed, passage};
use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

pub(super) const PLACE: &str = "?site=news.example";

pub(super) fn settings() -> Settings {
    Settings {
        passages: Passages::Both,
        source_checks: SourceChecks::On,
        ..Settings::default()
    }
}

pub(super) async fn app() -> TestApp {
    with(settings()).await
}

async fn with(settings: Settings) -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", settings).await;
    app
}

pub(super) fn sources() -> Value {
    json!({
        "stance": "contradicts",
        "claim": "The timetable is new.",
        "list": [{
            "url": "https://harbour.example/timetable",
            "title": "Timetable 2019",
            "quote": "Valid from 1 May 2019",
            "published": "2019-04-30",
        }],
    })
}

pub(super) async fn give(reader: &TestReader, sources: Value) -> Answer {
    let body = json!({
        "site": "news.example", "page": STORY, "text": "It is not new.", "name": reader.name,
        "annotation": passage(), "sources": sources,
    });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

async fn answer(reader: &TestReader, id: &str, question: &str, answer: Value) -> Answer {
    let path = format!("/api/v1/comments/{id}/sources/answers{PLACE}");
    let body = json!({"question": question, "answer": answer});
    reader.send(Method::PUT, &path, body).await
}

async fn confirm(reader: &TestReader, id: &str, note: Value) -> Answer {
    let path = format!("/api/v1/comments/{id}/sources/confirmation{PLACE}");
    reader.send(Method::PUT, &path, json!({"note": note})).await
}

async fn withdraw(reader: &TestReader, id: &str, withdrawn: bool) -> Answer {
    let path = format!("/api/v1/comments/{id}/sources/withdrawal{PLACE}");
    let body = json!({"withdrawn": withdrawn});
    reader.send(Method::PUT, &path, body).await
}

pub(super) async fn of(app: &TestApp) -> Value {
    app.thread(STORY).await["comments"][0]["sources"].clone()
}

#[tokio::test]
async fn a_comment_carries_its_sources_wherever_it_is_read() {
    let app = app().await;
    let ann = app.reader("Ann");

    let posted = give(&ann, sources()).await.good();

    let none = json!({"yes": 0, "partly": 0, "no": 0});
    let mut expected = sources();
    expected["status"] = json!("open");
    expected["says"] = none.clone();
    expected["relevant"] = none;
    assert_eq!(posted["comment"]["sources"], expected);
    assert_eq!(of(&app).await, expected);
    let fragment = app.get(&fragment_path()).await.text();
    for shown in [
        "<b>Contradicts this:</b>",
        "The timetable is new.",
        "href=\"https://harbour.example/timetable\" rel=\"nofollow ugc noopener noreferrer\"",
        "Timetable 2019",
        "Valid from 1 May 2019",
        "2019-04-30",
        "Not settled",
        "Does the source say this?",
        "filter=sources\"",
        " data-sources",
    ] {
        assert!(fragment.contains(shown), "{shown}: {fragment}");
    }
    let list = app.get(&listed()).await.json();
    assert_eq!(list["annotations"][0]["checks"], 1);
    let feed = app.get("/feeds/news.example.atom").await.text();
    assert!(feed.contains("https://harbour.example/timetable"), "{feed}");
    assert!(feed.contains("Contradicts this:"), "{feed}");
}

#[tokio::test]
async fn without_a_claim_the_sources_are_about_what_the_passage_says() {
    let app = app().await;
    let bare = json!({"stance": "supports", "list": [{"url": "harbour.example/timetable"}]});

    let posted = give(&app.reader("Ann"), bare).await.good();

    let own = &posted["comment"]["sources"];
    assert_eq!(own["claim"], "the new timetable");
    assert_eq!(own["list"][0]["url"], "https://harbour.example/timetable");
}

#[tokio::test]
async fn sources_are_refused_where_they_are_off_without_a_passage_and_beyond_the_limits() {
    let app = app().await;
    let ann = app.reader("Ann");
    let list = |list: Value| json!({"stance": "supports", "list": list});
    let one = |field: &str, value: Value| {
        let mut own = json!({"url": "https://harbour.example/"});
        own[field] = value;
        list(json!([own]))
    };
    let with = |field: &str, value: Value| {
        let mut own = sources();
        own[field] = value;
        own
    };
    let long = |n: usize| json!("a".repeat(n));
    let many = json!(vec![json!({"url": "https://harbour.example/"}); 6]);

    for (given, code) in [
        (list(json!([])), "422 source_missing"),
        (list(many), "422 too_many_sources"),
        (
            one("url", json!("javascript:alert(1)")),
            "422 source_invalid",
        ),
        (
            one("url", json!("mailto:ann@reader.example")),
            "422 source_invalid",
        ),
        (one("url", json!(STORY)), "422 source_is_page"),
        (
            one("url", json!(format!("{STORY}?utm_source=x#top"))),
            "422 source_is_page",
        ),
        (one("quote", long(301)), "422 source_text_too_long"),
        (one("title", long(201)), "422 source_text_too_long"),
        (
            one("published", json!("2026-02-30")),
            "422 source_day_invalid",
        ),
        (with("claim", long(281)), "422 source_text_too_long"),
        (with("stance", json!("proves")), "400 body_invalid"),
        (with("claimant", json!("The captain")), "403 not_allowed"),
        (with("status", json!("agreed")), "400 field_unknown"),
    ] {
        let problem = give(&ann, given).await.problem();
        assert!(problem.starts_with(code), "{code}: {problem}");
    }
    let body = json!({
        "site": "news.example", "page": STORY, "text": "No.", "name": "Ann", "sources": sources(),
    });
    let bare = ann.send(Method::POST, "/api/v1/comments", body).await;
    assert!(bare.problem().starts_with("422 sources_without_passage"));
    let off = Settings {
        source_checks: SourceChecks::Off,
        ..settings()
    };
    app.add_site(1, "news.example", off).await;
    let problem = give(&ann, sources()).await.problem();
    assert!(problem.starts_with("403 sources_off"), "{problem}");
}

#[tokio::test]
async fn what_answers_a_question_or_others_on_a_passage_carries_sources_too() {
    let app = app().await;
    let (kim, ann) = (
        signed_in(&app, "news.example", Role::Editor, 71).await,
        app.reader("Ann"),
    );
    let asked = json!({
        "site": "news.example", "page": STORY, "text": "Is it new?", "annotation": passage(),
    });
    let asked = kim.send(Method::POST, "/api/v1/questions", asked).await;
    let question = asked.json()["id"].clone();
    let mut own = sources();
    own.as_object_mut().unwrap().remove("claim");
    let write = async |about: &str, id: &Value| {
        let body = json!({
            "site": "news.example", "page": STORY, "text": format!("It is not, by {about}."),
            "name": "Ann", about: id, "sources": own,
        });
        ann.send(Method::POST, "/api/v1/comments", body).await
    };

    let answered = write("question", &question).await.good();
    let beside = write("passage", &answered["comment"]["id"]).await.good();
    let nowhere = write("passage", &json!("0000000000001")).await;

    for posted in [answered, beside] {
        // What they are about is the passage itself, where nothing is typed.
        let claim = &posted["comment"]["sources"]["claim"];
        assert_eq!(claim, "the new timetable");
    }
    assert!(
        nowhere.text().contains("passage_unknown"),
        "{}",
        nowhere.text()
    );
}

#[tokio::test]
async fn each_reader_answers_each_question_once_and_changes_and_takes_back_the_answer() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let id = give(&ann, sources()).await.id();

    let says = async |own: Value| answer(&ben, &id, "says", own).await.good()["says"].clone();
    assert_eq!(says(json!("no")).await["no"], 1);
    assert_eq!(says(json!("no")).await["no"], 1);
    let changed = says(json!("yes")).await;
    assert_eq!((&changed["yes"], &changed["no"]), (&json!(1), &json!(0)));
    answer(&ben, &id, "relevant", json!("partly")).await.good();

    let mine = json!({"says": "yes", "relevant": "partly"});
    assert_eq!(ben.me(STORY).await["answers"][&id], mine);
    assert_eq!(of(&app).await["relevant"]["partly"], 1);
    assert_eq!(says(Value::Null).await["yes"], 0);
    let own = answer(&ann, &id, "says", json!("yes")).await.problem();
    assert!(own.starts_with("403 own_sources"), "{own}");
    let wrong = answer(&ben, &id, "says", json!("maybe")).await.problem();
    assert!(wrong.starts_with("400 body_invalid"), "{wrong}");
    let bare = ann.post(STORY, "Without any.").await.id();
    let none = answer(&ben, &bare, "says", json!("yes")).await.problem();
    assert!(none.starts_with("404 sources_unknown"), "{none}");
}

#[tokio::test]
async fn of_one_network_one_guest_answers_about_a_check_within_a_day() {
    let app = app().await;
    let (ann, ben, mut eve) = (app.reader("Ann"), app.reader("Ben"), app.reader("Eve"));
    eve.sit_beside(&ben);
    let id = give(&ann, sources()).await.id();
    answer(&ben, &id, "says", json!("yes")).await.good();

    let refused = answer(&eve, &id, "relevant", json!("no")).await.problem();

    assert!(refused.starts_with("409 address_voted"), "{refused}");
    answer(&ben, &id, "relevant", json!("yes")).await.good();
}

#[tokio::test]
async fn readers_agree_on_sources_or_dispute_them_and_the_comment_stays_as_it_is() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let good = give(&ann, sources()).await.id();
    let bad = give(
        &ben,
        json!({"stance": "supports", "list": [{"url": "https://b.example/"}]}),
    );
    let bad = bad.await.id();
    let status = async |id: &str| {
        let one = app.get(&format!("/api/v1/comments/{id}{PLACE}")).await;
        let one = one.json()["comment"].clone();
        assert_eq!(one["state"], "published");
        one["sources"]["status"].as_str().unwrap().to_owned()
    };

    for n in 0..5 {
        assert_eq!(status(&good).await, "open");
        let reader = app.reader(&format!("Reader {n}"));
        for question in ["says", "relevant"] {
            answer(&reader, &good, question, json!("yes")).await.good();
            answer(&reader, &bad, question, json!("no")).await.good();
        }
    }

    assert_eq!(status(&good).await, "agreed");
    assert_eq!(status(&bad).await, "disputed");
    let fragment = app.get(&fragment_path()).await.text();
    assert!(fragment.contains("Readers agree") && fragment.contains("Readers dispute it"));
}

#[tokio::test]
async fn an_editor_confirms_sources_with_a_note_and_its_author_withdraws_them() {
    let app = app().await;
    let ann = app.reader("Ann");
    let ed = signed_in(&app, "news.example", Role::Editor, 71).await;
    let id = give(&ann, sources()).await.id();

    let note = "The harbour office sent us the same.";
    let confirmed = confirm(&ed, &id, json!(note)).await.good();

    assert!(confirmed["html"].as_str().unwrap().contains(note));
    assert_eq!(of(&app).await["status"], "editor_confirmed");
    assert_eq!(of(&app).await["note"], note);
    let blank = confirm(&ed, &id, json!(" ")).await.problem();
    assert!(blank.starts_with("422 source_note_missing"), "{blank}");
    let refused = confirm(&ann, &id, json!("I am sure.")).await.problem();
    assert!(refused.starts_with("403 not_allowed"), "{refused}");
    let refused = withdraw(&ed, &id, true).await.problem();
    assert!(refused.starts_with("403 not_yours"), "{refused}");
    withdraw(&ann, &id, true).await.good();
    assert_eq!(of(&app).await["status"], "withdrawn");
    let late = answer(&ed, &id, "says", json!("yes")).await.problem();
    assert!(late.starts_with("409 sources_withdrawn"), "{late}");
    withdraw(&ann, &id, false).await.good();
    assert_eq!(of(&app).await["status"], "editor_confirmed");
    confirm(&ed, &id, Value::Null).await.good();
    assert_eq!(of(&app).await["status"], "open");
}

#[tokio::test]
async fn other_sources_are_judged_anew_and_the_moderators_keep_those_before() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let id = give(&ann, sources()).await.id();
    answer(&ben, &id, "says", json!("yes")).await.good();
    let path = format!("/api/v1/comments/{id}{PLACE}");
    let same = json!({"text": "It is not at all new.", "sources": sources()});
    ann.send(Method::PATCH, &path, same).await.good();
    assert_eq!(of(&app).await["says"]["yes"], 1);

    let other = json!({"stance": "context", "list": [{"url": "https://other.example/"}]});
    let body = json!({"text": "It is not at all new.", "sources": other});
    let edited = ann.send(Method::PATCH, &path, body).await.good();

    let own = &edited["comment"]["sources"];
    assert_eq!(own["list"][0]["url"], "https://other.example/");
    assert_eq!(own["says"]["yes"], 0);
    assert!(edited["comment"]["edited_at"].is_string());
    let kim = signed_in(&app, "news.example", Role::Moderator, 72).await;
    let desk = kim
        .get(&format!("/moderate/news.example/comments/{id}"))
        .await;
    let desk = desk.text();
    assert!(desk.contains("https://other.example/"), "{desk}");
    assert!(desk.contains("https://harbour.example/timetable"), "{desk}");
    let none =
        json!({"text": "It is not at all new.", "sources": {"stance": "context", "list": []}});
    let bare = ann.send(Method::PATCH, &path, none).await.good();
    assert_eq!(bare["comment"]["sources"], Value::Null);
}

#[tokio::test]
async fn word_lists_and_the_limit_of_links_judge_sources_as_they_are_shown() {
    let app = app().await;
    let ann = app.reader("Ann");
    let kim = signed_in(&app, "news.example", Role::Moderator, 73).await;
    let now = app.clock.now();
    let suspect = move |tx: &mut store::Tx<'_>| {
        let entries = WordListEntries::of(["zebra"]).unwrap();
        word_lists::replace(tx, now, SiteId(1), WordListKind::Suspect, &entries)
    };
    app.store.write(suspect).await.unwrap();

    for (field, word) in [
        ("title", "A zebra"),
        ("quote", "the zebra said so"),
        ("url", "https://zebra.example/"),
    ] {
        let mut given = sources();
        given["list"][0][field] = json!(word);
        let held = give(&ann, given).await;
        assert_eq!(
            held.status,
            StatusCode::ACCEPTED,
            "{field}: {}",
            held.text()
        );
    }
    let four = json!({"stance": "supports", "list": [
        {"url": "https://a.example/"}, {"url": "https://b.example/"},
        {"url": "https://c.example/"}, {"url": "https://d.example/"},
    ]});
    let held = give(&ann, four).await;
    assert_eq!(held.status, StatusCode::ACCEPTED, "{}", held.text());
    let queue = kim.get("/moderate/news.example").await.text();
    assert!(queue.contains("https://zebra.example/"), "{queue}");
    let fragment = app.get(&fragment_path()).await.text();
    assert!(!fragment.contains("zebra"), "{fragment}");
}

#[tokio::test]
async fn what_is_held_or_removed_shows_none_of_its_sources() {
    let app = with(Settings {
        mode: ModerationMode::Before,
        ..settings()
    })
    .await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let id = give(&ann, sources()).await.id();
    let unknown = answer(&ben, &id, "says", json!("yes")).await.problem();
    assert!(unknown.starts_with("404 comment_unknown"), "{unknown}");
    app.add_site(1, "news.example", settings()).await;
    let shown = give(
        &ann,
        json!({"stance": "context", "list": [{"url": "https://z.example/"}]}),
    );
    let shown = shown.await.id();
    ben.reply(STORY, &shown, "Indeed?").await.good();

    ann.delete(&shown).await;

    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["state"], "removed");
    assert_eq!(thread["comments"][0]["sources"], Value::Null);
    let fragment = app.get(&fragment_path()).await.text();
    assert!(!fragment.contains("example/timetable") && !fragment.contains("z.example"));
}

#[tokio::test]
async fn only_what_an_editor_rated_by_name_is_told_to_search_engines_as_a_fact_check() {
    let app = app().await;
    let ann = app.reader("Ann");
    let ed = signed_in(&app, "news.example", Role::Editor, 74).await;
    give(&ann, sources()).await.good();
    let page = format!("/embed?site=news.example&page={STORY}");
    let before = app.get(&page).await.text();
    let mut rated = sources();
    rated["claimant"] = json!("The captain");

    let id = give(&ed, rated).await.id();

    let after = app.get(&page).await.text();
    assert!(!before.contains("ClaimReview"), "{before}");
    assert_eq!(after.matches("\"@type\":\"ClaimReview\"").count(), 1);
    for told in [
        "\"claimReviewed\":\"The timetable is new.\"",
        "\"alternateName\":\"Contradicts this\"",
        "\"name\":\"The captain\"",
        "\"ratingValue\":1",
    ] {
        assert!(after.contains(told), "{told}: {after}");
    }
    let own = app.get(&format!("{page}&comment={id}")).await.text();
    assert!(own.contains("ClaimReview"), "{own}");
    let fragment = app.get(&fragment_path()).await.text();
    assert!(fragment.contains("claimed by"), "{fragment}");
    withdraw(&ed, &id, true).await.good();
    assert!(!app.get(&page).await.text().contains("ClaimReview"));
}

#[tokio::test]
async fn a_correction_carries_sources_to_the_newsroom_and_to_nobody_else() {
    let app = app().await;
    let ann = app.reader("Ann");
    let kim = signed_in(&app, "news.example", Role::Editor, 75).await;
    let body = json!({
        "site": "news.example", "page": STORY, "text": "It is from 2019.",
        "annotation": passage(), "sources": sources(),
    });

    let sent = ann.send(Method::POST, "/api/v1/corrections", body).await;

    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
    let desk = kim.get("/edit/news.example/corrections").await.text();
    assert!(desk.contains("https://harbour.example/timetable"), "{desk}");
    assert!(desk.contains("Contradicts this:"), "{desk}");
    let fragment = app.get(&fragment_path()).await.text();
    assert!(!fragment.contains("harbour.example"), "{fragment}");
    let form = ann
        .get(&format!("/embed/correction{PLACE}&page={STORY}"))
        .await
        .text();
    assert!(form.contains("name=\"source_url_1\""), "{form}");
    let path = "/embed/correction";
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("exact", "Nobody"),
        ("text", "Somebody was."),
        ("stance", "supports"),
        ("source_url_1", "https://somebody.example/"),
    ];
    let sent = ann.submit(path, &fields).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
    let desk = kim.get("/edit/news.example/corrections").await.text();
    assert!(desk.contains("https://somebody.example/"), "{desk}");
}

#[tokio::test]
async fn the_thread_shows_those_with_a_source_alone() {
    let app = app().await;
    let ann = app.reader("Ann");
    give(&ann, sources()).await.good();
    ann.post(STORY, "Without any source.").await.good();

    let path = format!("/api/v1/thread?site=news.example&page={STORY}&filter=sources");
    let thread = app.get(&path).await.json();

    assert_eq!(thread["comments"].as_array().unwrap().len(), 1);
    assert_eq!(thread["comments"][0]["sources"]["stance"], "contradicts");
    let fragment = app
        .get(&format!("{}&filter=sources", fragment_path()))
        .await;
    assert!(fragment.text().contains("Showing comments with a source."));
}

#[tokio::test]
async fn who_wrote_about_a_passage_reads_in_their_bell_of_sources_against_it() {
    for app in [TestApp::new().await, TestApp::on_postgres().await] {
        app.add_site(1, "news.example", settings()).await;
        let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
        let asked = json!({
            "site": "news.example", "page": STORY, "text": "Who wrote it?",
            "annotation": passage(),
        });
        let asked = kim.send(Method::POST, "/api/v1/questions", asked).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());

        give(&app.reader("Ann"), sources()).await.good();

        let told = kim.get("/api/v1/notices?site=news.example").await.json();
        let first = &told["notices"][0];
        assert_eq!(
            (&told["n_unread"], &first["what"], &first["name"]),
            (&json!(1), &json!("challenged"), &json!("Ann"))
        );
        let list = kim.get("/embed/notices?site=news.example").await.text();
        let says = "Ann gave sources against a passage that you wrote about";
        assert!(list.contains(says), "{list}");
    }
}

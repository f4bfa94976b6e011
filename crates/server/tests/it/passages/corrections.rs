//! Corrections that readers send, and the lists that they end in.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{GuestPolicy, ModerationMode, Passages};
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::{Value, json};
use store::moderation::word_lists::{self, WordListEntries, WordListKind};

use super::{fragment_path, passage};
use crate::moderation::desk::signed_in;
use crate::publication::articles;
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const DESK: &str = "/edit/news.example/corrections";

fn settings() -> Settings {
    Settings {
        passages: Passages::Correct,
        ..Settings::default()
    }
}

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", settings()).await;
    app
}

async fn send(reader: &TestReader, text: &str, more: Value) -> Answer {
    let mut body = json!({
        "site": "news.example", "page": STORY, "text": text, "annotation": passage(),
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    reader.send(Method::POST, "/api/v1/corrections", body).await
}

fn id(sent: &Answer) -> String {
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
    sent.json()["id"].as_str().unwrap().to_owned()
}

async fn decide(kim: &TestReader, act: &str, id: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = vec![("act", act), ("id", id)];
    all.extend(fields);
    kim.submit(&format!("{DESK}/decide"), &all).await
}

async fn list(app: &TestApp, rest: &str) -> String {
    let path = format!("/embed/corrections?site=news.example{rest}");
    let answer = app.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

fn page() -> String {
    format!("&page={STORY}")
}

#[tokio::test]
async fn a_correction_is_seen_by_the_newsroom_alone() {
    let app = app().await;
    let more = json!({"proposed": "the old zebra", "name": "Zebra", "email": "z@zebra.example"});

    id(&send(&app.reader("Ann"), "It was a zebra.", more).await);

    for path in [
        fragment_path(),
        format!("/embed?site=news.example&page={STORY}"),
        format!("/api/v1/thread?site=news.example&page={STORY}"),
        format!("/embed/annotations?site=news.example&page={STORY}"),
        format!("/embed/corrections?site=news.example&page={STORY}"),
        "/feeds/news.example.atom".to_owned(),
        "/embed/corrections?site=news.example&format=atom".to_owned(),
    ] {
        let shown = app.get(&path).await.text().to_lowercase();
        assert!(!shown.contains("zebra"), "{path}: {shown}");
    }
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let desk = kim.get(DESK).await.text();
    for said in [
        "It was a zebra.",
        "the old zebra",
        "Zebra",
        "the new timetable",
    ] {
        assert!(desk.contains(said), "{said}: {desk}");
    }
    assert!(!desk.contains("z@zebra.example"));
}

#[tokio::test]
async fn an_accepted_correction_is_in_every_list_of_its_page_with_thanks() {
    let app = app().await;
    let own = id(&send(
        &app.reader("Ann"),
        "It was old.",
        json!({"name": "Ann Lee"}),
    )
    .await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    assert_eq!(list(&app, &page()).await, "");

    let line = "The timetable is <b>old</b>.";
    let done = decide(&kim, "accept", &own, &[("line", line), ("thank", "yes")]).await;

    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let shown = list(&app, &page()).await;
    assert!(
        shown.contains("The timetable is &#60;b&#62;old&#60;/b&#62;."),
        "{shown}"
    );
    assert!(shown.contains("Thanks to") && shown.contains("Ann Lee"));
    assert!(list(&app, "").await.contains("The timetable is"));
    for format in ["atom", "rss", "json"] {
        let feed = list(&app, &format!("{}&format={format}", page())).await;
        assert!(
            feed.contains("Ann Lee") && feed.contains("The timetable is"),
            "{feed}"
        );
    }
    let whole = format!("/embed?site=news.example&page={STORY}");
    assert!(app.get(&whole).await.text().contains("class=\"rj-errata\""));
    let widget = app.get(&fragment_path()).await.text();
    assert!(!widget.contains("The timetable is"), "{widget}");
}

#[tokio::test]
async fn a_decision_is_taken_back_where_it_was_made() {
    let app = app().await;
    let own = id(&send(&app.reader("Ann"), "It was old.", json!({})).await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    decide(&kim, "accept", &own, &[("line", "It is old.")]).await;
    let again = decide(&kim, "decline", &own, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let after = kim
        .get(&format!("{DESK}?did=accepted&undo={own}"))
        .await
        .text();
    assert!(after.contains("value=\"reopen\""), "{after}");

    let back = decide(&kim, "reopen", &own, &[]).await;

    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(list(&app, &page()).await, "");
    assert!(kim.get(DESK).await.text().contains("It was old."));
}

#[tokio::test]
async fn an_editor_adds_a_line_without_anybody_and_takes_it_out() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let lines = format!("{DESK}/lines");
    let add = |page: &'static str, line: &'static str| {
        let fields = [("act", "add"), ("page", page), ("line", line)];
        let (kim, lines) = (&kim, &lines);
        async move { kim.submit(lines, &fields).await }
    };

    let blank = add(STORY, " ").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text().contains("Please say what was changed."));
    let elsewhere = add("https://other.example/story", "A name was wrong.").await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = add(STORY, "A name was wrong.").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());

    let shown = list(&app, &page()).await;
    assert!(shown.contains("A name was wrong."), "{shown}");
    let at = shown.split("id=\"correction-").nth(1).unwrap();
    let erratum = at.split('"').next().unwrap();
    let fields = [("act", "remove"), ("erratum", erratum)];
    kim.submit(&lines, &fields).await;
    assert_eq!(list(&app, &page()).await, "");
}

#[tokio::test]
async fn what_is_sent_is_refused_beyond_its_limits() {
    let app = app().await;
    let ann = app.reader("Ann");
    let refused = async |text: &str, more: Value| send(&ann, text, more).await.problem();
    let long = "a".repeat(2_001);

    for (text, more, code) in [
        (" ", json!({}), "422 correction_empty"),
        (long.as_str(), json!({}), "422 correction_too_long"),
        ("No", json!({"proposed": long}), "422 correction_too_long"),
        ("No", json!({"email": "ann"}), "422 email_invalid"),
        ("No", json!({"colour": 1}), "400 field_unknown"),
        (
            "No",
            json!({"annotation": {"exact": " "}}),
            "422 passage_empty",
        ),
        (
            "No",
            json!({"page": "https://other.example/a"}),
            "403 page_elsewhere",
        ),
    ] {
        let problem = refused(text, more).await;
        assert!(problem.starts_with(code), "{code}: {problem}");
    }
    for (settings, code) in [
        (Settings::default(), "403 corrections_off"),
        (
            Settings {
                guests: GuestPolicy::Refused,
                ..settings()
            },
            "401 sign_in_needed",
        ),
    ] {
        app.add_site(1, "news.example", settings).await;
        let problem = refused("No", json!({})).await;
        assert!(problem.starts_with(code), "{code}: {problem}");
    }
}

#[tokio::test]
async fn a_page_that_takes_no_more_comments_takes_corrections() {
    let app = app().await;
    let closed = Settings {
        mode: ModerationMode::Closed,
        ..settings()
    };
    app.add_site(1, "news.example", closed).await;

    id(&send(&app.reader("Ann"), "It was old.", json!({})).await);

    let thread = app.get(&fragment_path()).await.text();
    assert!(thread.contains(" data-passages=\"correct\""), "{thread}");
}

#[tokio::test]
async fn a_quote_with_a_banned_word_is_as_banned_as_a_text() {
    let app = app().await;
    let now = app.clock.now();
    let ban = move |tx: &mut store::Tx<'_>| {
        let entries = WordListEntries::of(["zebra"]).unwrap();
        word_lists::replace(tx, now, SiteId(1), WordListKind::Banned, &entries)
    };
    app.store.write(ban).await.unwrap();
    let forged = json!({"annotation": {"exact": "the zebra said so"}});

    let refused = send(&app.reader("Ann"), "It was old.", forged).await;

    let problem = refused.problem();
    assert!(problem.starts_with("422 word_banned"), "{problem}");
}

#[tokio::test]
async fn without_script_a_plain_form_sends_what_was_pasted() {
    let app = app().await;
    let path = format!("/embed/correction?site=news.example&page={STORY}");
    let form = app.get(&path).await.text();
    assert!(form.contains("<textarea name=\"exact\""), "{form}");
    let thread = app.get(&fragment_path()).await.text();
    assert!(
        thread.contains("/embed/correction?site=news.example"),
        "{thread}"
    );
    let mut ann = app.reader("Ann");
    BASE.clone_into(&mut ann.origin);
    let site = [("site", "news.example"), ("page", STORY)];
    let submit = async |text: &str| {
        let more = [("exact", "the new timetable"), ("text", text)];
        let fields: Vec<_> = site.into_iter().chain(more).collect();
        ann.submit("/embed/correction", &fields).await
    };

    let blank = submit("").await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.text().contains("Please say what is wrong."));
    assert!(
        blank.text().contains("the new timetable</textarea>"),
        "{}",
        blank.text()
    );
    let sent = submit("It was old.").await;

    assert_eq!(sent.status, StatusCode::CREATED);
    assert!(sent.text().contains("The newsroom will look at it."));
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let desk = kim.get(DESK).await.text();
    assert!(desk.contains("It was old.") && desk.contains("the new timetable"));
}

#[tokio::test]
async fn a_passage_in_the_forms_address_is_shown_and_sent_along() {
    let app = app().await;
    let path = format!(
        "/embed/correction?site=news.example&page={STORY}&exact=%3Cb%3Ethe+ferry&suffix=+was&start=4&end=13"
    );

    let form = app.get(&path).await.text();

    assert!(form.contains("&#60;b&#62;the ferry</blockquote>"), "{form}");
    assert!(form.contains("name=\"suffix\" value=\" was\""), "{form}");
    assert!(form.contains("name=\"start\" value=\"4\""), "{form}");
}

#[tokio::test]
async fn an_editor_says_of_one_page_what_its_readers_may_do() {
    let app = app().await;
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let allow = async |word: &str| {
        let fields = [("page", STORY), ("passages", word)];
        kim.submit("/edit/news.example/passages", &fields).await
    };

    let done = allow("both").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let thread = app.get(&fragment_path()).await.text();
    assert!(
        thread.contains(" data-passages=\"comment correct\""),
        "{thread}"
    );

    allow("off").await;
    let thread = app.get(&fragment_path()).await.text();
    assert!(!thread.contains("data-passages"), "{thread}");
    let refused = send(&app.reader("Ann"), "No", json!({})).await.problem();
    assert!(refused.starts_with("403 corrections_off"), "{refused}");

    allow("").await;
    id(&send(&app.reader("Ann"), "No", json!({})).await);
}

#[tokio::test]
async fn the_built_in_article_has_its_list() {
    let folder = articles::folder(articles::ARTICLE);
    let app = articles::published(&folder).await;
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;
    let article = format!("{BASE}/articles/bridge");
    let fields = [
        ("act", "add"),
        ("page", article.as_str()),
        ("line", "The bridge is old."),
    ];

    let done = kim.submit(&format!("{DESK}/lines"), &fields).await;

    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let shown = app.get("/articles/bridge").await.text();
    assert!(shown.contains("The bridge is old."), "{shown}");
}

#[tokio::test]
async fn an_account_is_told_in_the_page_what_became_of_its_own() {
    let app = app().await;
    let olga = signed_in(&app, "news.example", Role::Reader, 72).await;
    let own = id(&send(&olga, "It was old.", json!({})).await);
    let kim = signed_in(&app, "news.example", Role::Editor, 71).await;

    decide(&kim, "decline", &own, &[("reason", "It was new.")]).await;

    let told = olga.get("/api/v1/notices?site=news.example").await.json();
    assert_eq!(told["n_unread"], 1);
    assert_eq!(told["notices"][0]["what"], "article_declined");
    assert_eq!(told["notices"][0]["reason"], "It was new.");
    let shown = olga.get("/embed/notices?site=news.example").await.text();
    assert!(
        shown.contains("was not taken up") && shown.contains("It was new."),
        "{shown}"
    );
    let until = told["until"].as_str().unwrap();
    let body = json!({"site": "news.example", "until": until});
    olga.send(Method::POST, "/api/v1/notices/read", body).await;
    let told = olga.get("/api/v1/notices?site=news.example").await.json();
    assert_eq!(told["n_unread"], 0);
}

//! Questions that editors ask of passages, and what answers them.

use axum::http::{Method, StatusCode};
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::{Passages, Questions};
use serde_json::{Value, json};

use super::{annotate, fragment_path, listed, passage};
use crate::moderation::desk::signed_in;
use crate::support::{Answer, STORY, TestApp, TestReader};

const DESK: &str = "/edit/news.example/questions";

/// A site whose readers may not comment on passages that they choose.
fn settings() -> Settings {
    Settings {
        passages: Passages::Off,
        ..Settings::default()
    }
}

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", settings()).await;
    app
}

async fn editor(app: &TestApp) -> TestReader {
    signed_in(app, "news.example", Role::Editor, 71).await
}

async fn ask(kim: &TestReader, text: &str, more: Value) -> Answer {
    let mut body = json!({
        "site": "news.example", "page": STORY, "text": text, "annotation": passage(),
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    kim.send(Method::POST, "/api/v1/questions", body).await
}

fn id(asked: &Answer) -> String {
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    asked.json()["id"].as_str().unwrap().to_owned()
}

async fn change(kim: &TestReader, id: &str, body: Value) -> Answer {
    let path = format!("/api/v1/questions/{id}?site=news.example");
    kim.send(Method::PATCH, &path, body).await
}

async fn answer(reader: &TestReader, question: &str, text: &str) -> Answer {
    let body = json!({
        "site": "news.example", "page": STORY, "text": text, "name": reader.name,
        "question": question,
    });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

fn passage_path(id: &str, form: &str) -> String {
    format!("/embed{form}?site=news.example&page={STORY}&passage={id}")
}

#[tokio::test]
async fn an_editor_asks_and_readers_answer_by_comments_on_the_passage() {
    let app = app().await;
    let (kim, ann) = (editor(&app).await, app.reader("Ann"));

    let asked = id(&ask(&kim, "Who wrote it?", json!({})).await);
    let posted = answer(&ann, &asked, "The captain’s brother.").await.good();

    assert_eq!(
        posted["comment"]["annotation"]["exact"],
        "the new timetable"
    );
    assert_eq!(
        posted["comment"]["question"],
        json!({"id": asked, "text": "Who wrote it?"})
    );
    let html = posted["html"].as_str().unwrap();
    assert!(html.contains("</bdi> Who wrote it?</p>"), "{html}");
    let list = app.get(&listed()).await.json()["annotations"].clone();
    let comment = &posted["comment"]["id"];
    assert_eq!(
        (&list[0]["comment"], &list[0]["question"]),
        (comment, &json!(asked))
    );
    assert_eq!(
        (
            &list[1]["kind"],
            &list[1]["question"],
            &list[1]["text"],
            &list[1]["is_open"]
        ),
        (
            &json!("question"),
            &json!(asked),
            &json!("Who wrote it?"),
            &json!(true)
        )
    );
    let thread = app.get(&fragment_path()).await.text();
    assert!(thread.contains("data-annotations=\"2\""), "{thread}");
    assert!(thread.contains("</bdi> Who wrote it?</p>"), "{thread}");
}

#[tokio::test]
async fn a_passage_has_a_page_with_its_questions_and_a_form_that_works_without_script() {
    let app = app().await;
    let (kim, ann) = (editor(&app).await, app.reader("Ann"));
    let asked = id(&ask(&kim, "Who <b>wrote</b> it?", json!({})).await);
    ann.post(STORY, "On the whole of it.").await.good();

    let page = app.get(&passage_path(&asked, "")).await.text();
    assert!(
        page.contains("Who &#60;b&#62;wrote&#60;/b&#62; it?"),
        "{page}"
    );
    assert!(page.contains("the new timetable"), "{page}");
    assert!(
        page.contains(&format!("name=\"question\" value=\"{asked}\"")),
        "{page}"
    );
    assert!(!page.contains("On the whole of it."), "{page}");
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "His brother."),
        ("name", "Ann"),
        ("question", asked.as_str()),
    ];
    let sent = ann.submit("/embed/comments", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());

    let page = app.get(&passage_path(&asked, "")).await.text();
    assert!(page.contains("His brother."), "{page}");
    let comment = app.get(&listed()).await.json()["annotations"][0]["comment"].clone();
    let same = app
        .get(&passage_path(comment.as_str().unwrap(), "/thread"))
        .await
        .text();
    assert!(
        same.contains("wrote") && same.contains("His brother."),
        "{same}"
    );
    let json = format!("/api/v1/thread?site=news.example&page={STORY}&passage={asked}");
    let json = app.get(&json).await.json();
    assert_eq!(json["questions"][0]["n_answers"], 1);
    assert_eq!(json["comments"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_discussion_of_a_passage_takes_comments_where_readers_may() {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", super::settings()).await;
    let ann = app.reader("Ann");
    let first = annotate(&ann, passage(), None).await.id();

    let page = app.get(&passage_path(&first, "")).await.text();
    assert!(
        page.contains(&format!("name=\"passage\" value=\"{first}\"")),
        "{page}"
    );
    let fields = [
        ("site", "news.example"),
        ("page", STORY),
        ("text", "Since Monday."),
        ("name", "Ben"),
        ("passage", first.as_str()),
    ];
    let sent = app.reader("Ben").submit("/embed/comments", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());

    let list = app.get(&listed()).await.json()["annotations"].clone();
    assert_eq!(list[0]["exact"], list[1]["exact"]);
    app.add_site(1, "news.example", settings()).await;
    let page = app.get(&passage_path(&first, "")).await.text();
    assert!(
        page.contains("Since Monday.") && !page.contains("id=\"compose\""),
        "{page}"
    );
    let unknown = app.get(&passage_path("0000000000zzz", "")).await;
    assert_eq!(unknown.status, StatusCode::OK);
    assert!(!unknown.text().contains("Since Monday."));
}

#[tokio::test]
async fn a_closed_question_takes_no_answers_and_those_that_are_there_stay() {
    let app = app().await;
    let (kim, ann) = (editor(&app).await, app.reader("Ann"));
    let asked = id(&ask(&kim, "Who wrote it?", json!({})).await);
    answer(&ann, &asked, "His brother.").await.good();

    let closed = change(&kim, &asked, json!({"is_open": false})).await.good();
    assert_eq!(
        (&closed["is_open"], &closed["n_answers"]),
        (&json!(false), &json!(1))
    );
    let refused = answer(&ann, &asked, "And his sister.").await.problem();
    assert!(refused.starts_with("409 question_closed"), "{refused}");
    let page = app.get(&passage_path(&asked, "")).await.text();
    assert!(
        page.contains("No more answers are taken.") && page.contains("His brother."),
        "{page}"
    );
    assert!(!page.contains("id=\"compose\""), "{page}");

    change(
        &kim,
        &asked,
        json!({"is_open": true, "text": "Who made it?"}),
    )
    .await
    .good();
    let posted = answer(&ann, &asked, "And his sister.").await.good();
    assert_eq!(posted["comment"]["question"]["text"], "Who made it?");
}

#[tokio::test]
async fn of_a_deleted_question_the_answers_stay_as_comments_on_the_passage() {
    let app = app().await;
    let (kim, ann) = (editor(&app).await, app.reader("Ann"));
    let asked = id(&ask(&kim, "Who wrote it?", json!({})).await);
    answer(&ann, &asked, "His brother.").await.good();

    let path = format!("/api/v1/questions/{asked}?site=news.example");
    let gone = kim.send(Method::DELETE, &path, Value::Null).await;

    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
    let list = app.get(&listed()).await.json()["annotations"].clone();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(
        (&list[0]["kind"], list[0].get("question")),
        (&json!("comment"), None)
    );
    let thread = app.thread(STORY).await;
    assert_eq!(
        thread["comments"][0]["annotation"]["exact"],
        "the new timetable"
    );
    assert_eq!(thread["comments"][0].get("question"), None);
    let again = change(&kim, &asked, json!({"is_open": true}))
        .await
        .problem();
    assert!(again.starts_with("404 question_unknown"), "{again}");
}

#[tokio::test]
async fn only_editors_ask_and_only_where_the_publisher_wants_it() {
    let app = app().await;
    let (kim, ann) = (editor(&app).await, app.reader("Ann"));
    let staff = signed_in(&app, "news.example", Role::Staff, 72).await;
    let problem = async |who: &TestReader, text: &str, more| ask(who, text, more).await.problem();

    assert_eq!(kim.me(STORY).await["may_ask"], true);
    assert_eq!(staff.me(STORY).await["may_ask"], false);
    for (refused, code) in [
        (problem(&ann, "Why?", json!({})).await, "403 not_allowed"),
        (problem(&staff, "Why?", json!({})).await, "403 not_allowed"),
        (problem(&kim, " ", json!({})).await, "422 question_empty"),
        (
            problem(&kim, &"a".repeat(501), json!({})).await,
            "422 question_too_long",
        ),
        (
            answer(&ann, "0000000000zzz", "Yes.").await.problem(),
            "404 question_unknown",
        ),
    ] {
        assert!(refused.starts_with(code), "{code}: {refused}");
    }
    let asked = id(&ask(&kim, "Who wrote it?", json!({})).await);
    let both = json!({
        "site": "news.example", "page": STORY, "text": "Yes.", "name": "Ann",
        "question": asked, "annotation": passage(),
    });
    let both = ann.send(Method::POST, "/api/v1/comments", both).await;
    assert!(both.problem().starts_with("400 "), "{}", both.problem());
    let first = answer(&ann, &asked, "Yes.").await.id();
    let reply = json!({
        "site": "news.example", "page": STORY, "text": "No.", "name": "Ann",
        "question": asked, "parent": first,
    });
    let reply = ann
        .send(Method::POST, "/api/v1/comments", reply)
        .await
        .problem();
    assert!(reply.starts_with("422 passage_in_reply"), "{reply}");
    let off = Settings {
        questions: Questions::Off,
        ..settings()
    };
    app.add_site(1, "news.example", off).await;
    let refused = answer(&ann, &asked, "Indeed.").await.problem();
    assert!(refused.starts_with("403 questions_off"), "{refused}");
    assert_eq!(kim.me(STORY).await["may_ask"], false);
    let page = app.get(&passage_path(&asked, "")).await.text();
    assert!(
        page.contains("Who wrote it?") && !page.contains("id=\"compose\""),
        "{page}"
    );
}

#[tokio::test]
async fn the_newsroom_lists_its_questions_and_sees_to_them_by_plain_forms() {
    let app = app().await;
    let kim = editor(&app).await;
    let fields = [
        ("act", "ask"),
        ("page", STORY),
        ("exact", "the new timetable"),
        ("text", "Who wrote it?"),
        ("open", "yes"),
    ];
    let sent = kim.submit(DESK, &fields).await;
    assert_eq!(sent.header("location"), format!("{DESK}?did=asked"));
    let asked = app.get(&listed()).await.json()["annotations"][0]["question"].clone();
    let asked = asked.as_str().unwrap();
    answer(&app.reader("Ann"), asked, "His brother.")
        .await
        .good();

    let list = kim.get(DESK).await.text();
    assert!(
        list.contains("Who wrote it?") && list.contains("1 answer<"),
        "{list}"
    );
    for (act, did, shown) in [
        ("close", "closed&state=closed", "Take answers again"),
        ("reopen", "reopened", "Take no more answers"),
    ] {
        let done = kim.submit(DESK, &[("act", act), ("id", asked)]).await;
        assert_eq!(done.header("location"), format!("{DESK}?did={did}"));
        let list = kim.get(done.header("location")).await.text();
        assert!(list.contains(shown), "{list}");
    }
    let save = [("act", "save"), ("id", asked), ("text", "Who made it?")];
    kim.submit(DESK, &save).await;
    assert!(kim.get(DESK).await.text().contains("Who made it?"));
    let wrong = [
        ("act", "ask"),
        ("page", STORY),
        ("exact", "some words"),
        ("text", " "),
    ];
    let wrong = kim.submit(DESK, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("some words"), "{}", wrong.text());
    kim.submit(DESK, &[("act", "delete"), ("id", asked)]).await;
    assert!(!kim.get(DESK).await.text().contains("Who made it?"));
    let owner = signed_in(&app, "news.example", Role::Owner, 73).await;
    let log = owner.get("/admin/news.example/audit").await.text();
    for done in [
        "Question asked",
        "Question changed",
        "Question closed to answers",
        "Question reopened",
        "Question deleted",
    ] {
        assert!(log.contains(done), "{done}: {log}");
    }
}

#[tokio::test]
async fn a_page_itself_has_questions_or_not_whatever_the_site_has() {
    for app in [TestApp::new().await, TestApp::on_postgres().await] {
        app.add_site(1, "news.example", settings()).await;
        let kim = editor(&app).await;
        let asked = id(&ask(&kim, "Who wrote it?", json!({})).await);
        let switch = async |questions: &str| {
            let fields = [("page", STORY), ("passages", ""), ("questions", questions)];
            let done = kim.submit("/edit/news.example/passages", &fields).await;
            assert_eq!(
                done.header("location"),
                "/edit/news.example/passages?did=saved"
            );
        };
        let is_open = async || app.get(&listed()).await.json()["annotations"][0]["is_open"].clone();

        switch("off").await;

        let refused = ask(&kim, "And when?", json!({})).await.problem();
        assert!(refused.starts_with("403 questions_off"), "{refused}");
        let refused = answer(&app.reader("Ann"), &asked, "I did.").await.problem();
        assert!(refused.starts_with("403 questions_off"), "{refused}");
        let refused = change(&kim, &asked, json!({"is_open": false}))
            .await
            .problem();
        assert!(refused.starts_with("403 questions_off"), "{refused}");
        assert_eq!(kim.me(STORY).await["may_ask"], false);
        assert_eq!(is_open().await, false);
        let page = app.get(&passage_path(&asked, "")).await.text();
        assert!(
            page.contains("Who wrote it?") && !page.contains("id=\"compose\""),
            "{page}"
        );

        let off = Settings {
            questions: Questions::Off,
            ..settings()
        };
        app.add_site(1, "news.example", off).await;
        switch("on").await;
        assert_eq!(kim.me(STORY).await["may_ask"], true);
        assert_eq!(is_open().await, true);
        answer(&app.reader("Ann"), &asked, "I did.").await.good();
        let desk = kim.get(DESK).await.text();
        assert!(desk.contains("Take no more answers"), "{desk}");
        switch("").await;
        assert_eq!(kim.me(STORY).await["may_ask"], false);
    }
}

#[tokio::test]
async fn who_follows_live_is_told_that_a_first_question_is_asked() {
    let app = app().await;
    app.reader("Ann")
        .post(STORY, "On the whole of it.")
        .await
        .id();
    let mut following = app.follow(STORY, None).await;

    ask(&editor(&app).await, "Who wrote it?", json!({})).await;

    let told = following.next().await.unwrap();
    assert_eq!(
        (told.event.as_str(), &told.data["annotations"]),
        ("page", &json!(1))
    );
}

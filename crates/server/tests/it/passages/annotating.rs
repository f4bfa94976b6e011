//! Writing about a passage, and reading what was written.

use axum::http::{Method, StatusCode};
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::ModerationMode;
use serde_json::{Value, json};

use super::{annotate, app, fragment_path, listed, passage, settings};
use crate::moderation::desk::signed_in;
use crate::support::{STORY, TestApp};

#[tokio::test]
async fn a_comment_on_a_passage_carries_it_wherever_it_is_read() {
    let app = app().await;
    let ann = app.reader("Ann");

    let posted = annotate(&ann, passage(), None).await.good();

    let mut expected = passage();
    expected["state"] = json!("unknown");
    assert_eq!(posted["comment"]["annotation"], expected);
    let quoted = "the new timetable</a></blockquote>";
    assert!(posted["html"].as_str().unwrap().contains(quoted));
    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["annotation"], expected);
    let fragment = app.get(&fragment_path()).await.text();
    assert!(fragment.contains(quoted) && fragment.contains(" data-passage"));
    let id = posted["comment"]["id"].as_str().unwrap();
    let feed = app.get("/feeds/news.example.atom").await.text();
    let above = "&lt;blockquote&gt;&lt;p&gt;the new timetable&lt;/p&gt;&lt;/blockquote&gt;";
    assert!(feed.contains(above), "{feed}");
    let own = format!("/embed?site=news.example&page={STORY}&comment={id}");
    assert!(app.get(&own).await.text().contains(quoted));
}

#[tokio::test]
async fn the_list_of_passages_has_the_published_comments_and_how_many_answer_them() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    assert_eq!(app.get(&listed()).await.json(), json!({"annotations": []}));
    let first = annotate(&ann, passage(), None).await.id();
    let second = annotate(&ben, json!({"exact": "Nobody"}), None).await.id();
    ben.reply(STORY, &first, "Since Monday.").await.good();
    ann.post(STORY, "On the whole of it.").await.good();

    let list = app.get(&listed()).await;

    let own = |at: usize, name: &str| list.json()["annotations"][at][name].clone();
    assert_eq!(list.json()["annotations"].as_array().unwrap().len(), 2);
    assert_eq!((own(0, "comment"), own(0, "n")), (json!(second), json!(1)));
    assert_eq!((own(1, "comment"), own(1, "n")), (json!(first), json!(2)));
    assert_eq!((own(0, "start"), own(1, "start")), (Value::Null, json!(49)));
    assert_eq!(
        (own(1, "kind"), own(1, "rival")),
        (json!("comment"), json!(310))
    );
    let tag = [("if-none-match", list.header("etag"))];
    let again = app.get_with(&listed(), &tag).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_passage_is_refused_where_the_site_has_them_off_in_replies_and_beyond_the_limits() {
    let app = app().await;
    let ann = app.reader("Ann");
    let first = annotate(&ann, passage(), None).await.id();
    let refused = async |annotation: Value, parent: Option<&str>| {
        annotate(&ann, annotation, parent).await.problem()
    };
    let long = |name: &str, n: usize| {
        let mut own = passage();
        own[name] = json!("a".repeat(n));
        own
    };
    let from = |start: Value, end: Value| json!({"exact": "a", "start": start, "end": end});

    for (annotation, parent, code) in [
        (passage(), Some(first.as_str()), "422 passage_in_reply"),
        (long("exact", 1_001), None, "422 passage_too_long"),
        (long("prefix", 33), None, "422 passage_context_too_long"),
        (long("suffix", 33), None, "422 passage_context_too_long"),
        (json!({"exact": " \u{200b} "}), None, "422 passage_empty"),
        (from(json!(5), json!(5)), None, "422 passage_misplaced"),
        (from(json!(5), Value::Null), None, "422 passage_misplaced"),
        (
            json!({"exact": "a", "colour": 1}),
            None,
            "400 field_unknown",
        ),
    ] {
        let problem = refused(annotation, parent).await;
        assert!(problem.starts_with(code), "{code}: {problem}");
    }
    app.add_site(1, "news.example", Settings::default()).await;
    let problem = refused(passage(), None).await;
    assert!(problem.starts_with("403 passages_off"), "{problem}");
}

#[tokio::test]
async fn the_thread_tells_the_script_what_can_be_done_with_passages_and_says_nothing_of_none() {
    let told = async |app: &TestApp| {
        let thread = app.get(&fragment_path()).await.text();
        let has = |attribute: &str| thread.contains(attribute);
        (
            has(" data-passages=\"comment\""),
            has(" data-annotations=\"1\""),
        )
    };
    let off = TestApp::new().await;
    assert_eq!(told(&off).await, (false, false));

    let app = app().await;
    assert_eq!(told(&app).await, (true, false));
    let posted = annotate(&app.reader("Ann"), passage(), None).await;
    posted.good();
    assert_eq!(told(&app).await, (true, true));
    let closed = Settings {
        mode: ModerationMode::Closed,
        ..settings()
    };
    app.add_site(1, "news.example", closed).await;
    assert_eq!(told(&app).await, (false, true));
}

#[tokio::test]
async fn the_filter_shows_only_what_is_on_passages() {
    let app = app().await;
    let ann = app.reader("Ann");
    ann.post(STORY, "On the whole of it.").await.good();
    let id = annotate(&ann, passage(), None).await.id();

    for sort in ["newest", "oldest", "votes", "best", "discussed"] {
        let path = format!("{}&filter=inline&sort={sort}", fragment_path());
        let fragment = app.get(&path).await.text();
        assert_eq!(fragment.matches("role=\"comment\"").count(), 1, "{sort}");
        assert!(fragment.contains(&format!("comment-{id}")));
    }
    assert!(
        app.get(&fragment_path())
            .await
            .text()
            .contains("filter=inline")
    );
}

#[tokio::test]
async fn moderators_see_the_passage_of_a_comment_that_waits_and_readers_do_not() {
    let app = app().await;
    let before = Settings {
        mode: ModerationMode::Before,
        ..settings()
    };
    app.add_site(1, "news.example", before).await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;

    let posted = annotate(&app.reader("Ann"), passage(), None).await;

    assert_eq!(posted.status, StatusCode::ACCEPTED);
    let desk = kim.get("/moderate/news.example").await.text();
    assert!(desk.contains("the new timetable"), "{desk}");
    assert_eq!(app.get(&listed()).await.json(), json!({"annotations": []}));
    let thread = app.get(&fragment_path()).await.text();
    assert!(!thread.contains("timetable") && !thread.contains("data-annotations"));
}

#[tokio::test]
async fn of_a_deleted_comment_no_passage_is_left_and_an_edited_one_keeps_its_own() {
    let app = app().await;
    let ann = app.reader("Ann");
    let id = annotate(&ann, passage(), None).await.id();

    let edited = ann.edit(&id, "Since which day?").await.good();
    assert_eq!(
        edited["comment"]["annotation"]["exact"],
        "the new timetable"
    );
    app.reader("Ben")
        .reply(STORY, &id, "Since Monday.")
        .await
        .good();
    ann.delete(&id).await;

    assert_eq!(app.get(&listed()).await.json(), json!({"annotations": []}));
    let one = app.get(&format!("/api/v1/comments/{id}")).await.text();
    assert!(!one.contains("timetable"), "{one}");
    let stored = app.store.read(|tx| {
        let page = store::discussion::pages::find(
            tx,
            rejoinder_core::SiteId(1),
            &rejoinder_core::PageKey::parse(STORY).unwrap(),
        )?;
        store::passages::annotations::of_page(tx, rejoinder_core::SiteId(1), page.unwrap().id)
    });
    assert_eq!(stored.await.unwrap(), []);
}

#[tokio::test]
async fn the_same_key_with_another_passage_is_another_request() {
    let app = app().await;
    let ann = app.reader("Ann");
    let post = async |exact: &str| {
        let body = json!({
            "site": "news.example", "page": STORY, "text": "Why?", "name": "Ann",
            "annotation": {"exact": exact},
        });
        let key = [("idempotency-key", "k1")];
        ann.send_with(Method::POST, "/api/v1/comments", &key, body)
            .await
    };

    let first = post("the captain").await;
    let again = post("the captain").await;
    let other = post("the ferry").await;

    assert_eq!(first.id(), again.id());
    assert_eq!(
        again.json()["comment"]["annotation"]["exact"],
        "the captain"
    );
    assert!(
        other.problem().starts_with("409 key_reused"),
        "{}",
        other.problem()
    );
}

//! What the scripts of Isso are answered, on both databases.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::publication::settings::{IssoApi, ModerationMode};
use rejoinder_core::{Clock as _, PageId, PageKey, Settings, SiteId};
use serde_json::{Value, json};
use store::archive::imports::{self, ImportedPage};
use store::discussion::pages;

use crate::support::{Answer, NEWS, STORY, TestApp, TestReader};

const ISSO: &str = "/isso/news.example";

fn open() -> Settings {
    Settings {
        isso_api: IssoApi::On,
        ..Settings::default()
    }
}

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", open()).await;
    app
}

async fn each() -> [TestApp; 2] {
    let postgres = TestApp::on_postgres().await;
    postgres.add_site(1, "news.example", open()).await;
    [app().await, postgres]
}

/// What Isso's own script sends.
fn new(name: &str, text: &str, parent: &Value) -> Value {
    json!({
        "author": name, "email": null, "website": null, "text": text, "parent": parent,
        "title": null, "notification": 0,
    })
}

async fn post(reader: &TestReader, uri: &str, text: &str, parent: &Value) -> Answer {
    let path = format!("{ISSO}/new?uri={uri}");
    reader
        .send(Method::POST, &path, new(&reader.name, text, parent))
        .await
}

async fn act(reader: &TestReader, method: Method, path: &str) -> Answer {
    let json = [("content-type", "application/json")];
    let path = format!("{ISSO}{path}");
    reader.ask(method, &path, &json, Body::empty()).await
}

async fn fetch(reader: &TestReader, query: &str) -> Value {
    reader.get(&format!("{ISSO}/?{query}")).await.good()
}

/// A thread as lines: how far in, what is said, what is hidden below.
fn outline(replies: &Value, level: usize, lines: &mut Vec<String>) {
    for reply in replies.as_array().unwrap() {
        let hidden = match reply["hidden_replies"].as_i64().unwrap() {
            0 => String::new(),
            n => format!(" (+{n})"),
        };
        let text = reply["text"].as_str().unwrap();
        let text = text
            .replace("<p>", "")
            .replace("</p>", "")
            .replace('\n', "");
        lines.push(format!("{}{text}{hidden}", "  ".repeat(level)));
        outline(&reply["replies"], level + 1, lines);
    }
}

fn lines(thread: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    outline(&thread["replies"], 0, &mut lines);
    lines
}

#[tokio::test]
async fn a_site_that_does_not_allow_it_answers_as_one_that_has_no_such_thing() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");

    let answers = [
        ann.get(&format!("{ISSO}/?uri=/story")).await,
        ann.get(&format!("{ISSO}/config")).await,
        ann.get(&format!("{ISSO}/js/embed.min.js")).await,
        post(&ann, "/story", "A word", &Value::Null).await,
        act(&ann, Method::POST, "/id/1/like").await,
    ];

    for answer in answers {
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text());
    }
    assert_eq!(app.thread(STORY).await["n_comments"], 0);
}

#[tokio::test]
async fn what_is_written_by_either_script_is_read_by_both() {
    for app in each().await {
        let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));

        let first = post(&ann, "/story", "It **sails**", &Value::Null).await;
        let first_body = first.good();
        bob.post(STORY, "Good").await.good();
        let reply = post(&bob, "/story", "When?", &first_body["id"]).await;

        assert_eq!(first.status, StatusCode::CREATED);
        assert_eq!(first_body["text"], "<p>It <strong>sails</strong></p>");
        assert_eq!(first_body["author"], "Ann");
        assert_eq!(first_body["mode"], 1);
        assert_eq!(first_body["parent"], Value::Null);
        assert_eq!(reply.good()["parent"], first_body["id"]);
        let ours = app.thread(STORY).await;
        assert_eq!(ours["n_comments"], 3);
        let theirs = fetch(&bob, "uri=/story&sort=oldest").await;
        assert_eq!(theirs["total_replies"], 3);
        assert_eq!(theirs["id"], Value::Null);
        assert_eq!(
            lines(&theirs),
            ["It <strong>sails</strong>", "  When?", "Good"]
        );
    }
}

#[tokio::test]
async fn an_id_is_digits_that_no_script_loses() {
    let app = app().await;
    let ann = app.reader("Ann");

    let posted = post(&ann, "/story", "First", &Value::Null).await;

    let id = posted.good()["id"].as_str().unwrap().to_owned();
    assert!(id.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    let cookie = posted.header("x-set-cookie");
    assert!(
        cookie.starts_with(&format!("isso-{id}=1; Path=/; Max-Age=900")),
        "{cookie}"
    );
    assert_eq!(
        posted.header("access-control-expose-headers"),
        "X-Set-Cookie, Date"
    );
    assert_eq!(posted.header("access-control-allow-origin"), NEWS);
}

#[tokio::test]
async fn parts_of_a_thread_are_asked_for_by_how_many_stand_before_them() {
    for app in each().await {
        let ann = app.reader("Ann");
        let mut roots = Vec::new();
        for n in 1..=4 {
            let root = post(&ann, "/story", &format!("Root {n}"), &Value::Null).await;
            roots.push(root.good()["id"].clone());
        }
        for n in 1..=3 {
            post(&ann, "/story", &format!("Reply {n}"), &roots[0])
                .await
                .good();
        }

        let start = fetch(&ann, "uri=/story&limit=2&nested_limit=1&offset=0&sort=").await;
        let rest = fetch(&ann, "uri=/story&limit=5&offset=2").await;
        let newest = fetch(&ann, "uri=/story&sort=newest&limit=1").await;
        let root = roots[0].as_str().unwrap();
        let below = fetch(&ann, &format!("uri=/story&parent={root}&limit=1&offset=1")).await;
        let beyond = fetch(&ann, "uri=/story&offset=99").await;
        let unknown = fetch(&ann, "uri=/nothing").await;

        assert_eq!(lines(&start), ["Root 1 (+2)", "  Reply 1", "Root 2"]);
        assert_eq!(start["hidden_replies"], 2);
        assert_eq!(start["total_replies"], 7);
        assert_eq!(lines(&rest), ["Root 3", "Root 4"]);
        assert_eq!(rest["hidden_replies"], 0);
        assert_eq!(lines(&newest), ["Root 4"]);
        assert_eq!(lines(&below), ["Reply 2"]);
        assert_eq!(below["total_replies"], 3);
        assert_eq!(below["hidden_replies"], 1);
        assert_eq!(below["id"], roots[0]);
        assert_eq!(lines(&beyond), Vec::<String>::new());
        assert_eq!(unknown["total_replies"], 0);
    }
}

#[tokio::test]
async fn only_what_came_after_a_time_is_given_where_one_is_named() {
    let app = app().await;
    let ann = app.reader("Ann");
    let first = post(&ann, "/story", "First", &Value::Null).await.good();
    app.clock.advance(Duration::from_secs(60));
    post(&ann, "/story", "Second", &Value::Null).await.good();

    let after = fetch(&ann, &format!("uri=/story&after={}", first["created"])).await;

    assert_eq!(lines(&after), ["Second"]);
}

#[tokio::test]
async fn votes_are_counted_as_ours_and_a_refused_one_says_why() {
    for app in each().await {
        let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
        let first = post(&ann, "/story", "First", &Value::Null).await.good();
        let id = first["id"].as_str().unwrap();

        let up = act(&bob, Method::POST, &format!("/id/{id}/like"))
            .await
            .good();
        let again = act(&bob, Method::POST, &format!("/id/{id}/like"))
            .await
            .good();
        let down = act(&bob, Method::POST, &format!("/id/{id}/dislike"))
            .await
            .good();
        let own = act(&ann, Method::POST, &format!("/id/{id}/like"))
            .await
            .good();
        let unknown = act(&bob, Method::POST, "/id/99/like").await;

        assert_eq!(up, json!({ "likes": 1, "dislikes": 0 }));
        assert_eq!(again, up);
        assert_eq!(down, json!({ "likes": 0, "dislikes": 1 }));
        let message = "You cannot vote on your own comment.";
        assert_eq!(
            own,
            json!({ "likes": 0, "dislikes": 1, "message": message })
        );
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_author_edits_and_deletes_and_nobody_else_does() {
    for app in each().await {
        let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
        let first = post(&ann, "/story", "A *word*", &Value::Null).await.good();
        let path = format!("/id/{}", first["id"].as_str().unwrap());
        let full = format!("{ISSO}{path}");
        let text = json!({ "text": "Another" });

        let typed = ann.get(&format!("{full}?plain=1")).await.good();
        let strange = bob.get(&format!("{full}?plain=1")).await;
        let foreign = bob.send(Method::PUT, &full, text.clone()).await;
        let edited = ann.send(Method::PUT, &full, text).await.good();
        post(&bob, "/story", "A reply", &first["id"]).await.good();
        let kept = act(&ann, Method::DELETE, &path).await.good();

        assert_eq!(typed["text"], "A *word*");
        assert_eq!(strange.status, StatusCode::FORBIDDEN);
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert_eq!(edited["text"], "<p>Another</p>");
        assert!(edited["modified"].as_f64().unwrap() > edited["created"].as_f64().unwrap());
        assert_eq!(kept["mode"], 4);
        assert_eq!((&kept["text"], &kept["author"]), (&json!(""), &Value::Null));
        let second = post(&ann, "/story", "Alone", &Value::Null).await.good();
        let path = format!("/id/{}", second["id"].as_str().unwrap());
        let gone = act(&ann, Method::DELETE, &path).await;
        assert_eq!(gone.text(), "null");
        let thread = fetch(&bob, "uri=/story").await;
        assert_eq!(lines(&thread), ["", "  A reply"]);
    }
}

#[tokio::test]
async fn a_comment_that_waits_says_so_and_is_on_no_thread() {
    let app = app().await;
    let settings = Settings {
        mode: ModerationMode::Before,
        ..open()
    };
    app.add_site(1, "news.example", settings).await;
    let ann = app.reader("Ann");

    let posted = post(&ann, "/story", "First", &Value::Null).await;

    assert_eq!(posted.status, StatusCode::ACCEPTED);
    assert_eq!(posted.good()["mode"], 2);
    assert_eq!(fetch(&ann, "uri=/story").await["total_replies"], 0);
    let info = ann.get(&format!("{ISSO}/info")).await.good();
    assert_eq!(info["moderation"], true);
}

#[tokio::test]
async fn the_rules_are_those_of_our_own_api() {
    let app = app().await;
    let ann = app.reader("");

    let nameless = post(&ann, "/story", "A word", &Value::Null).await;
    let empty = post(&app.reader("Ann"), "/story", " ", &Value::Null).await;
    let nowhere = post(&app.reader("Ann"), "", "A word", &Value::Null).await;
    let elsewhere = "https://elsewhere.example/a";
    let foreign = post(&app.reader("Ann"), elsewhere, "A word", &Value::Null).await;

    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nameless.problem().contains("name"),
        "{}",
        nameless.problem()
    );
    assert!(!empty.status.is_success(), "{}", empty.text());
    assert_eq!(nowhere.status, StatusCode::BAD_REQUEST);
    assert!(foreign.status.is_client_error(), "{}", foreign.text());
}

#[tokio::test]
async fn pages_are_counted_in_the_order_in_which_they_are_named() {
    for app in each().await {
        let ann = app.reader("Ann");
        post(&ann, "/one", "First", &Value::Null).await.good();
        post(&ann, "/one", "Second", &Value::Null).await.good();
        post(&ann, "a-name", "Third", &Value::Null).await.good();

        let asked = json!(["/none", "/one", "a-name", ""]);
        let path = format!("{ISSO}/count");
        let counted = ann.send(Method::POST, &path, asked).await.good();

        assert_eq!(counted, json!([0, 2, 1, 0]));
    }
}

#[tokio::test]
async fn a_page_that_came_from_isso_is_found_by_its_path_from_any_origin_of_the_site() {
    let app = app().await;
    let now = app.clock.now();
    let add = move |tx: &mut store::Tx<'_>| {
        let page = ImportedPage {
            source_id: "1".to_owned(),
            key: PageKey::parse("https://news.example/old-ferry/")?,
            aliases: vec![PageKey::parse("/ferry/")?],
            title: Some("The ferry".to_owned()),
            closed_at: None,
            created_at: now,
        };
        imports::upsert_page(tx, SiteId(1), PageId(7), &page, "isso".into()).map(drop)
    };
    app.store.write(add).await.unwrap();
    let ann = app.reader("Ann");

    post(&ann, "/ferry/", "Still here", &Value::Null)
        .await
        .good();

    let key = PageKey::parse("https://news.example/old-ferry/").unwrap();
    let found = app.store.read(move |tx| pages::find(tx, SiteId(1), &key));
    assert_eq!(found.await.unwrap().unwrap().n_comments, 1);
}

#[tokio::test]
async fn what_the_scripts_go_by_is_what_the_site_says() {
    let app = TestApp::with(|config| config.mail_from = Some("talk@news.example".to_owned())).await;
    app.add_site(1, "news.example", open()).await;

    let config = app.get(&format!("{ISSO}/config")).await.good();

    assert_eq!(
        config["config"],
        json!({
            "reply-to-self": true, "require-email": false, "require-author": true,
            "website-field": true, "reply-notifications": true, "gravatar": false, "feed": true,
        })
    );
}

#[tokio::test]
async fn the_feed_leads_to_ours_and_the_files_are_ours() {
    let app = app().await;
    let ann = app.reader("Ann");
    post(&ann, "/story", "First", &Value::Null).await.good();

    let feed = ann.get(&format!("{ISSO}/feed?uri=/story")).await;
    let script = ann.get(&format!("{ISSO}/js/count.min.js")).await;
    let style = ann.get(&format!("{ISSO}/css/isso.css")).await;
    let other = ann.get(&format!("{ISSO}/css/other.css")).await;

    assert_eq!(feed.status, StatusCode::TEMPORARY_REDIRECT);
    let to = feed.header("location").to_owned();
    let path = to.strip_prefix("https://comments.example").unwrap();
    assert!(ann.get(path).await.text().contains("First"), "{to}");
    assert!(script.text().contains("rejoinder-thread"));
    assert!(style.text().contains("isso-comment"));
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_preview_is_what_the_comment_will_be() {
    let app = app().await;
    let ann = app.reader("Ann");
    let text = json!({ "text": "A *word* <script>alert(1)</script>" });

    let preview = ann
        .send(Method::POST, &format!("{ISSO}/preview"), text)
        .await
        .good();

    let html = preview["text"].as_str().unwrap();
    assert!(html.contains("<em>word</em>"), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[tokio::test]
async fn what_the_scripts_write_into_html_as_it_comes_is_html_that_is_only_text() {
    let app = app().await;
    let eve = app.reader("Eve");
    let body = json!({
        "author": "<img src=x onerror='a()'>", "email": null, "text": "Hello",
        "website": "https://eve.example/?a='onmouseover='a()&b=\"c\"", "parent": null,
    });

    let path = format!("{ISSO}/new?uri=/story");
    let posted = eve.send(Method::POST, &path, body).await.good();
    let thread = fetch(&app.reader("Bob"), "uri=/story").await;

    for comment in [&posted, &thread["replies"][0]] {
        for field in ["author", "website"] {
            let text = comment[field].as_str().unwrap();
            assert!(!text.contains(['<', '>', '\'', '"']), "{field}: {text}");
        }
    }
}

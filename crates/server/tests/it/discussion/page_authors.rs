//! Who wrote an article, and the badge that says so.

use axum::http::Method;
use rejoinder_core::identity::author::Role;
use serde_json::{Value, json};

use crate::moderation::desk::signed_in;
use crate::moderation::desk_pages::{done, linked, send, shown};
use crate::support::{Answer, BASE, STORY, TestApp, TestReader};

const BADGE: &str = "<span class=\"rj-badge\">Author of the article</span>";

async fn tell(editor: &TestReader, body: Value) -> Answer {
    let path = format!("/edit/news.example/authors?page={STORY}");
    let kind = [("content-type", "application/json")];
    let body = body.to_string().into();
    editor
        .ask_from(Some(BASE), Method::PUT, &path, &kind, body)
        .await
}

async fn fragment(app: &TestApp) -> String {
    let path = format!("/embed/thread?site=news.example&page={STORY}");
    app.get(&path).await.text()
}

#[tokio::test]
async fn who_wrote_the_article_has_a_badge_there_and_a_name_alone_has_none() {
    let app = TestApp::new().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    let writer = signed_in(&app, "news.example", Role::Staff, 72).await;
    writer.post(STORY, "Ask me anything").await.good();
    app.reader("Ann").post(STORY, "I will").await.good();
    assert!(!fragment(&app).await.contains(BADGE));

    let told = tell(&editor, json!({"authors": ["kim72@news.example"]})).await;

    let linked = told.good();
    assert_eq!(linked["authors"][0]["name"], "Kim Ode");
    assert_eq!(fragment(&app).await.matches(BADGE).count(), 1);
    let thread = app.thread(STORY).await;
    let badges: Vec<&Value> = thread["comments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| &own["author"]["badges"])
        .collect();
    assert!(badges.contains(&&json!(["author", "staff"])), "{badges:?}");
    let posted = writer.post(STORY, "And more").await.good();
    assert!(posted["html"].as_str().unwrap().contains(BADGE));
    let elsewhere = "https://news.example/elsewhere";
    let other = writer.post(elsewhere, "Not my article").await.good();
    assert!(!other["html"].as_str().unwrap().contains(BADGE));

    tell(&editor, json!({"authors": []})).await.good();
    assert!(!fragment(&app).await.contains(BADGE));
    let called = app
        .reader("Author of the article")
        .post(STORY, "Me too")
        .await;
    assert_eq!(called.status, 422, "{}", called.text());
}

#[tokio::test]
async fn only_accounts_of_the_site_are_linked_and_only_by_editors() {
    let app = TestApp::new().await;
    let editor = signed_in(&app, "news.example", Role::Editor, 71).await;
    let staff = signed_in(&app, "news.example", Role::Staff, 72).await;
    let ann = app.reader("Ann");
    ann.post(STORY, "A guest").await.good();
    let guest = ann.me(STORY).await["reader"]["id"].clone();

    let refused = tell(&editor, json!({"authors": [guest]})).await;
    assert_eq!(
        (refused.status.as_u16(), refused.json()["code"].clone()),
        (404, json!("author_unknown"))
    );
    let many = vec!["kim72@news.example"; 11];
    let refused = tell(&editor, json!({"authors": many})).await;
    assert_eq!(refused.status, 422);
    let refused = tell(&staff, json!({"authors": ["kim72@news.example"]})).await;
    assert_eq!(refused.status, 404);
}

#[tokio::test]
async fn moderators_link_authors_on_the_page_of_the_desk() {
    let app = TestApp::new().await;
    let kim = signed_in(&app, "news.example", Role::Moderator, 71).await;
    signed_in(&app, "news.example", Role::Staff, 72).await;
    app.reader("Ann").post(STORY, "First").await.good();
    let path = format!("/pages/{}", linked(&shown(&kim, "/pages").await, "/pages/"));

    let add = |account| [("action", "add_author"), ("account", account)];
    let page = done(&kim, &path, &add("kim72@news.example")).await;
    let remove = page.split("value=\"remove_author\"").nth(1).unwrap();
    let id = remove.split("value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    let wrong = send(&kim, &path, &add("nobody@news.example")).await;
    assert_eq!(wrong.status, 404);
    assert!(wrong.text().contains("value=\"nobody@news.example\""));

    let gone = done(&kim, &path, &[("action", "remove_author"), ("account", id)]).await;
    assert!(!gone.contains("remove_author"), "{gone}");
}

use serde_json::json;

use crate::support::{STORY, TestApp};

#[tokio::test]
async fn a_discussion_is_the_same_on_postgres() {
    let app = TestApp::on_postgres().await;
    let (ann, bob) = (app.reader("Ann"), app.reader("Bob"));
    let first = ann.post(STORY, "Frist").await.id();
    app.thread(STORY).await;

    let reply = bob.reply(STORY, &first, "Reply").await.id();
    bob.vote(&first, 1).await.good();
    ann.edit(&first, "First").await.good();

    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["html"], "<p>First</p>");
    assert_eq!(thread["comments"][0]["up"], 1);
    assert_eq!(thread["comments"][0]["replies"][0]["id"], reply);
    assert_eq!(bob.me(STORY).await["votes"], json!({ &first: 1 }));
    ann.delete(&first).await.good();
    let thread = app.thread(STORY).await;
    assert_eq!(thread["comments"][0]["state"], "removed");
}

#[tokio::test]
async fn a_change_through_another_node_is_seen_within_seconds() {
    let database = testing::fresh_database();
    let (here, there) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    here.thread(STORY).await;

    there.reader("Ann").post(STORY, "First").await.good();
    here.clock.advance(std::time::Duration::from_secs(3));

    assert_eq!(here.thread(STORY).await["n_comments"], 1);
}

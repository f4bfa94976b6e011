//! Looking for what is said in the recordings of a site.

use rejoinder_core::Settings;
use rejoinder_core::recordings::TranscriptStatus;
use serde_json::json;

use super::proposals::{TALK, attach_talk};
use crate::support::{STORY, TestApp};

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", Settings::default()).await;
    app.add_site(2, "other.example", Settings::default()).await;
    attach_talk(&app, TranscriptStatus::Draft).await;
    app
}

async fn found(app: &TestApp, site: &str, words: &str) -> serde_json::Value {
    let path = format!("/api/v1/recordings?site={site}&words={words}");
    app.get(&path).await.good()["recordings"].clone()
}

#[tokio::test]
async fn what_is_said_is_found_whatever_its_case_and_leads_to_its_time() {
    let app = app().await;

    let hits = found(&app, "news.example", "BR%C3%8DDGE+old").await;

    let hit = &hits[0];
    assert_eq!(
        (&hit["id"], &hit["title"]),
        (&json!(TALK.to_string()), &json!("A talk"))
    );
    assert_eq!(hit["page"], STORY);
    let [place] = &hit["places"].as_array().unwrap()[..] else {
        panic!("{hits}")
    };
    assert_eq!(place["text"], "The bridge is old.");
    assert_eq!(
        (&place["start_ms"], &place["speaker"]),
        (&json!(1_000), &json!("Ann"))
    );
    let url = place["url"].as_str().unwrap();
    assert!(url.ends_with(&format!("&id={TALK}&t=1#t=1")), "{url}");
    let page = app
        .get("/recordings/news.example?words=bridge")
        .await
        .text();
    assert!(
        page.contains(">0:01</a>") && page.contains("The bridge is old."),
        "{page}"
    );
    assert!(page.contains("value=\"bridge\""), "{page}");
}

#[tokio::test]
async fn a_title_is_found_and_without_words_all_are() {
    let app = app().await;
    for words in ["talk", ""] {
        let hits = found(&app, "news.example", words).await;
        assert_eq!(hits[0]["title"], "A talk", "{words}");
        assert_eq!(hits[0]["places"], json!([]), "{words}");
    }
}

#[tokio::test]
async fn nothing_else_is_found() {
    let app = app().await;
    for words in ["bridge+missing", "%25", "_", "%21", "WEBVTT"] {
        assert_eq!(
            found(&app, "news.example", words).await,
            json!([]),
            "{words}"
        );
    }
    assert_eq!(found(&app, "other.example", "bridge").await, json!([]));
    let page = app
        .get("/recordings/news.example?words=%3Cb%3E")
        .await
        .text();
    assert!(
        page.contains("Nothing was found.") && !page.contains("<b>"),
        "{page}"
    );
    let long = "x".repeat(1_001);
    let refused = app
        .get(&format!("/recordings/news.example?words={long}"))
        .await;
    assert_eq!(refused.status, 400);
}

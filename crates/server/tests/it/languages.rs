//! The languages of the interface, through the router.

use rejoinder_core::Settings;
use rejoinder_core::language::Language;
use serde_json::{Value, json};

use crate::support::{STORY, TestApp};

/// A site whose interface speaks `language`.
async fn speaking(language: Language) -> TestApp {
    let app = TestApp::new().await;
    let settings = Settings {
        language,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    app
}

#[tokio::test]
async fn a_thread_its_script_and_its_feed_speak_the_language_of_the_site() {
    for (language, comments, retry) in [
        (Language::English, "1 comment", "Try again"),
        (Language::German, "1 Kommentar", "Erneut versuchen"),
    ] {
        let app = speaking(language).await;
        app.reader("Ann").post(STORY, "First").await.good();

        let page = app
            .get("/embed?site=news.example&page=https://news.example/story")
            .await
            .text();
        let words: Value = app
            .get(&format!("/static/words.{language}.json"))
            .await
            .good();
        let feed: Value = app.get("/feeds/news.example.json").await.good();
        let embedding: Value = app
            .get("/api/v1/embedding?site=news.example&page=story")
            .await
            .good();

        assert!(
            page.contains(&format!("<html lang=\"{language}\"")),
            "{page}"
        );
        assert!(page.contains(comments), "{page}");
        assert_eq!(words["widget"]["retry"], retry);
        assert_eq!(feed["language"], language.tag());
        assert_eq!(embedding["retry"], retry);
    }
}

#[tokio::test]
async fn every_language_that_is_offered_has_every_word_for_scripts() {
    let app = TestApp::new().await;
    let english: Value = app.get("/static/words.en.json").await.good();
    for language in Language::ALL {
        let own: Value = app
            .get(&format!("/static/words.{language}.json"))
            .await
            .good();
        let keys = |words: &Value, group: &str| -> Vec<String> {
            let mut keys: Vec<String> = words[group].as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        for group in english.as_object().unwrap().keys() {
            assert_eq!(
                keys(&own, group),
                keys(&english, group),
                "{language} {group}"
            );
        }
    }
}

#[tokio::test]
async fn a_language_that_was_taken_without_words_is_served_in_english() {
    for stored in ["ar", "tlh", "", "en-GB"] {
        let settings: Settings = serde_json::from_value(json!({ "language": stored })).unwrap();
        let app = TestApp::new().await;
        app.add_site(1, "news.example", settings).await;

        let page = app
            .get("/embed?site=news.example&page=https://news.example/story")
            .await
            .text();

        assert!(
            page.contains("data-language=\"en\" lang=\"en\" dir=\"ltr\""),
            "{page}"
        );
    }
}

//! The languages of the interface, through the router.

use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::language::Language;
use serde_json::{Value, json};

use crate::publication::owner::colleague;
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
        (Language::French, "1 commentaire", "Réessayer"),
        (Language::Spanish, "1 comentario", "Reintentar"),
        (Language::Portuguese, "1 comentário", "Tentar de novo"),
        (Language::Russian, "1 комментарий", "Повторить"),
        (Language::Arabic, "تعليق واحد", "إعادة المحاولة"),
        (Language::Japanese, "コメント1件", "もう一度試す"),
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
            page.contains(&format!(
                "<html lang=\"{language}\" dir=\"{}\"",
                language.direction()
            )),
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
    for stored in ["he", "tlh", "", "en-GB"] {
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

#[tokio::test]
async fn a_refusal_without_script_speaks_the_language_of_the_site() {
    for (language, without_text, too_long, unknown) in [
        (
            Language::English,
            "Please write something first.",
            "A comment can have 10000 characters at most.",
            "This comment is no longer here.",
        ),
        (
            Language::German,
            "Bitte schreiben Sie zuerst etwas.",
            "Ein Kommentar kann höchstens 10000 Zeichen haben.",
            "Dieser Kommentar ist nicht mehr hier.",
        ),
    ] {
        let app = speaking(language).await;
        let ann = app.reader("Ann");
        let long = "a".repeat(10_001);
        let base = [("site", "news.example"), ("page", STORY), ("name", "Ann")];
        let write = |text| [&base[..], &[("text", text)]].concat();

        let empty = ann.submit("/embed/comments", &write("")).await;
        let over = ann.submit("/embed/comments", &write(&long)).await;
        let gone = ann
            .submit("/embed/comments/0000000000001/vote", &write(""))
            .await;

        for (answer, status, said) in [
            (empty, 422, without_text),
            (over, 422, too_long),
            (gone, 404, unknown),
        ] {
            let page = answer.text();
            assert_eq!(answer.status, status, "{page}");
            let length = answer.headers.get("content-length");
            let says_it = length.is_none_or(|length| length == page.len().to_string().as_str());
            assert!(says_it, "{length:?}");
            assert!(page.contains(said), "{said} in {page}");
            let tag = format!("<html lang=\"{language}\"");
            assert!(page.contains(&tag), "{page}");
        }
    }
}

#[tokio::test]
async fn the_newsroom_speaks_the_language_of_the_site() {
    for (language, desk, settings, saved) in [
        (
            Language::English,
            "Nothing waits for a decision.",
            "When comments appear.",
            "Saved.",
        ),
        (
            Language::German,
            "Nichts wartet auf eine Entscheidung.",
            "Wann Kommentare erscheinen.",
            "Gespeichert.",
        ),
    ] {
        let app = speaking(language).await;
        let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;

        let queue = olga.get("/moderate/news.example").await.text();
        let form = olga.get("/admin/news.example/settings").await.text();
        let told = olga
            .get("/admin/news.example/people?did=saved")
            .await
            .text();

        for (page, said) in [(queue, desk), (form, settings), (told, saved)] {
            assert!(page.contains(said), "{said} in {page}");
            assert!(
                page.contains(&format!(
                    "<html lang=\"{language}\" dir=\"{}\"",
                    language.direction()
                )),
                "{page}"
            );
        }
    }
}

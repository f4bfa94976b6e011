//! Comments on passages of articles.

mod annotating;
mod corrections;
mod fetching;
mod questions;
mod sources;
mod sources_by_form;
mod versions;
mod web_annotations;

use axum::http::Method;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::Passages;
use serde_json::{Value, json};

use crate::support::{Answer, STORY, TestApp, TestReader};

fn settings() -> Settings {
    Settings {
        passages: Passages::Comment,
        ..Settings::default()
    }
}

/// A server whose site takes comments on passages.
async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.add_site(1, "news.example", settings()).await;
    app
}

/// The passage "the new timetable", as a browser sends it.
fn passage() -> Value {
    json!({
        "exact": "the new timetable", "prefix": "The captain blamed ", "suffix": ". Nobody",
        "start": 49, "end": 66, "rival": 310,
    })
}

async fn annotate(reader: &TestReader, annotation: Value, parent: Option<&str>) -> Answer {
    let body = json!({
        "site": "news.example", "page": STORY, "text": "Since when?", "name": reader.name,
        "parent": parent, "annotation": annotation,
    });
    reader.send(Method::POST, "/api/v1/comments", body).await
}

fn listed() -> String {
    format!("/embed/annotations?site=news.example&page={STORY}")
}

fn fragment_path() -> String {
    format!("/embed/thread?site=news.example&page={STORY}")
}

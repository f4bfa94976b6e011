//! The examples of the documentation, run as they are written against a server that listens.

use std::net::SocketAddr;
use std::process::{Command, Output};

use rejoinder_core::ApiScope;
use serde_json::Value;

use crate::integrations::programs_writing::{program_that, signs, user};
use crate::support::TestApp;

const API_TOKENS: &str = include_str!("../../../../../docs/publishers/api-tokens.md");

/// A block of a document that is fenced as `kind`, and the text of the block after it that is JSON.
fn examples(text: &str) -> Vec<(String, Option<Value>)> {
    let mut found: Vec<(String, Option<Value>)> = Vec::new();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (kind, body) = block.split_once('\n').unwrap();
        match (kind, found.last_mut()) {
            ("sh", _) => found.push((body.to_owned(), None)),
            ("json", Some((_, answer))) => *answer = Some(serde_json::from_str(body).unwrap()),
            _ => {}
        }
    }
    found
}

/// Whether `found` says what the document does; `…` stands for anything.
fn says(found: &Value, written: &Value) -> bool {
    match (found, written) {
        (_, Value::String(any)) if any == "…" => !found.is_null(),
        (Value::Object(found), Value::Object(written)) => written
            .iter()
            .all(|(name, value)| found.get(name).is_some_and(|found| says(found, value))),
        _ => found == written,
    }
}

async fn run(script: &str, variables: &[(&str, String)]) -> Output {
    let strict = format!(
        "set -eu\ncurl() {{ command curl --silent --show-error --fail-with-body \"$@\"; }}\n{script}"
    );
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(strict).envs(variables.iter().cloned());
    let ran = tokio::task::spawn_blocking(move || shell.output());
    ran.await.unwrap().unwrap()
}

async fn served(app: &TestApp) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.service();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_api_tokens_do_what_they_say() {
    let app = TestApp::with(|config| config.base = None).await;
    let address = served(&app).await;
    signs(&app).await;
    let mut variables = vec![
        ("TOKEN", program_that(&app, 990, &ApiScope::ALL).await),
        ("USER_TOKEN", user(&app, "ann", "Ann Lee")),
    ];
    let examples = examples(API_TOKENS);
    assert!(examples.len() > 6, "{examples:#?}");

    for (script, written) in examples {
        let script = script.replace(
            "https://comments.news.example",
            &format!("http://{address}"),
        );
        let ran = run(&script, &variables).await;
        let said = String::from_utf8_lossy(&ran.stdout);
        let trouble = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{script}\n{said}\n{trouble}");
        let found: Value = serde_json::from_str(&said).unwrap_or(Value::Null);
        if let Some(written) = written {
            assert!(says(&found, &written), "{script}\n{said}\nis not {written}");
        }
        let is_known = variables.iter().any(|(name, _)| *name == "COMMENT");
        if let Some(id) = found["comment"]["id"].as_str().filter(|_| !is_known) {
            variables.push(("COMMENT", id.to_owned()));
        }
    }
}

//! Imports that an owner begins in the pages of a site. What is done with a file is looked at where jobs are.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use rejoinder_core::archive::ImportState;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{Clock as _, ImportId, SiteId};
use store::archive::runs::{self, Ended, Kept};

use super::owner::colleague;
use crate::support::{Answer, BASE, TestApp, TestReader};

const IMPORT: &str = "/admin/news.example/import";
const UPLOADS: &str = "/admin/news.example/import/uploads";

const TABLE: &str = "id,page,posted_at,markdown\n1,/story,2024-03-01T10:00:00Z,Hello\n";

/// Send a file by the plain form.
async fn form(owner: &TestReader, name: &str, file: &str) -> Answer {
    form_with(owner, &[(name, file)]).await
}

async fn form_with(owner: &TestReader, files: &[(&str, &str)]) -> Answer {
    let parts = files.iter().map(|(name, file)| {
        format!(
            "--x1\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n"
        )
    });
    let body = format!("{}--x1--\r\n", parts.collect::<String>());
    let headers = [("content-type", "multipart/form-data; boundary=x1")];
    let sent = owner.ask_from(Some(BASE), Method::POST, IMPORT, &headers, Body::from(body));
    sent.await
}

/// Offer a file of so many bytes by tus.
async fn offer(owner: &TestReader, n_bytes: u64) -> Answer {
    // `a.csv`.
    offer_as(owner, n_bytes, "name YS5jc3Y=").await
}

async fn offer_as(owner: &TestReader, n_bytes: u64, metadata: &str) -> Answer {
    let length = n_bytes.to_string();
    let told = [
        ("tus-resumable", "1.0.0"),
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata),
    ];
    let sent = owner.ask_from(Some(BASE), Method::POST, UPLOADS, &told, Body::empty());
    sent.await
}

async fn send(owner: &TestReader, place: &str, at: usize, bytes: &str) -> Answer {
    let at = at.to_string();
    let told = [
        ("tus-resumable", "1.0.0"),
        ("upload-offset", at.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    let body = Body::from(bytes.to_owned());
    let sent = owner.ask_from(Some(BASE), Method::PATCH, place, &told, body);
    sent.await
}

/// The import is in this state.
async fn reach(app: &TestApp, place: &str, state: ImportState) {
    let id: ImportId = place.rsplit('/').next().unwrap().parse().unwrap();
    let now = app.clock.now();
    let ended = Ended {
        state,
        format: Some("csv"),
        summary: Some("Came in: 1 comment <b>".to_owned()),
        problem: None,
        n_done: 1,
    };
    let write = move |tx: &mut store::Tx<'_>| {
        runs::keep(tx, SiteId(1), id, (Kept::Text, 0), b"Came in: 1")?;
        runs::end(tx, now, SiteId(1), id, &ended)
    };
    app.store.write(write).await.unwrap();
}

async fn olga(app: &TestApp) -> TestReader {
    colleague(app, "olga@news.example", Role::Owner, 90).await
}

#[tokio::test]
async fn a_file_comes_with_a_plain_form_and_is_waited_for() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;

    let sent = form(&olga, "C:\\comments.csv", TABLE).await;

    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let page = olga.get(sent.header("location")).await.text();
    assert!(page.contains("<h1>comments.csv</h1>"), "{page}");
    assert!(page.contains("Being read"), "{page}");
    assert!(page.contains("http-equiv=\"refresh\""), "{page}");
    let busy = form(&olga, "more.csv", TABLE).await;
    assert_eq!(busy.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(busy.text().contains("Another import is not finished."));
    let state = olga
        .get(&format!("{}/state", sent.header("location")))
        .await;
    assert_eq!(state.json()["is_underway"], true);
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_goes_on_where_it_broke_off() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;
    let begun = offer(&olga, TABLE.len() as u64).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let place = begun.header("location").to_owned();
    let (first, rest) = TABLE.split_at(10);
    assert_eq!(
        send(&olga, &place, 0, first).await.header("upload-offset"),
        "10"
    );

    let again = send(&olga, &place, 0, first).await;

    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains("goes on at byte 10"));
    assert_eq!(
        send(&olga, &place, 10, rest).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        send(&olga, &place, 0, "x").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn several_files_come_together_with_or_without_script() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;

    let sent = form_with(&olga, &[("a.csv", TABLE), ("../b.csv", TABLE), ("", "")]).await;

    let place = sent.header("location").to_owned();
    let page = olga.get(&place).await.text();
    assert!(page.contains("<h1>a.csv, b.csv</h1>"), "{page}");
    reach(&app, &place, ImportState::Looked).await;
    olga.submit(&place, &[("action", "drop")]).await;
    // `4 a.csv` and `5 b.csv`.
    let begun = offer_as(&olga, 9, "files NCBhLmNzdgo1IGIuY3N2").await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let list = olga.get(IMPORT).await.text();
    assert!(list.contains("<bdi>a.csv, b.csv</bdi>"), "{list}");
}

#[tokio::test]
async fn files_that_are_too_many_or_whose_lengths_do_not_add_up_are_refused() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;

    let wrong = offer_as(&olga, 10, "files NCBhLmNzdgo1IGIuY3N2").await;

    assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{}", wrong.text());
    let many: Vec<_> = (0..51).map(|_| ("a.csv", TABLE)).collect();
    let many = form_with(&olga, &many).await;
    assert_eq!(many.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(many.text().contains("At most 50 can be imported at once"));
    let none = form_with(&olga, &[("", "")]).await;
    assert!(none.text().contains("Choose a file."));
}

#[tokio::test]
async fn what_comes_along_is_asked_and_stays_ticked() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;
    let place = form(&olga, "a.csv", TABLE)
        .await
        .header("location")
        .to_owned();
    reach(&app, &place, ImportState::Looked).await;
    let page = olga.get(&place).await.text();
    assert!(page.contains(r#"name="mentions" value="1">"#), "{page}");

    let look = [("action", "look"), ("mappings", ""), ("reviews", "1")];
    olga.submit(&place, &look).await;

    reach(&app, &place, ImportState::Looked).await;
    let page = olga.get(&place).await.text();
    assert!(page.contains(r#"name="mentions" value="1">"#), "{page}");
    assert!(
        page.contains(r#"name="reviews" value="1" checked>"#),
        "{page}"
    );
}

#[tokio::test]
async fn a_file_that_is_too_large_or_empty_is_refused_before_it_is_sent() {
    let app = TestApp::with(|config| config.max_import_mb = 2).await;
    let olga = olga(&app).await;

    let large = offer(&olga, (2 << 20) + 1).await;

    assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(large.text().contains("2 MB"), "{}", large.text());
    let empty = form(&olga, "a.csv", "").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text().contains("Choose a file."));
    assert!(
        olga.get(IMPORT)
            .await
            .text()
            .contains("Nothing has been imported yet.")
    );
}

#[tokio::test]
async fn an_import_is_mapped_started_read_and_undone_and_the_log_says_who() {
    let app = TestApp::new().await;
    let olga = olga(&app).await;
    let sent = form(&olga, "a.csv", TABLE).await;
    let place = sent.header("location").to_owned();
    reach(&app, &place, ImportState::Looked).await;
    let page = olga.get(&place).await.text();
    assert!(page.contains("Came in: 1 comment &#60;b&#62;"), "{page}");

    let wrong = [
        ("action", "look"),
        ("mappings", "/a=https://news.example\nnowhere"),
    ];
    let wrong = olga.submit(&place, &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("This is not FROM=TO: nowhere"));
    assert!(
        wrong
            .text()
            .contains("/a=https://news.example\nnowhere</textarea>")
    );
    let started = olga.submit(&place, &[("action", "start")]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER);
    let early = olga.submit(&place, &[("action", "undo")]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text().contains("no longer in the state"));
    reach(&app, &place, ImportState::Done).await;
    let report = olga.get(&format!("{place}/report/report.txt")).await;
    assert_eq!(report.header("content-disposition"), "attachment");
    assert_eq!(report.text(), "Came in: 1");
    let undone = olga.submit(&place, &[("action", "undo")]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER);

    let log = olga.get("/admin/news.example/audit").await.text();
    for change in ["Import started", "Import undone"] {
        assert!(log.contains(&format!("<td>{change}<br>")), "{log}");
    }
}

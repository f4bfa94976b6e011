//! Campaigns: what readers are shown, and what owners do about them.

mod bar;
mod owner;
mod processors;
mod supporters;
mod tables;

use axum::http::StatusCode;
use rejoinder_core::identity::author::Role;

use crate::moderation::desk::signed_in;
use crate::support::{Answer, TestApp, TestReader};

pub(crate) const ADMIN: &str = "/admin/news.example/campaigns";

pub(crate) async fn owner() -> (TestApp, TestReader) {
    let app = TestApp::new().await;
    let olga = signed_in(&app, "news.example", Role::Owner, 81).await;
    (app, olga)
}

/// What an owner types for a campaign that has begun; `changed` is typed instead.
pub(crate) fn typed<'a>(changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("title", "The lease"),
        ("about", "It runs out."),
        ("currency", "EUR"),
        ("goal", "5000"),
        ("mode", "once"),
        ("milestones", "2500 A month in court\n4000 Two"),
        ("section", ""),
        ("url", "https://pay.example/lease"),
        ("starts", "2026-11-01"),
        ("ends", "2026-11-30"),
    ];
    for (name, value) in changed {
        if let Some(field) = fields.iter_mut().find(|(own, _)| own == name) {
            field.1 = value;
        }
    }
    fields
}

/// Add a campaign; its page below `/admin`.
pub(crate) async fn add(olga: &TestReader, changed: &[(&str, &str)]) -> String {
    let added = olga.submit(ADMIN, &typed(changed)).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text());
    let to = added.header("location");
    to.split('?').next().unwrap().to_owned()
}

/// The id at the end of a campaign's page.
pub(crate) fn id(page: &str) -> &str {
    page.rsplit('/').next().unwrap()
}

pub(crate) async fn write_down(olga: &TestReader, page: &str, amount: &str) -> Answer {
    let fields = [
        ("amount", amount),
        ("currency", "EUR"),
        ("day", "2026-11-20"),
        ("what", "A cheque"),
    ];
    olga.submit(&format!("{page}/entries"), &fields).await
}

pub(crate) async fn bar(app: &TestApp, rest: &str) -> String {
    let path = format!("/embed/funding?site=news.example{rest}");
    let answer = app.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text().replace('\u{a0}', " ")
}

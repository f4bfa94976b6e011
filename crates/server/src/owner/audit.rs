//! The log of what owners, and whoever works at the machine, have changed.

use axum::response::Html;
use rejoinder_core::publication::audit::AuditChange;
use render::publication::{AuditPage, AuditRow, audit_page};
use store::publication::audit::{self, AuditEntry, AuditQuery};

use crate::http::error_page::ErrorPage;
use crate::http::extract::Params;
use crate::newsroom::{Newsroom, PageHead, RailPosition};

/// So many rows stand on a page.
const AT_ONCE: usize = 50;

/// `GET /admin/{site}/audit`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
    let change = params.get("change").and_then(AuditChange::from_word);
    let query = AuditQuery {
        change,
        before: params.read("before")?,
        limit: i64::try_from(AT_ONCE + 1).unwrap_or(i64::MAX),
    };
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| audit::list(tx, site, &query));
    let (context, mut rows) = read.await?;
    let has_more = rows.len() > AT_ONCE;
    rows.truncate(AT_ONCE);
    let next = rows.last().filter(|_| has_more).map(|last: &AuditEntry| {
        let only = change.map_or(String::new(), |only| format!("&change={}", only.as_str()));
        format!(
            "/admin/{}/audit?before={}{only}",
            newsroom.site.host, last.id
        )
    });
    let head = PageHead {
        title: newsroom.texts().titles.audit,
        at: RailPosition::Admin("/audit"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        let rows: Vec<_> = rows.iter().map(changed).collect();
        audit_page(&AuditPage {
            frame,
            change,
            rows: &rows,
            next: next.clone(),
        })
    }))
}

fn changed(entry: &AuditEntry) -> AuditRow<'_> {
    AuditRow {
        at: entry.at,
        by: &entry.by,
        change: &entry.change,
        subject: &entry.subject,
        was: entry.was.as_deref().unwrap_or_default(),
        became: entry.became.as_deref().unwrap_or_default(),
    }
}

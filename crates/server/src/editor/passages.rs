//! The articles of a site, and what became of their passages.

use axum::extract::State;
use axum::response::Html;
use rejoinder_core::PageId;
use rejoinder_core::passages::AnnotationState;
use render::passages::{ArticleRow, ArticlesPage};
use store::discussion::pages;
use store::passages::{anchoring, versions};
use store::{StoreError, Tx};

use crate::access::Member;
use crate::http::error_page::ErrorPage;
use crate::newsroom::{self, Around, At, Shown};
use crate::state::App;

/// So many articles are shown.
const AT_ONCE: i64 = 50;

/// So many passages of each.
const LOST_AT_ONCE: usize = 20;

/// `GET /edit/{site}/passages`.
pub(super) async fn show(
    State(app): State<App>,
    member: Member,
) -> Result<Html<String>, ErrorPage> {
    let (site, author) = (member.site.id, member.author.id);
    let read = move |tx: &mut Tx<'_>| {
        let around = Around::read(tx, site, author)?;
        let newest = versions::of_scope(tx, site, &around.scope, AT_ONCE)?;
        let ids: Vec<PageId> = newest.iter().map(|(page, _)| *page).collect();
        let pages = pages::by_ids(tx, site, &ids)?;
        let mut rows = Vec::new();
        for (id, version) in newest {
            let Some(page) = pages.iter().find(|page| page.id == id) else {
                continue;
            };
            let mut lost = anchoring::passages(tx, site, id)?;
            lost.retain(|(_, own)| {
                matches!(
                    own.state,
                    AnnotationState::Changed | AnnotationState::Orphaned
                )
            });
            lost.truncate(LOST_AT_ONCE);
            rows.push(ArticleRow {
                page: page.clone(),
                number: version.number,
                made_at: version.made_at,
                report: version.report,
                lost,
            });
        }
        Ok::<_, StoreError>((around, rows))
    };
    let (around, rows) = app
        .store
        .read(read)
        .await
        .map_err(crate::http::error::ApiError::from)?;
    let shown = Shown {
        title: render::passages::title(&member.site),
        at: At::Edit("/passages"),
        told: None,
    };
    Ok(newsroom::page(&app, &member, &around, shown, |frame| {
        render::passages::articles_page(&ArticlesPage { frame, rows: &rows })
    }))
}

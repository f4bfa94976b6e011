//! The articles of a site, and what became of their passages.

use axum::response::Html;
use rejoinder_core::PageId;
use rejoinder_core::passages::AnnotationState;
use render::passages::{ArticleRow, ArticlesPage};
use store::discussion::pages;
use store::passages::{anchoring, versions};

use crate::http::error_page::ErrorPage;
use crate::newsroom::{At, Newsroom, PageHead};

/// So many articles are shown.
const AT_ONCE: i64 = 50;

/// So many passages of each.
const LOST_AT_ONCE: usize = 20;

/// `GET /edit/{site}/passages`.
pub(super) async fn show(newsroom: Newsroom) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, scope| {
        let newest = versions::of_scope(tx, site, scope, AT_ONCE)?;
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
        Ok(rows)
    });
    let (context, rows) = read.await?;
    let head = PageHead {
        title: render::passages::title(&newsroom.site),
        at: At::Edit("/passages"),
        flash: None,
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::passages::articles_page(&ArticlesPage { frame, rows: &rows })
    }))
}

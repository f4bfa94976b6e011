//! The articles of a site, and what became of their passages.

use axum::response::{Html, Response};
use rejoinder_core::PageId;
use rejoinder_core::discussion::policy;
use rejoinder_core::passages::AnnotationState;
use rejoinder_core::publication::settings::Passages;
use render::passages::{ArticleRow, ArticlesPage};
use store::Tx;
use store::discussion::pages;
use store::passages::{allowed, anchoring, deciding, versions};

use super::reached_or_added;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::newsroom::{At, Newsroom, PageHead, see_other};

/// So many articles are shown.
const AT_ONCE: i64 = 50;

/// So many passages of each.
const LOST_AT_ONCE: usize = 20;

/// `POST /edit/{site}/passages`: say of a page itself what its readers may do.
pub(super) async fn allow(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let app = &newsroom.app;
    let key = visitor.page(app, &newsroom.site, fields.page())?;
    policy::may_carry_thread(&newsroom.site, &key).map_err(ApiError::from)?;
    // Nothing goes back to the site's setting.
    let passages = fields.get("passages").and_then(Passages::from_word);
    let (now, site, author) = (app.now(), newsroom.site.id, newsroom.author.id);
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| match reached_or_added(tx, now, (site, author), id, &key)? {
        Some(page) => deciding::allow(tx, now, &page, passages).map(Some),
        None => Ok(None),
    };
    let done = app.store.write(write).await.map_err(ApiError::from)?;
    done.ok_or_else(ApiError::not_found)?;
    let host = &newsroom.site.host;
    Ok(see_other(&format!("/edit/{host}/passages?did=saved")))
}

/// `GET /edit/{site}/passages`.
pub(super) async fn show(newsroom: Newsroom, params: Params) -> Result<Html<String>, ErrorPage> {
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
            let mut lost = anchoring::commented(tx, site, id)?;
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
                passages: allowed::of_page(tx, site, id)?,
                lost,
            });
        }
        Ok(rows)
    });
    let (context, rows) = read.await?;
    let flash = params
        .get("did")
        .and_then(|did| render::passages::flash(&newsroom.site, did));
    let head = PageHead {
        title: render::passages::title(&newsroom.site),
        at: At::Edit("/passages"),
        flash: flash.as_ref(),
    };
    Ok(newsroom.page(&context, head, |frame| {
        render::passages::articles_page(&ArticlesPage { frame, rows: &rows })
    }))
}

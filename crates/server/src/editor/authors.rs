//! Who wrote an article, as its publisher tells it.

use axum::Json;
use axum::extract::State;
use rejoinder_core::discussion::policy;
use rejoinder_core::{Author, PageId, PageKey, Refusal};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::discussion::page_authors::{self, MAX_AUTHORS};

use super::reached_or_added;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::extract::{self, Params, Visitor};
use crate::state::App;

/// Who wrote an article.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticleAuthorsForm {
    /// Accounts of the site, each by its e-mail address or its id; none take the badge away.
    authors: Vec<String>,
}

/// The accounts that an article is by.
#[derive(Debug, Serialize)]
pub(super) struct ArticleAuthorsBody {
    authors: Vec<LinkedAuthor>,
}

#[derive(Debug, Serialize)]
struct LinkedAuthor {
    id: String,
    name: String,
}

/// `PUT /edit/{site}/authors`: who wrote the article of `page`. Their comments there have a badge.
pub(super) async fn put(
    State(app): State<App>,
    member: Member,
    visitor: Visitor,
    params: Params,
    extract::Json(body): extract::Json<ArticleAuthorsForm>,
) -> Result<Json<ArticleAuthorsBody>, ApiError> {
    let key = visitor.page(&app, &member.site, params.page())?;
    policy::may_carry_thread(&member.site, &key)?;
    if body.authors.len() > MAX_AUTHORS {
        return Err(Refusal::TooManyPageAuthors { max: MAX_AUTHORS }.into());
    }
    let linked = link(&app, &member, key, body.authors).await?;
    Ok(Json(ArticleAuthorsBody {
        authors: linked.ok_or_else(ApiError::not_found)?,
    }))
}

async fn link(
    app: &App,
    member: &Member,
    key: PageKey,
    named: Vec<String>,
) -> Result<Option<Vec<LinkedAuthor>>, ApiError> {
    let now = app.now();
    let (site, editor) = (member.site.id, member.author.id);
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let Some(page) = reached_or_added(tx, now, (site, editor), id, &key)? else {
            return Ok(None);
        };
        let mut ids = Vec::with_capacity(named.len());
        for named in &named {
            ids.push(page_authors::account(tx, site, named.trim())?.id);
        }
        page_authors::set(tx, now, &page, &ids)?;
        page_authors::list(tx, site, page.id).map(Some)
    };
    let linked = app.store.write(write).await?;
    let body = |author: Author| LinkedAuthor {
        id: author.id.to_string(),
        name: author.name,
    };
    Ok(linked.map(|authors| authors.into_iter().map(body).collect()))
}

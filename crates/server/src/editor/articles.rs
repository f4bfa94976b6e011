//! The text of an article, as its publisher tells it.

use axum::Json;
use axum::extract::State;
use rejoinder_core::discussion::policy;
use rejoinder_core::{PageId, PageKey};
use serde::{Deserialize, Serialize};
use store::{Tx, passages::versions};

use super::reached_or_added;
use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::extract::{self, Params, Visitor};
use crate::state::App;

/// The longest article that is taken, in bytes of its text or HTML.
pub(super) const MAX_ARTICLE: usize = 1 << 20;

/// The text of an article, as HTML or as text; one of both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ArticleTextForm {
    /// The element of the page that holds the article, as HTML.
    html: Option<String>,
    /// The text, with one newline between blocks.
    text: Option<String>,
}

/// The version of an article that its text is.
#[derive(Debug, Serialize)]
pub(super) struct ArticleVersionBody {
    /// Counts the versions of the article, from 1.
    version: i64,
    /// Whether the text is another than that of the version before.
    is_new: bool,
    /// How many Unicode scalars the text has, which `start` and `end` of annotations count.
    n_scalars: usize,
}

/// `PUT /edit/{site}/articles`: the text of the article of `page`. Comments on its passages are looked for
/// in it.
pub(super) async fn put(
    State(app): State<App>,
    member: Member,
    visitor: Visitor,
    params: Params,
    extract::Json(body): extract::Json<ArticleTextForm>,
) -> Result<Json<ArticleVersionBody>, ApiError> {
    let key = visitor.page(&app, &member.site, params.page())?;
    policy::may_carry_thread(&member.site, &key)?;
    let text = match (body.text, body.html) {
        (Some(text), None) => text.replace('\0', ""),
        (None, Some(html)) => markup::article_text(&html.replace('\0', "")),
        _ => {
            let detail = "One of the fields `html` and `text` is needed, and not both.";
            return Err(ApiError::body(detail).field("html"));
        }
    };
    let n_scalars = text.chars().count();
    let (version, is_new) = keep(&app, &member, key, text).await?;
    Ok(Json(ArticleVersionBody {
        version,
        is_new,
        n_scalars,
    }))
}

/// Keep the text of a page that the member reaches.
async fn keep(
    app: &App,
    member: &Member,
    key: PageKey,
    text: String,
) -> Result<(i64, bool), ApiError> {
    let now = app.now();
    let (site, author) = (member.site.id, member.author.id);
    let id = PageId(app.ids.next(now));
    let write = move |tx: &mut Tx<'_>| {
        let Some(page) = reached_or_added(tx, now, (site, author), id, &key)? else {
            return Ok(None);
        };
        versions::keep(tx, now, site, page.id, &text).map(Some)
    };
    let kept = app
        .store
        .write(write)
        .await?
        .ok_or_else(ApiError::not_found)?;
    (app.wake)();
    Ok(kept)
}

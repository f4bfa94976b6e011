//! The built-in publication: articles from a folder, each with its discussion under it.

mod read;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse};
use store::Tx;
use store::passages::versions;
use store::publication::sites;

use crate::access::Access::Public;
use crate::http::assets::VERSION;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Visitor;
use crate::http::route::{Route, get, route};
use crate::public::threads;
use crate::state::App;

pub use read::{Publication, PublicationError};

/// Front page, articles and their pictures.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/", Public, get(front_page)),
        route("/articles/{slug}", Public, get(article)),
        route("/pictures/{file}", Public, get(picture)),
    ]
}

/// `GET /`: the articles, or, of a server without any, what it is and where to go on.
async fn front_page(State(app): State<App>, visitor: Visitor) -> Result<Response<Body>, ErrorPage> {
    let base = &visitor.base.0;
    let Some(own) = &app.config.publication else {
        return Ok(page(render::welcome_page(base, VERSION)));
    };
    let site = visitor.at(&app, &own.site).await?;
    let context = threads::context(&app, &site, base);
    Ok(page(render::front_page(
        &context,
        &own.about,
        &own.articles,
    )))
}

/// `GET /articles/{slug}`: an article with its thread.
async fn article(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ErrorPage> {
    let publication = app
        .config
        .publication
        .as_ref()
        .ok_or_else(ApiError::not_found)?;
    let article = publication.article(&slug).ok_or_else(ApiError::not_found)?;
    Ok(threads::article(&app, &visitor, publication, article, &uri, &asked).await?)
}

/// `GET /pictures/{file}`: a picture of an article.
async fn picture(
    State(app): State<App>,
    Path(file): Path<String>,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let publication = app
        .config
        .publication
        .as_ref()
        .ok_or_else(ApiError::not_found)?;
    let path = publication.picture(&file).ok_or_else(ApiError::not_found)?;
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let bytes = read
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let tag = tag(&bytes);
    let is_known = asked.get(header::IF_NONE_MATCH) == Some(&tag);
    let kind = HeaderValue::from_static(read::kind(&file).unwrap_or("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        ),
        (header::ETAG, tag),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, Bytes::from(bytes)).into_response())
}

fn tag(bytes: &[u8]) -> HeaderValue {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    let tag = format!("\"{:016x}\"", hasher.finish());
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

fn page(html: String) -> Response<Body> {
    let minute = HeaderValue::from_static("public, max-age=60");
    ([(header::CACHE_CONTROL, minute)], Html(html)).into_response()
}

/// Look for the passages of the publication's own articles again, where their text is another one than it
/// was: it changes while the server is not running.
pub async fn follow_articles(app: &App) -> store::Result<()> {
    let Some(publication) = &app.config.publication else {
        return Ok(());
    };
    let host = publication.site.clone();
    let site = app.store.read(move |tx| sites::by_host(tx, &host)).await?;
    let Some(site) = site else {
        return Ok(());
    };
    for article in &publication.articles {
        let (now, site) = (app.now(), site.id);
        let key = publication.page_key(&article.slug);
        let text = article.text();
        let renew = move |tx: &mut Tx<'_>| versions::renew(tx, now, site, &key, &text);
        app.store.write(renew).await?;
    }
    Ok(())
}

//! Scripts and styles.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::assets;
use crate::http::error::ApiError;
use crate::http::extract::Params;

/// `GET /embed.js`: the widget's loader.
pub(crate) async fn embed(asked: HeaderMap, params: Params) -> Result<Response, ApiError> {
    file("embed.js", &asked, &params)
}

/// `GET /count.js`: the counter.
pub(crate) async fn count(asked: HeaderMap, params: Params) -> Result<Response, ApiError> {
    file("count.js", &asked, &params)
}

/// `GET /funding.js`: the bar of a campaign.
pub(crate) async fn funding(asked: HeaderMap, params: Params) -> Result<Response, ApiError> {
    file("funding.js", &asked, &params)
}

/// `GET /push.js`: the worker that shows notices. At the root, so that it may lead any page of the
/// server's own to a comment.
pub(crate) async fn push(asked: HeaderMap, params: Params) -> Result<Response, ApiError> {
    file("push.js", &asked, &params)
}

/// `GET /static/{file}`: what they load; for ever, when asked for by version.
pub(crate) async fn asset(
    Path(name): Path<String>,
    asked: HeaderMap,
    params: Params,
) -> Result<Response, ApiError> {
    file(&name, &asked, &params)
}

fn file(name: &str, asked: &HeaderMap, params: &Params) -> Result<Response, ApiError> {
    let asset = assets::named(name).ok_or_else(ApiError::not_found)?;
    Ok(asset.answer(asked, params.get("v")))
}

//! The files that pages with Isso load from its server. They are of our own: the script puts our thread
//! where Isso's was, the style is for pages that keep Isso's script.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::site;
use crate::http::assets;
use crate::http::error::ApiError;
use crate::http::extract::Visitor;
use crate::state::App;

/// `GET /isso/{site}/js/{file}`: `embed.min.js` or `count.min.js`.
pub(super) async fn script(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    site(&app, &visitor, &host).await?;
    match file.as_str() {
        "embed.min.js" | "embed.dev.js" | "count.min.js" | "count.dev.js" => {
            answer("isso.js", &asked)
        }
        _ => Err(ApiError::not_found()),
    }
}

/// `GET /isso/{site}/css/{file}`: `isso.css`.
pub(super) async fn style(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, file)): Path<(String, String)>,
    asked: HeaderMap,
) -> Result<Response, ApiError> {
    site(&app, &visitor, &host).await?;
    match file.as_str() {
        "isso.css" => answer("isso.css", &asked),
        _ => Err(ApiError::not_found()),
    }
}

fn answer(name: &str, asked: &HeaderMap) -> Result<Response, ApiError> {
    let asset = assets::named(name).ok_or_else(ApiError::not_found)?;
    Ok(asset.answer(asked, None))
}

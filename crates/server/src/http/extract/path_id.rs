//! The id in a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::Response;

use crate::http::error::ApiError;
use crate::http::error_page::Form;
use crate::state::App;

/// What `{id}` in the path of a route names.
///
/// A text that is no id names nothing: it is refused as an address that does not exist.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr> FromRequestParts<App> for PathId<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.iter().flatten();
        let mut ids = params.filter(|(name, _)| *name == "id");
        let id = ids.next().and_then(|(_, id)| id.parse().ok());
        id.map(Self)
            .ok_or_else(|| Form::at(&parts.extensions).refuse(ApiError::not_found()))
    }
}

//! Bodies as they come: what is signed is read before it is understood.

use axum::extract::{FromRequest, Request};

use super::body::read_body;
use crate::http::error::ApiError;
use crate::state::App;

/// The bytes of a body, no more than its route takes.
pub(crate) struct Raw(pub(crate) Vec<u8>);

impl FromRequest<App> for Raw {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        read_body(app, request).await.map(Self)
    }
}

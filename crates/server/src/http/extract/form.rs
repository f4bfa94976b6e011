//! Bodies of plain forms, as browsers without script send them.

use axum::extract::{FromRequest, Request};

use super::Params;
use super::body::read_body;
use crate::http::error_page::ErrorPage;
use crate::state::App;

/// The fields of a form.
pub(crate) struct Form(pub(crate) Params);

impl FromRequest<App> for Form {
    type Rejection = ErrorPage;

    async fn from_request(request: Request, app: &App) -> Result<Self, ErrorPage> {
        let body = read_body(app, request).await?;
        Ok(Self(Params::parse(&body)))
    }
}

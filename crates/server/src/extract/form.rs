//! Bodies of plain forms, as browsers without script send them.

use axum::extract::{FromRequest, Request};

use super::Params;
use super::json::read_body;
use crate::error_page::ErrorPage;

/// The fields of a form.
pub(crate) struct Form(pub(crate) Params);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = ErrorPage;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorPage> {
        let body = read_body(request).await?;
        Ok(Self(Params::parse(&body)))
    }
}

//! A refusal as a page, for people whose browser asked for one.

use axum::response::{Html, IntoResponse, Response};

use crate::error::ApiError;

/// An [`ApiError`] that is shown to a person.
pub(crate) struct ErrorPage(ApiError);

impl<E: Into<ApiError>> From<E> for ErrorPage {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let error = self.0;
        let title = error.status.canonical_reason().unwrap_or_default();
        let page = Html(render::message_page(title, &error.detail, "/"));
        let mut response = (error.status, page).into_response();
        error.retry_header(response.headers_mut());
        response
    }
}

//! What is the same for everyone who asks.

pub(crate) mod comments;
pub(crate) mod counts;
pub(crate) mod events;
pub(crate) mod files;
pub(crate) mod threads;

use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::error_page::ErrorPage;

/// There is nothing at this address.
pub(crate) async fn not_found(uri: Uri) -> Response {
    refuse(&uri, ApiError::not_found())
}

/// The address does not take this method.
pub(crate) async fn method_not_allowed(uri: Uri) -> Response {
    refuse(&uri, ApiError::method_not_allowed())
}

/// A page for people, JSON for programs.
fn refuse(uri: &Uri, error: ApiError) -> Response {
    let path = uri.path();
    if path.starts_with("/api") || path.starts_with("/static") || path == "/embed/thread" {
        return error.into_response();
    }
    ErrorPage::from(error).into_response()
}

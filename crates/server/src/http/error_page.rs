//! A refusal as a page, for people whose browser asked for one.

use axum::Extension;
use axum::body::Body;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::language::Language;

use crate::http::error::ApiError;
use crate::http::security::RefusedFor;

/// How a refusal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// To people.
    Page,
    /// To programs, as RFC 9457 says.
    Problem,
}

impl Form {
    /// The answer that tells `error`.
    pub(crate) fn refuse(self, error: ApiError) -> Response {
        match self {
            Self::Page => ErrorPage::from(error).into_response(),
            Self::Problem => error.into_response(),
        }
    }

    /// That of a page's refusal: a page, unless whoever asks says to read problems, as the widget does.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let mut accepted = headers.get_all(header::ACCEPT).iter();
        let reads_problems = accepted.any(|accept| {
            let accept = accept.to_str().unwrap_or_default();
            accept.contains("application/problem+json")
        });
        if reads_problems {
            Self::Problem
        } else {
            Self::Page
        }
    }

    /// That of the route which a request is at.
    pub(crate) fn at(extensions: &Extensions) -> Self {
        extensions.get().copied().unwrap_or(Self::Problem)
    }
}

/// An [`ApiError`] that is shown to a person.
#[derive(Clone)]
pub(crate) struct ErrorPage(ApiError);

impl<E: Into<ApiError>> From<E> for ErrorPage {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// It is written by [`write()`], when it is known whose language to speak.
impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let mut response = (self.0.status, Html("")).into_response();
        self.0.retry_header(response.headers_mut());
        response.extensions_mut().insert(RefusedFor(self.0.code));
        response.extensions_mut().insert(self);
        response
    }
}

/// Write the page of a refusal, if this is one, or the problem that is accepted in its place.
pub(crate) fn write(response: &mut Response, language: Language, form: Form) {
    let Some(ErrorPage(error)) = response.extensions_mut().remove() else {
        return;
    };
    let error = error.told_in(language);
    if form == Form::Problem {
        let (told, body) = error.into_response().into_parts();
        response.headers_mut().extend(told.headers);
        *response.body_mut() = body;
        return;
    }
    let is_there = error.status != StatusCode::NOT_FOUND;
    let page = render::problem_page(language, is_there, &error.detail);
    *response.body_mut() = Body::from(page);
}

/// There is nothing at this address.
pub(crate) async fn not_found(Extension(form): Extension<Form>) -> Response {
    form.refuse(ApiError::not_found())
}

/// The address does not take this method.
pub(crate) async fn method_not_allowed(Extension(form): Extension<Form>) -> Response {
    form.refuse(ApiError::method_not_allowed())
}

//! What editors do: attach recordings to pages, and see to their transcripts and cuts.

mod chapters;
mod proposals;
mod recording;
mod recordings;
mod revision;
mod uploads;

use axum::http::Method;
use axum::routing::{get, head, patch, post};
use rejoinder_core::identity::author::Role;

use crate::access::Access;
use crate::http::route::{Route, route};

/// The editors' pages, and the uploads that they make.
pub(crate) fn routes() -> Vec<Route> {
    let editor =
        |method, path, handler| route(method, path, Access::Newsroom(Role::Editor), handler);
    vec![
        editor(
            Method::GET,
            "/edit/{site}/recordings",
            get(recordings::show),
        ),
        editor(
            Method::POST,
            "/edit/{site}/recordings",
            post(recordings::attach),
        ),
        editor(
            Method::GET,
            "/edit/{site}/recordings/{id}",
            get(recording::show),
        ),
        editor(
            Method::POST,
            "/edit/{site}/recordings/{id}",
            post(recording::change),
        )
        .takes(recording::MAX_FORM),
        editor(Method::POST, "/edit/{site}/uploads", post(uploads::begin)),
        editor(
            Method::GET,
            "/edit/{site}/recordings/{id}/revisions/{n}",
            get(revision::show),
        ),
        editor(
            Method::HEAD,
            "/edit/{site}/uploads/{id}",
            head(uploads::reached),
        ),
        editor(
            Method::PATCH,
            "/edit/{site}/uploads/{id}",
            patch(uploads::go_on),
        )
        .takes(uploads::MAX_FILE),
    ]
}

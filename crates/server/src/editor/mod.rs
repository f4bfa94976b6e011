//! What editors do: attach recordings to pages, and see to their transcripts and cuts.

mod articles;
mod chapters;
mod passages;
mod proposals;
mod recording;
mod recordings;
mod revision;
mod uploads;

use rejoinder_core::ApiScope;
use rejoinder_core::identity::author::Role;

use crate::access::Access;
use crate::http::route::{Route, get, head, patch, post, put, route};

/// The editors' pages, and the uploads that they make.
pub(crate) fn routes() -> Vec<Route> {
    let editor = |path, asked| route(path, Access::Newsroom(Role::Editor), asked);
    vec![
        editor("/edit/{site}/articles", put(articles::put))
            .or_program(ApiScope::ArticlesWrite)
            .takes(articles::MAX_ARTICLE),
        editor("/edit/{site}/passages", get(passages::show)),
        editor("/edit/{site}/recordings", get(recordings::show)),
        editor("/edit/{site}/recordings", post(recordings::attach)),
        editor("/edit/{site}/recordings/{id}", get(recording::show)),
        editor("/edit/{site}/recordings/{id}", post(recording::change)).takes(recording::MAX_FORM),
        editor("/edit/{site}/recordings/{id}/state", get(recording::state)),
        editor("/edit/{site}/uploads", post(uploads::begin)),
        editor(
            "/edit/{site}/recordings/{id}/revisions/{n}",
            get(revision::show),
        ),
        editor("/edit/{site}/uploads/{id}", head(uploads::reached)),
        editor("/edit/{site}/uploads/{id}", patch(uploads::go_on)).takes(uploads::MAX_FILE),
    ]
}

//! What editors do: attach recordings to pages, and see to their transcripts and cuts.

mod articles;
mod authors;
mod chapters;
mod corrections;
mod fetching;
mod passages;
mod proposals;
mod questions;
mod recording;
mod recordings;
mod revision;
mod uploads;

use rejoinder_core::identity::author::Role;
use rejoinder_core::{ApiScope, AuthorId, Page, PageId, PageKey, SiteId, Time};
use store::discussion::pages;
use store::moderation::groups;
use store::{Result, Tx};

use crate::access::Access;
use crate::http::route::{Route, get, head, patch, post, put, route};

/// The editors' pages, and the uploads that they make.
pub(crate) fn routes() -> Vec<Route> {
    let editor = |path, asked| route(path, Access::Newsroom(Role::Editor), asked);
    vec![
        editor("/edit/{site}/articles", put(articles::put))
            .or_program(ApiScope::ArticlesWrite)
            .takes(articles::MAX_ARTICLE),
        editor("/edit/{site}/articles/fetch", get(fetching::state))
            .or_program(ApiScope::ArticlesWrite),
        editor("/edit/{site}/articles/fetch", post(fetching::fetch))
            .or_program(ApiScope::ArticlesWrite),
        editor("/edit/{site}/authors", put(authors::put)).or_program(ApiScope::ArticlesWrite),
        editor("/edit/{site}/corrections", get(corrections::show)),
        editor("/edit/{site}/corrections/decide", post(corrections::decide)),
        editor("/edit/{site}/corrections/lines", post(corrections::change)),
        editor("/edit/{site}/passages", get(passages::show)),
        editor("/edit/{site}/passages", post(passages::change)),
        editor("/edit/{site}/questions", get(questions::show)),
        editor("/edit/{site}/questions", post(questions::change)),
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

/// The page of `key`, locked, where `editor` reaches it; added as `id` where there is none. No page is added
/// for somebody who would not reach it.
pub(crate) fn reached_or_added(
    tx: &mut Tx<'_>,
    now: Time,
    (site, editor): (SiteId, AuthorId),
    id: PageId,
    key: &PageKey,
) -> Result<Option<Page>> {
    let scope = groups::scope_of(tx, site, editor)?;
    let page = match pages::find(tx, site, key)? {
        Some(page) => pages::in_scope(tx, site, page.id, &scope)?,
        None if groups::covers_key(tx, site, editor, key)? => {
            Some(pages::find_or_add(tx, now, site, id, key, None)?)
        }
        None => None,
    };
    page.map(|page| pages::lock(tx, site, page.id)).transpose()
}

//! What the owner of a site decides: its settings, its words, its people. Plain forms.

mod api_tokens;
mod audit;
mod jobs;
mod mails;
mod openid;
mod overview;
mod people;
mod settings;
mod sign_in_keys;
pub(crate) mod webhooks;
mod words;

use axum::http::Method;
use axum::routing::{get, post};
use rejoinder_core::identity::author::Role;
use render::newsroom::Told;

use crate::access::{Access, Member};
use crate::http::extract::{MAX_SETTINGS_BODY, MAX_WORDS_BODY, Params};
use crate::http::route::{Route, route};

/// The owner's pages, apart from those about webhooks.
pub(crate) fn routes() -> Vec<Route> {
    let owner = |method, path, handler| route(method, path, Access::Newsroom(Role::Owner), handler);
    vec![
        owner(Method::GET, "/admin/{site}", get(overview::show)),
        owner(Method::GET, "/admin/{site}/settings", get(settings::show)),
        owner(Method::POST, "/admin/{site}/settings", post(settings::save))
            .takes(MAX_SETTINGS_BODY),
        owner(
            Method::POST,
            "/admin/{site}/origins",
            post(settings::save_origins),
        ),
        owner(Method::GET, "/admin/{site}/words", get(words::show)),
        owner(Method::POST, "/admin/{site}/words", post(words::save)).takes(MAX_WORDS_BODY),
        owner(Method::GET, "/admin/{site}/people", get(people::show)),
        owner(Method::POST, "/admin/{site}/people", post(people::invite)),
        owner(
            Method::POST,
            "/admin/{site}/people/{id}",
            post(people::change),
        ),
        owner(
            Method::GET,
            "/admin/{site}/sign-in-keys",
            get(sign_in_keys::show),
        ),
        owner(
            Method::POST,
            "/admin/{site}/sign-in-keys",
            post(sign_in_keys::add),
        ),
        owner(
            Method::POST,
            "/admin/{site}/sign-in-keys/{id}/remove",
            post(sign_in_keys::remove),
        ),
        owner(Method::GET, "/admin/{site}/openid", get(openid::show)),
        owner(Method::POST, "/admin/{site}/openid", post(openid::add)),
        owner(
            Method::POST,
            "/admin/{site}/openid/{id}/remove",
            post(openid::remove),
        ),
        owner(Method::GET, "/admin/{site}/tokens", get(api_tokens::show)),
        owner(Method::POST, "/admin/{site}/tokens", post(api_tokens::add)),
        owner(
            Method::POST,
            "/admin/{site}/tokens/{id}/revoke",
            post(api_tokens::revoke),
        ),
        owner(Method::GET, "/admin/{site}/audit", get(audit::show)),
        owner(Method::GET, "/admin/{site}/jobs", get(jobs::show)),
        owner(Method::POST, "/admin/{site}/jobs/{id}", post(jobs::settle)),
        owner(Method::GET, "/admin/{site}/mails", get(mails::list)),
        owner(Method::GET, "/admin/{site}/mails/{name}", get(mails::show)),
    ]
}

/// What was just done, by the word that the address carries.
fn said(member: &Member, params: &Params) -> Option<Told> {
    match params.get("did")? {
        "saved" => Some(Told::said(&member.texts().flash.saved)),
        _ => None,
    }
}

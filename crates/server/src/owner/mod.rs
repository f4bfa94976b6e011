//! What the owner of a site decides: its settings, its words, its people. Plain forms.

mod api_tokens;
mod audit;
pub(crate) mod campaigns;
mod imports;
mod jobs;
mod logo;
mod mails;
mod openid;
mod overview;
mod people;
mod settings;
mod sign_in_keys;
pub(crate) mod webhooks;
mod words;

use rejoinder_core::identity::author::Role;
use render::newsroom::FlashMessage;

use crate::access::Access;
use crate::http::extract::{MAX_SETTINGS_BODY, MAX_WORDS_BODY, Params};
use crate::http::route::{Route, get, head, patch, post, route};
use crate::newsroom::Newsroom;

/// The owner's pages, apart from those about webhooks and campaigns.
pub(crate) fn routes() -> Vec<Route> {
    let owner = |path, asked| route(path, Access::Newsroom(Role::Owner), asked);
    vec![
        owner("/admin/{site}", get(overview::show)),
        owner("/admin/{site}/settings", get(settings::show)),
        owner("/admin/{site}/settings", post(settings::save)).takes(MAX_SETTINGS_BODY),
        owner("/admin/{site}/origins", post(settings::save_origins)),
        owner("/admin/{site}/logo", post(logo::save)).takes(logo::MAX_FORM),
        owner("/admin/{site}/logo/remove", post(logo::remove)),
        owner("/admin/{site}/words", get(words::show)),
        owner("/admin/{site}/words", post(words::save)).takes(MAX_WORDS_BODY),
        owner("/admin/{site}/people", get(people::show)),
        owner("/admin/{site}/people", post(people::invite)),
        owner("/admin/{site}/people/{id}", post(people::change)),
        owner("/admin/{site}/sign-in-keys", get(sign_in_keys::show)),
        owner("/admin/{site}/sign-in-keys", post(sign_in_keys::add)),
        owner(
            "/admin/{site}/sign-in-keys/{id}/remove",
            post(sign_in_keys::remove),
        ),
        owner("/admin/{site}/openid", get(openid::show)),
        owner("/admin/{site}/openid", post(openid::add)),
        owner("/admin/{site}/openid/{id}/remove", post(openid::remove)),
        owner("/admin/{site}/tokens", get(api_tokens::show)),
        owner("/admin/{site}/tokens", post(api_tokens::add)),
        owner("/admin/{site}/tokens/{id}/revoke", post(api_tokens::revoke)),
        owner("/admin/{site}/import", get(imports::list)),
        owner("/admin/{site}/import", post(imports::send)).takes(imports::MAX_PLAIN),
        owner("/admin/{site}/import/uploads", post(imports::begin)),
        owner("/admin/{site}/import/uploads/{id}", head(imports::reached)),
        owner("/admin/{site}/import/uploads/{id}", patch(imports::go_on)),
        owner("/admin/{site}/import/{id}", get(imports::show)),
        owner("/admin/{site}/import/{id}", post(imports::act)),
        owner("/admin/{site}/import/{id}/state", get(imports::state)),
        owner(
            "/admin/{site}/import/{id}/report/{file}",
            get(imports::report),
        ),
        owner("/admin/{site}/audit", get(audit::show)),
        owner("/admin/{site}/jobs", get(jobs::show)),
        owner("/admin/{site}/jobs/{id}", post(jobs::settle)),
        owner("/admin/{site}/mails", get(mails::list)),
        owner("/admin/{site}/mails/{name}", get(mails::show)),
    ]
}

/// What was just done, by the word that the address carries.
fn said(newsroom: &Newsroom, params: &Params) -> Option<FlashMessage> {
    match params.get("did")? {
        "saved" => Some(FlashMessage::new(newsroom.texts().flash.saved)),
        _ => None,
    }
}

//! A reader's own pages: what they wrote and what was replied, their name, their sessions, everything
//! to take along, and the end of it all. Plain forms; each comes back to its page.

mod change;
mod devices;
mod gifts;
mod passkeys;
mod profile;
mod read;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rejoinder_core::Site;

use crate::access::Access;
use crate::http::route::{Route, get, post, route};

/// What the owner of an account looks at and changes.
pub(crate) fn routes() -> Vec<Route> {
    let own = |path, asked| route(path, Access::Account, asked);
    vec![
        own("/account/{site}", get(read::comments)),
        own("/account/{site}/replies", get(read::replies)),
        own("/account/{site}/notify", get(devices::show)),
        own("/account/{site}/devices", post(devices::add)),
        own("/account/{site}/devices/remove", post(devices::remove)),
        own("/account/{site}/settings", get(read::settings)),
        own("/account/{site}/download", get(read::download)),
        own("/account/{site}/name", post(change::name)),
        own("/account/{site}/page", post(profile::page)),
        own("/account/{site}/picture", post(profile::picture)).takes(profile::MAX_FORM),
        own(
            "/account/{site}/picture/remove",
            post(profile::remove_picture),
        ),
        own("/account/{site}/sessions", post(change::sessions)),
        own("/account/{site}/unmute", post(change::unmute)),
        own("/account/{site}/gifts", get(gifts::show)),
        own("/account/{site}/gifts", post(gifts::claim)),
        own("/account/{site}/gifts/change", post(gifts::change)),
        own("/account/{site}/passkeys", get(passkeys::show)),
        own("/account/{site}/passkeys", post(passkeys::add)),
        own("/account/{site}/passkeys/begin", post(passkeys::begin)),
        own("/account/{site}/passkeys/remove", post(passkeys::remove)),
        own("/account/{site}/delete", post(change::delete)),
        own("/account/{site}/keep", post(change::keep)),
    ]
}

/// Back to the account's settings.
fn to_settings(site: &Site) -> Response {
    let to = format!("/account/{}/settings", site.host);
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    (StatusCode::SEE_OTHER, headers).into_response()
}

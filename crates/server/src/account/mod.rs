//! A reader's own pages: what they wrote and what was replied, their name, their sessions, everything
//! to take along, and the end of it all. Plain forms; each comes back to its page.

mod change;
mod devices;
mod passkeys;
mod read;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rejoinder_core::Site;

use crate::access::Access;
use crate::http::route::{Route, route};

/// What the owner of an account looks at and changes.
pub(crate) fn routes() -> Vec<Route> {
    let own = |method, path, handler| route(method, path, Access::Account, handler);
    vec![
        own(Method::GET, "/account/{site}", get(read::comments)),
        own(Method::GET, "/account/{site}/replies", get(read::replies)),
        own(Method::GET, "/account/{site}/notify", get(devices::show)),
        own(Method::POST, "/account/{site}/devices", post(devices::add)),
        own(
            Method::POST,
            "/account/{site}/devices/remove",
            post(devices::remove),
        ),
        own(Method::GET, "/account/{site}/settings", get(read::settings)),
        own(Method::GET, "/account/{site}/download", get(read::download)),
        own(Method::POST, "/account/{site}/name", post(change::name)),
        own(
            Method::POST,
            "/account/{site}/sessions",
            post(change::sessions),
        ),
        own(Method::POST, "/account/{site}/unmute", post(change::unmute)),
        own(Method::GET, "/account/{site}/passkeys", get(passkeys::show)),
        own(
            Method::POST,
            "/account/{site}/passkeys",
            post(passkeys::add),
        ),
        own(
            Method::POST,
            "/account/{site}/passkeys/begin",
            post(passkeys::begin),
        ),
        own(
            Method::POST,
            "/account/{site}/passkeys/remove",
            post(passkeys::remove),
        ),
        own(Method::POST, "/account/{site}/delete", post(change::delete)),
        own(Method::POST, "/account/{site}/keep", post(change::keep)),
    ]
}

/// Back to the account's settings.
fn to_settings(site: &Site) -> Response {
    let to = format!("/account/{}/settings", site.host);
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    (StatusCode::SEE_OTHER, headers).into_response()
}

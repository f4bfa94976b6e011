//! The headers that keep browsers from doing more than they should.

use axum::body::Body;
use axum::http::header::Entry;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use rejoinder_core::publication::settings::LinkCards;
use rejoinder_core::{Site, discussion::player, publication::origin};

const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// Who may frame a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framers {
    /// The pages of the site that it is about: it is the thread, or an answer to one of its forms.
    Site,
    Nobody,
}

/// The policy of a whole page that `site` may frame: only the server's own files, and no HTML that
/// a script makes of text except through the widget's one Trusted Types policy. `players` are where else
/// its recordings are played from.
pub(crate) fn embed_policy(site: &Site, players: &[String]) -> HeaderValue {
    // Whatever came to be stored as one: only an origin is written into a policy.
    let origins = site
        .origins
        .iter()
        .filter_map(|own| origin::parse_origin(own).ok());
    let framers = origins.collect::<Vec<_>>().join(" ");
    let players = match site.settings.link_cards {
        LinkCards::Off => Vec::new(),
        LinkCards::Listed | LinkCards::Unlisted | LinkCards::On => with_cards(players),
    };
    page_policy(&format!("'self' {framers}"), &players)
}

/// The policy of a page that only the server's own pages may frame.
pub(crate) fn own_policy(players: &[String]) -> HeaderValue {
    page_policy("'self'", &with_cards(players))
}

/// `players`, and those of link cards.
fn with_cards(players: &[String]) -> Vec<&str> {
    let more = players.iter().map(String::as_str);
    let more = more.filter(|own| !player::ORIGINS.contains(own));
    player::ORIGINS.into_iter().chain(more).collect()
}

/// The policy of a page that nobody may frame.
pub(crate) fn unframed_policy() -> HeaderValue {
    page_policy("'none'", &[])
}

/// The policy of a page that `framers` may frame, and that may frame `players`.
fn page_policy(framers: &str, players: &[&str]) -> HeaderValue {
    let players = match players {
        [] => String::new(),
        some => format!("frame-src {}; ", some.join(" ")),
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         media-src 'self'; {players}connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors {framers}; require-trusted-types-for 'script'; trusted-types rejoinder"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(NOTHING))
}

/// The headers of pages that need an account: nobody frames them, and their addresses are told to
/// nobody else. Without any referrer a browser would hide the origin of its forms, too.
pub(crate) fn finish_newsroom(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"text/html"))
        && let Entry::Vacant(policy) = headers.entry(header::CONTENT_SECURITY_POLICY)
    {
        policy.insert(unframed_policy());
    }
    set(headers, header::REFERRER_POLICY, "same-origin");
}

/// The headers of every answer; what a handler has set stays. Without another word an answer is
/// personal, and nobody keeps or frames it.
///
/// Forms of the pages that a site may frame do only what the site's own pages may do by the API anyway.
pub(crate) fn finish(response: &mut Response<Body>, framers: Framers, site: Option<&Site>) {
    let headers = response.headers_mut();
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
    if is_page && let Entry::Vacant(policy) = headers.entry(header::CONTENT_SECURITY_POLICY) {
        policy.insert(match (framers, site) {
            (Framers::Site, Some(site)) => embed_policy(site, &[]),
            (Framers::Site, None) => own_policy(&[]),
            (Framers::Nobody, _) => unframed_policy(),
        });
    }
    set(headers, header::CACHE_CONTROL, "no-store");
    let is_public = headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    complete(headers, is_public);
}

/// The headers of what everyone may load, of the type `content_type`, under `policy` where it is a page.
pub(crate) fn of_public(content_type: &'static str, policy: Option<HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content_type = HeaderValue::from_static(content_type);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.extend(policy.map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
    complete(&mut headers, true);
    headers
}

/// The headers that are the same for everything, where they are not set yet. What is public may be
/// loaded into pages of other sites.
pub(crate) fn complete(headers: &mut HeaderMap, is_public: bool) {
    set(headers, header::CONTENT_SECURITY_POLICY, NOTHING);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        headers,
        header::REFERRER_POLICY,
        "strict-origin-when-cross-origin",
    );
    set(
        headers,
        RESOURCE_POLICY,
        if is_public {
            "cross-origin"
        } else {
            "same-origin"
        },
    );
    set(headers, OPENER_POLICY, "same-origin-allow-popups");
    set(
        headers,
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=()",
    );
}

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
pub(crate) const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if let Entry::Vacant(entry) = headers.entry(name) {
        entry.insert(HeaderValue::from_static(value));
    }
}

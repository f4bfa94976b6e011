//! The API's description, and a page to read it on.

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse};
use render::publication::api_docs;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::access::Access::Public;
use crate::http::assets;
use crate::http::error::Problem;
use crate::http::error_page::ErrorPage;
use crate::http::extract::Visitor;
use crate::http::limits::Act;
use crate::http::route::{Route, get, route};
use crate::state::App;
use crate::{
    moderator, public,
    reader::{self, guest},
};

/// The description, and a page of it.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/openapi.json", Public, get(spec)),
        route("/docs", Public, get(docs)),
    ]
}

/// The API.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rejoinder",
        description = "The discussion under an article. A page is addressed by `site` (a host) and \
                       `page` (its address, or a key that the publisher chose). Ids are 13 letters \
                       and digits; times are RFC 3339 in UTC. What goes wrong is answered with RFC \
                       9457 problems, whose `code` is stable. What changes something must carry an \
                       `Origin` that the site lists, or an API token in `Authorization: Bearer \
                       rjt_…`, which the site's owner makes on its page `API tokens` and which works \
                       where a scope is named.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "reading", description = "Threads, comments and counts"),
        (name = "writing", description = "Comments and votes"),
        (name = "funding", description = "Campaigns"),
        (name = "moderating", description = "Decisions, and what waits for them"),
    ),
    paths(
        public::threads::tree,
        public::web_annotations::list,
        public::comments::one,
        public::counts::counts,
        public::embedding::embedding,
        public::events::events,
        public::funding::campaigns,
        public::recordings::search::list,
        reader::me::me,
        reader::work::challenge,
        reader::session::begin,
        guest::open,
        reader::session::end,
        reader::comments::post,
        reader::comments::edit,
        reader::comments::remove,
        reader::cards::turn_off,
        reader::images::send,
        reader::images::waiting,
        reader::images::remove,
        reader::inbound_mail::take,
        reader::votes::cast,
        reader::sources::answer,
        reader::sources::withdraw,
        reader::sources::confirm,
        reader::reactions::give,
        reader::flags::raise,
        reader::mutes::set,
        reader::corrections::send,
        reader::questions::ask,
        reader::questions::change,
        reader::questions::remove,
        reader::proposals::propose,
        reader::proposals::confirm,
        reader::decisions::decide,
        reader::decisions::undo,
        reader::closing::decide,
        reader::subscriptions::subscribe,
        reader::bells::list,
        reader::bells::mark_read,
        reader::preview::preview,
        moderator::api::queue,
        moderator::api::search,
    ),
    modifiers(&ApiToken),
    components(schemas(Problem)),
)]
struct Api;

/// How programs of the publisher prove who they are.
struct ApiToken;

impl Modify for ApiToken {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("rjt_…")
            .description(Some("An API token of the site."))
            .build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("api_token", SecurityScheme::Http(bearer));
    }
}

static SPEC: LazyLock<serde_json::Value> =
    LazyLock::new(|| serde_json::to_value(Api::openapi()).unwrap_or_default());
static SPEC_TEXT: LazyLock<String> = LazyLock::new(|| SPEC.to_string());

const SHARED: (HeaderName, HeaderValue) = (
    header::CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=300"),
);

/// `GET /openapi.json`: the contract, with the server that it is asked of.
async fn spec(visitor: Visitor) -> impl IntoResponse {
    let servers = serde_json::json!([{ "url": &*visitor.base.0 }]);
    let rest = SPEC_TEXT.strip_prefix('{').unwrap_or_default();
    let json = (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let anyone = (
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    (
        [json, anyone, SHARED],
        format!("{{\"servers\":{servers},{rest}"),
    )
}

/// `GET /docs`: the contract as a page, with examples for the address that it is read at.
async fn docs(State(app): State<App>, visitor: Visitor) -> Result<impl IntoResponse, ErrorPage> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let page = api_docs(&SPEC, &visitor.base.0, assets::VERSION);
    Ok(([SHARED], Html(page)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rejoinder_core::Filter;

    use super::*;
    use crate::http::routes::table;

    #[test]
    fn the_description_names_exactly_the_routes_of_the_api() {
        let served: BTreeSet<(String, String)> = table()
            .into_iter()
            .filter(|route| route.path.starts_with("/api/"))
            .map(|route| {
                (
                    route.method.to_string().to_lowercase(),
                    route.path.to_owned(),
                )
            })
            .collect();

        let paths = SPEC["paths"].as_object().unwrap().iter();
        let described = paths
            .flat_map(|(path, methods)| {
                methods
                    .as_object()
                    .unwrap()
                    .keys()
                    .map(|method| (method.clone(), path.clone()))
            })
            .collect();

        assert_eq!(served, described);
    }

    #[test]
    fn the_description_names_the_scopes_that_tokens_need() {
        for route in table()
            .iter()
            .filter(|route| route.path.starts_with("/api/"))
        {
            let method = route.method.to_string().to_lowercase();
            let security = &SPEC["paths"][route.path][&method]["security"];
            let described = security.as_array().into_iter().flatten();
            let described = described.filter_map(|way| way["api_token"][0].as_str());
            let needed = route.policy.scope.iter().map(|scope| scope.as_str());
            assert!(needed.eq(described), "{method} {}", route.path);
        }
        let scheme = &SPEC["components"]["securitySchemes"]["api_token"];
        assert_eq!(scheme["scheme"], "bearer");
    }

    /// Every operation that is described.
    fn operations() -> impl Iterator<Item = &'static serde_json::Value> {
        let paths = SPEC["paths"].as_object().unwrap().values();
        paths.flat_map(|methods| methods.as_object().unwrap().values())
    }

    #[test]
    fn every_tag_is_described_and_every_described_one_used() {
        let tag = |name: &serde_json::Value| name.as_str().unwrap().to_owned();
        let used: BTreeSet<String> = operations()
            .flat_map(|operation| operation["tags"].as_array().unwrap())
            .map(tag)
            .collect();
        let described: BTreeSet<String> = SPEC["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| tag(&one["name"]))
            .collect();
        assert_eq!(used, described);
    }

    #[test]
    fn the_description_names_every_filter_of_a_thread() {
        let thread = &SPEC["paths"]["/api/v1/thread"]["get"]["parameters"];
        let mut parameters = thread.as_array().unwrap().iter();
        let filter = parameters.find(|one| one["name"] == "filter").unwrap();
        let about = filter["description"].as_str().unwrap();
        for known in Filter::ALL {
            assert!(about.contains(known.as_str()), "{about}");
        }
    }

    #[test]
    fn the_page_tells_of_every_operation_and_body_and_links_to_nothing_else() {
        let page = api_docs(&SPEC, "https://talk.example", "1");
        for (path, methods) in SPEC["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let heading = format!("<code>{} {path}</code></h3>", method.to_uppercase());
                assert_eq!(page.matches(&heading).count(), 1, "{heading}");
            }
        }
        let links = page.split("href=\"#").skip(1);
        let links: BTreeSet<&str> = links.filter_map(|rest| rest.split('"').next()).collect();
        assert!(links.len() > 100, "{links:?}");
        for link in links {
            let places = page.matches(&format!("id=\"{link}\"")).count();
            assert_eq!(places, 1, "{link}");
        }
    }

    #[test]
    fn the_description_is_of_version_3_1() {
        assert_eq!(SPEC["openapi"], "3.1.0");
    }

    #[test]
    fn two_bodies_do_not_share_a_description() {
        let takes = |name: &str, field: &str| {
            let fields = &SPEC["components"]["schemas"][name]["properties"];
            assert!(fields.get(field).is_some(), "{name}: {fields}");
        };

        // Both were called "Confirm", and one stood for the two.
        takes("ConfirmProposal", "site");
        takes("ConfirmSources", "note");
    }
}

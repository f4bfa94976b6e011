//! What is the same for everyone who asks.

pub(crate) mod agreed;
pub(crate) mod cached;
pub(crate) mod comments;
pub(crate) mod corrections;
pub(crate) mod counts;
pub(crate) mod embedding;
pub(crate) mod events;
pub(crate) mod feeds;
pub(crate) mod files;
pub(crate) mod funding;
pub(crate) mod made;
pub(crate) mod passages;
pub(crate) mod payments;
pub(crate) mod pictures;
pub(crate) mod publication;
pub(crate) mod readers;
pub(crate) mod recordings;
pub(crate) mod style;
pub(crate) mod threads;
pub(crate) mod web_annotations;

use crate::access::Access::Public;
use crate::http::route::{Route, get, route};
use crate::reader::sources::fields as fields_of_sources;

/// Loader, threads, counts and live streams.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/embed.js", Public, get(files::embed)),
        route("/count.js", Public, get(files::count)),
        route("/funding.js", Public, get(files::funding)),
        route("/push.js", Public, get(files::push)),
        route("/static/{file}", Public, get(files::asset)),
        route("/embed", Public, get(threads::page)),
        route("/embed/thread", Public, get(threads::fragment)),
        route("/embed/annotations", Public, get(passages::annotations)),
        route("/embed/corrections", Public, get(corrections::list)),
        route("/embed/sources", Public, get(fields_of_sources)),
        route("/embed/agreed", Public, get(agreed::method)),
        route("/embed/site.css", Public, get(style::style)),
        route("/api/v1/thread", Public, get(threads::tree)),
        route("/api/v1/annotations", Public, get(web_annotations::list)),
        route("/api/v1/comments/{id}", Public, get(comments::one)),
        route("/api/v1/events", Public, get(events::events)),
        route("/api/v1/counts", Public, get(counts::counts)),
        route("/api/v1/embedding", Public, get(embedding::embedding)),
        route("/feeds/{file}", Public, get(feeds::of_site)),
        route("/feeds/{site}/{*file}", Public, get(feeds::of_page)),
        route(
            "/feeds/{site}/branches/{file}",
            Public,
            get(feeds::of_branch),
        ),
        route(
            "/feeds/{site}/replies/{file}",
            Public,
            get(feeds::of_replies),
        ),
        route(
            "/link-pictures/{site}/{file}",
            Public,
            get(pictures::picture),
        ),
        route("/site-logos/{site}/{file}", Public, get(made::logo)),
        route("/readers/{site}/{id}", Public, get(readers::page)),
        route(
            "/reader-pictures/{site}/{file}",
            Public,
            get(readers::picture),
        ),
    ]
}

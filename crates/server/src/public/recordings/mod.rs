//! Recordings, for those who listen and read along.

mod along;
mod file;
mod podcast;
mod range;
pub(crate) mod search;
pub(crate) mod stored;
mod transcript;

use crate::access::Access::Public;
use crate::http::route::{Route, get, route};

/// What can be heard, and what there is to read of it.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/recordings/{site}/{id}/file", Public, get(file::file)),
        route(
            "/recordings/{site}/{id}/chapters.json",
            Public,
            get(transcript::chapters),
        ),
        route(
            "/recordings/{site}/{id}/{transcript}",
            Public,
            get(transcript::transcript),
        ),
        route(
            "/recordings/{site}/podcast.rss",
            Public,
            get(podcast::podcast),
        ),
        route("/recordings/{site}", Public, get(search::page)),
        route("/api/v1/recordings", Public, get(search::list)),
        route("/embed/recording", Public, get(along::page)),
        route("/embed/recording/along", Public, get(along::fragment)),
    ]
}

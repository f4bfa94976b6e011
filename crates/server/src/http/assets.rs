//! Scripts, styles and words for browsers, compiled in.

#[cfg(test)]
#[path = "../../build/join.rs"]
mod join;
#[cfg(test)]
#[path = "../../build/lazy.rs"]
mod lazy;
#[cfg(test)]
#[path = "../../build/mangle.rs"]
mod mangle;
#[cfg(test)]
#[path = "../../build/minify.rs"]
mod minify;
#[cfg(test)]
#[path = "../../build/scopes.rs"]
mod scopes;
#[cfg(test)]
#[path = "../../build/squeeze.rs"]
mod squeeze;
#[cfg(test)]
#[path = "../../build/tokens.rs"]
mod tokens;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use crate::http::page_cache::Encoding;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file that browsers load.
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    identity: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

/// The file of a name.
pub(crate) fn named(name: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.name == name)
}

/// What pages look like that stand as files by themselves.
pub fn frozen_style() -> Vec<u8> {
    let names = ["thread.css", "extras.css", "page.css"];
    let styles = names.iter().filter_map(|name| named(name));
    styles.flat_map(|asset| asset.identity).copied().collect()
}

impl Asset {
    fn kind(&self) -> &'static str {
        match self.name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            _ => "application/json",
        }
    }

    /// The answer to a request that asked for `version`, with `asked` as its headers.
    pub(crate) fn answer(&self, asked: &HeaderMap, version: Option<&str>) -> Response<Body> {
        let encoding = Encoding::accepted(asked);
        let (bytes, name) = match encoding {
            Encoding::Identity => (self.identity, None),
            Encoding::Gzip => (self.gzip, Some("gzip")),
            Encoding::Brotli => (self.brotli, Some("br")),
        };
        let tag = format!("\"{VERSION}-{}\"", name.unwrap_or("identity"));
        let tags = asked
            .get(header::IF_NONE_MATCH)
            .and_then(|tags| tags.to_str().ok());
        let is_known = tags.is_some_and(|tags| tags.contains(&tag));
        let mut response = Response::new(Body::from(if is_known { &[] } else { bytes }));
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        let is_version = version == Some(VERSION);
        let age = if is_version {
            "public, max-age=31536000, immutable"
        } else {
            "public, max-age=300"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind()));
        headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        if let Some(name) = name {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// What a reader waits for, to read and to post.
    const READ_AND_POST: [&str; 4] = ["embed.js", "thread.js", "thread.css", "compose.js"];

    #[test]
    fn reading_and_posting_takes_no_more_than_ten_kilobytes() {
        let sizes = READ_AND_POST.map(|name| (name, named(name).unwrap().gzip.len()));
        let sum: usize = sizes.iter().map(|(_, size)| size).sum();
        assert!(sum <= 10 * 1_024, "{sum} bytes: {sizes:?}");
    }

    /// Browsers remember what they imported in vain: `web/widget/load.js` fetches it first.
    #[test]
    fn only_what_was_fetched_is_imported_later() {
        let mut importing = Vec::new();
        for script in ASSETS.iter().filter(|asset| asset.name.ends_with(".js")) {
            let text = std::str::from_utf8(script.identity).unwrap();
            if text.contains("import(") {
                importing.push((script.name, text.matches("import(").count()));
            }
        }
        // The loader has thread.js fetched first; trouble.js explains a failure, once.
        assert_eq!(
            importing,
            [("embed.js", 2), ("load.js", 1), ("thread.js", 1)]
        );
    }

    #[test]
    fn each_import_names_the_version_and_no_other_string_does() {
        let scripts = ASSETS.iter().filter(|asset| asset.name.ends_with(".js"));
        for script in scripts {
            let text = std::str::from_utf8(script.identity).unwrap();
            let strings = RefCell::new(Vec::new());
            minify::script(text, &|string| {
                strings.borrow_mut().push(string.to_owned());
                None
            });
            for string in strings.into_inner() {
                let (address, version) = string.split_once("?v=").unwrap_or((&string, ""));
                let is_address = ["./", "/static/"]
                    .iter()
                    .any(|start| address.starts_with(start))
                    || address.starts_with("${") && address.contains("}/static/");
                let is_address = is_address && !address.ends_with(".json");
                let expected = if is_address { VERSION } else { "" };
                assert_eq!(version, expected, "{}: {string}", script.name);
            }
        }
    }
}

//! A rendering: its bytes in each encoding, with the headers they go out with.

use std::hash::{DefaultHasher, Hasher};
use std::io::Write as _;
use std::sync::OnceLock;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rejoinder_core::Time;

use super::{Moment, PageError};

/// How bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are.
    Identity,
    /// RFC 1952, which every client and every plain connection takes.
    Gzip,
    /// RFC 7932, which browsers take over TLS.
    Brotli,
}

impl Encoding {
    /// The best that a client takes.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let Some(value) = headers.get(header::ACCEPT_ENCODING) else {
            return Self::Identity;
        };
        let accepted = value.to_str().unwrap_or_default();
        if takes(accepted, "br") {
            return Self::Brotli;
        }
        if takes(accepted, "gzip") {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|part| {
        let mut parts = part.split(';');
        parts
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case(encoding))
            && !parts.any(|q| matches!(q.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// What a renderer gives the cache.
pub(crate) struct Rendered {
    /// The page's version in the transaction that the rendering read.
    pub(crate) version: i64,
    /// What the page is known by, when that is not what it was asked for by.
    pub(crate) canonical: Option<String>,
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// The headers that belong to these bytes, `Content-Type` among them.
    pub(crate) headers: HeaderMap,
    /// How a client asks whether the bytes are still the same.
    pub(crate) validators: Validators,
}

/// How a client asks whether bytes that it has are still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validators {
    /// By their tag.
    Tag,
    /// By their tag, or by the time since which they are what they are, as old programs do.
    TagAndDate,
}

/// A page's rendering, the same for everyone.
pub(crate) struct Entry {
    pub(super) version: i64,
    /// When the bytes were made, by a clock that only moves on.
    pub(super) made_at: Time,
    /// The same by the calendar.
    rendered_at: Time,
    tag: String,
    /// When the bytes came to be what they are; unknown where a second would not tell them from
    /// others.
    modified_at: Option<Time>,
    headers: HeaderMap,
    identity: Encoded,
    gzip: OnceLock<Encoded>,
    brotli: OnceLock<Encoded>,
}

struct Encoded {
    bytes: Bytes,
    headers: HeaderMap,
}

impl Entry {
    /// The rendering that follows `before`.
    pub(super) fn new(
        rendered: Rendered,
        now: Moment,
        before: Option<&Self>,
    ) -> Result<Self, PageError> {
        let rendered_at = now.at;
        let mut hasher = DefaultHasher::new();
        hasher.write(&rendered.body);
        let tag = format!("{:016x}", hasher.finish());
        let modified_at = match before {
            Some(before) if before.tag == tag => before.modified_at,
            Some(before) if before.rendered_at.seconds() >= rendered_at.seconds() => None,
            _ => Some(rendered_at),
        };
        let mut headers = rendered.headers;
        if let (Validators::TagAndDate, Some(time)) = (rendered.validators, modified_at)
            && let Ok(time) = HeaderValue::from_str(&time.in_http().to_string())
        {
            headers.insert(header::LAST_MODIFIED, time);
        }
        let revalidate = HeaderValue::from_static("public, max-age=0, must-revalidate");
        headers.insert(header::CACHE_CONTROL, revalidate);
        headers.insert(
            header::VARY,
            HeaderValue::from_static("Accept-Encoding, Origin"),
        );
        let identity = Encoded::new(rendered.body.into(), &headers, &tag, Encoding::Identity)?;
        Ok(Self {
            version: rendered.version,
            made_at: now.steady,
            rendered_at,
            modified_at,
            tag,
            headers,
            identity,
            gzip: OnceLock::new(),
            brotli: OnceLock::new(),
        })
    }

    fn encoded(&self, encoding: Encoding) -> Option<&Encoded> {
        match encoding {
            Encoding::Identity => Some(&self.identity),
            Encoding::Gzip => self.gzip.get(),
            Encoding::Brotli => self.brotli.get(),
        }
    }

    /// Whether the bytes are there in `encoding`.
    pub(super) fn has(&self, encoding: Encoding) -> bool {
        self.encoded(encoding).is_some()
    }

    /// Compress the bytes for `encoding`. Takes milliseconds.
    pub(super) fn encode(&self, encoding: Encoding) -> Result<(), PageError> {
        let plain = &self.identity.bytes;
        let (bytes, slot) = match encoding {
            Encoding::Identity => return Ok(()),
            Encoding::Gzip => (gzip(plain)?, &self.gzip),
            Encoding::Brotli => (brotli(plain)?, &self.brotli),
        };
        let encoded = Encoded::new(bytes.into(), &self.headers, &self.tag, encoding)?;
        // Whoever was first has the same bytes.
        let _ = slot.set(encoded);
        Ok(())
    }

    /// How many bytes it holds.
    pub(super) fn weight(&self) -> usize {
        let encoded = [Some(&self.identity), self.gzip.get(), self.brotli.get()];
        encoded
            .into_iter()
            .flatten()
            .map(|encoded| encoded.bytes.len() + 1_024)
            .sum()
    }

    /// The answer for a client that has `asked` with its headers, in `encoding` if it is there.
    pub(crate) fn answer(&self, asked: &HeaderMap, encoding: Encoding) -> Response<Body> {
        let encoded = self.encoded(encoding).unwrap_or(&self.identity);
        let is_known = self.is_known_to(asked);
        let mut response = if is_known {
            Response::new(Body::empty())
        } else {
            Response::new(Body::from(encoded.bytes.clone()))
        };
        response.headers_mut().clone_from(&encoded.headers);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        response
    }

    /// Whether a client that has `asked` has this rendering. A date must be the very one that was
    /// given: what was taken away can make bytes older.
    fn is_known_to(&self, asked: &HeaderMap) -> bool {
        if let Some(tags) = asked.get(header::IF_NONE_MATCH) {
            return self.matches(tags);
        }
        let date = asked.get(header::IF_MODIFIED_SINCE);
        date.is_some() && date == self.headers.get(header::LAST_MODIFIED)
    }

    /// Whether one of the tags that a client holds is of this rendering, in whichever encoding.
    fn matches(&self, tags: &HeaderValue) -> bool {
        let tags = tags.to_str().unwrap_or_default();
        tags.split(',').any(|tag| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            let base = tag
                .strip_suffix("-gzip")
                .or_else(|| tag.strip_suffix("-br"))
                .unwrap_or(tag);
            base == self.tag
        })
    }
}

impl Encoded {
    fn new(
        bytes: Bytes,
        headers: &HeaderMap,
        tag: &str,
        encoding: Encoding,
    ) -> Result<Self, PageError> {
        let mut headers = headers.clone();
        let tag = match encoding.name() {
            Some(name) => {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
                format!("\"{tag}-{name}\"")
            }
            None => format!("\"{tag}\""),
        };
        headers.insert(
            header::ETAG,
            HeaderValue::from_str(&tag).map_err(PageError::broken)?,
        );
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        Ok(Self { bytes, headers })
    }
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>, PageError> {
    let room = Vec::with_capacity(plain.len() / 4 + 64);
    let mut encoder = flate2::write::GzEncoder::new(room, flate2::Compression::new(6));
    encoder.write_all(plain).map_err(PageError::broken)?;
    encoder.finish().map_err(PageError::broken)
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>, PageError> {
    let mut bytes = Vec::with_capacity(plain.len() / 4 + 64);
    let mut encoder = brotli::CompressorWriter::new(&mut bytes, 16 * 1_024, 5, 18);
    encoder.write_all(plain).map_err(PageError::broken)?;
    drop(encoder);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(value: &'static str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
        Encoding::accepted(&headers)
    }

    #[test]
    fn the_best_encoding_that_a_client_takes_is_used() {
        assert_eq!(accepted("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(accepted("gzip;q=0.5"), Encoding::Gzip);
        assert_eq!(accepted("br;q=0, gzip"), Encoding::Gzip);
        assert_eq!(accepted("identity"), Encoding::Identity);
        assert_eq!(accepted("brotli"), Encoding::Identity);
    }
}

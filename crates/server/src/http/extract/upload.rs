//! Files that plain forms send along, as `multipart/form-data` (RFC 7578).

use axum::extract::{FromRequest, Request};
use axum::http::header;
use memchr::memmem;

use super::body::read_body;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::state::App;

/// The bytes of the first file of a form; empty where none was chosen.
pub(crate) struct Upload(pub(crate) Vec<u8>);

impl FromRequest<App> for Upload {
    type Rejection = ErrorPage;

    async fn from_request(request: Request, app: &App) -> Result<Self, ErrorPage> {
        let (_, bytes) = named(request, app).await?;
        Ok(Self(bytes))
    }
}

/// The first file of a form, with what it is called there.
pub(crate) struct NamedUpload {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl FromRequest<App> for NamedUpload {
    type Rejection = ErrorPage;

    async fn from_request(request: Request, app: &App) -> Result<Self, ErrorPage> {
        let (name, bytes) = named(request, app).await?;
        Ok(Self { name, bytes })
    }
}

async fn named(request: Request, app: &App) -> Result<(String, Vec<u8>), ErrorPage> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let boundary = kind.and_then(|kind| boundary(kind.to_str().ok()?));
    let boundary = boundary.ok_or_else(ApiError::body_broken)?;
    let body = read_body(app, request).await?;
    let (name, file) = file(&body, &boundary).ok_or_else(ApiError::body_broken)?;
    Ok((name, file.to_vec()))
}

/// What parts are separated by.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = parameters
        .split(';')
        .filter_map(|own| own.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let value = value.trim_matches('"');
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// What the first part that is a file is called, and what stands in it.
fn file<'a>(body: &'a [u8], boundary: &str) -> Option<(String, &'a [u8])> {
    let delimiter = format!("\r\n--{boundary}");
    let first = delimiter.trim_start().as_bytes();
    let mut rest = body.strip_prefix(first)?;
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = memmem::find(part, delimiter.as_bytes())?;
        let (own, after) = (&part[..end], &part[end + delimiter.len()..]);
        let head = memmem::find(own, b"\r\n\r\n")?;
        if let Some(name) = file_name(&String::from_utf8_lossy(&own[..head])) {
            return Some((name, own.get(head + 4..)?));
        }
        rest = after;
    }
    None
}

/// What a part is called as a file, where it is one.
fn file_name(head: &str) -> Option<String> {
    let at = head.to_ascii_lowercase().find("filename=")?;
    let value = head.get(at + "filename=".len()..)?;
    let name = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([';', '\r', '\n']).next(),
    };
    Some(name.unwrap_or_default().trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=----x1";

    #[test]
    fn a_file_is_found_behind_other_fields_as_it_was_sent() {
        let body = "------x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n\
                    ------x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\n\
                    Content-Type: text/csv\r\n\r\none\r\ntwo--\r\n\r\n------x1--\r\n";
        let own = boundary(KIND).unwrap();
        assert_eq!(
            file(body.as_bytes(), &own),
            Some(("s.csv".to_owned(), &b"one\r\ntwo--\r\n"[..]))
        );
    }

    #[test]
    fn what_is_no_such_form_is_none() {
        assert_eq!(boundary("application/json"), None);
        assert_eq!(boundary("multipart/form-data"), None);
        assert_eq!(boundary("multipart/form-data; boundary="), None);
        for body in [
            "",
            "------x1",
            "------x1--\r\n",
            "------x1\r\nfilename=\"a\"",
            "x",
        ] {
            assert_eq!(file(body.as_bytes(), "----x1"), None, "{body}");
        }
    }
}

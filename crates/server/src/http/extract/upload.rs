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
        let NamedUploads(files) = NamedUploads::from_request(request, app).await?;
        let first = files.into_iter().next();
        Ok(Self(first.map(|(_, bytes)| bytes).unwrap_or_default()))
    }
}

/// All files of a form, with what each is called there; none where none was chosen.
pub(crate) struct NamedUploads(pub(crate) Vec<(String, Vec<u8>)>);

impl FromRequest<App> for NamedUploads {
    type Rejection = ErrorPage;

    async fn from_request(request: Request, app: &App) -> Result<Self, ErrorPage> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let boundary = kind.and_then(|kind| boundary(kind.to_str().ok()?));
        let boundary = boundary.ok_or_else(ApiError::body_broken)?;
        let body = read_body(app, request).await?;
        let files = files(&body, &boundary).ok_or_else(ApiError::body_broken)?;
        // A browser sends a file without a name and a byte where none was chosen.
        let chosen = files
            .into_iter()
            .filter(|(name, bytes)| !name.is_empty() || !bytes.is_empty());
        let owned = chosen.map(|(name, bytes)| (name, bytes.to_vec()));
        Ok(Self(owned.collect()))
    }
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

/// What the parts that are files are called, and what stands in them; nothing where it is no such form,
/// or has no file.
fn files<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<(String, &'a [u8])>> {
    let delimiter = format!("\r\n--{boundary}");
    let first = delimiter.trim_start().as_bytes();
    let mut rest = body.strip_prefix(first)?;
    let mut files = Vec::new();
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let end = memmem::find(part, delimiter.as_bytes())?;
        let (own, after) = (&part[..end], &part[end + delimiter.len()..]);
        let head = memmem::find(own, b"\r\n\r\n")?;
        if let Some(name) = file_name(&String::from_utf8_lossy(&own[..head])) {
            files.push((name, own.get(head + 4..)?));
        }
        rest = after;
    }
    (!files.is_empty()).then_some(files)
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
    fn files_are_found_among_other_fields_as_they_were_sent() {
        let body = "------x1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n\
                    ------x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\n\
                    Content-Type: text/csv\r\n\r\none\r\ntwo--\r\n\r\n\
                    ------x1\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\nd\r\n\
                    ------x1\r\nContent-Disposition: form-data; name=\"file\"; filename=t\r\n\r\n\
                    \r\n------x1--\r\n";
        let own = boundary(KIND).unwrap();
        assert_eq!(
            files(body.as_bytes(), &own),
            Some(vec![
                ("s.csv".to_owned(), &b"one\r\ntwo--\r\n"[..]),
                ("t".to_owned(), &b""[..])
            ])
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
            assert_eq!(files(body.as_bytes(), "----x1"), None, "{body}");
        }
    }
}

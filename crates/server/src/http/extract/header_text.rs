//! What headers say, as text.

use axum::http::{HeaderMap, HeaderName, header};

/// The text of the header `name`, where it is one.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The secret that a request shows as its bearer's (RFC 6750), whoever it is for.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = text(headers, &header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The value of the cookie `name`.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let values = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|v| v.to_str().ok());
    let mut pairs = values
        .flat_map(|value| value.split(';'))
        .filter_map(|p| p.split_once('='));
    pairs
        .find(|(own, _)| own.trim() == name)
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let line = HeaderValue::from_static("a=1; rejoinder=abc; b=2");
        let headers = [(header::COOKIE, line)].into_iter().collect();
        assert_eq!(cookie(&headers, "rejoinder"), Some("abc"));
        assert_eq!(cookie(&headers, "__Host-rejoinder"), None);
    }
}

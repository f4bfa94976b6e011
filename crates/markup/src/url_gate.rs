//! The one gate that an address typed by anyone must pass before it is shown or kept.

use url::{ParseError, Url};

/// Longer addresses are refused: nobody reads them, and they are how a text grows when rendered.
const MAX_URL_BYTES: usize = 4096;

/// The web address (`http` or `https`) that a browser would make of `url`, or nothing.
///
/// What was checked is what is given back: the address is parsed as browsers parse it (entities
/// must be decoded before), and written anew from its parts. A bare host such as `example.org/me`
/// is taken for `https`, because that is what people type into a website field. Addresses with a
/// name or password in front of the host are refused; they exist to deceive.
pub fn safe_url(url: &str) -> Option<String> {
    let url = stripped(url)?;
    let parsed = match Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") => parsed,
        Ok(_) | Err(ParseError::RelativeUrlWithoutBase) if looks_like_host(&url) => {
            Url::parse(&format!("https://{url}")).ok()?
        }
        _ => return None,
    };
    web_address(&parsed)
}

/// The address that a link in a text may lead to: a web address with its scheme, or `mailto:`.
pub fn safe_link(url: &str) -> Option<String> {
    let url = stripped(url)?;
    let parsed = Url::parse(&url).ok()?;
    match parsed.scheme() {
        "http" | "https" => web_address(&parsed),
        "mailto" => mail_address(&parsed),
        _ => None,
    }
}

fn stripped(url: &str) -> Option<String> {
    let url: String = url
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    let url = url.trim();
    (!url.is_empty() && url.len() <= MAX_URL_BYTES).then(|| url.to_owned())
}

/// Characters that take no room and change what the eye reads: zero widths, marks of direction.
pub(crate) fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn web_address(url: &Url) -> Option<String> {
    let has_host = url.host_str().is_some_and(is_plain_host);
    let has_userinfo = !url.username().is_empty() || url.password().is_some();
    let text = url.as_str();
    (has_host && !has_userinfo && text.len() <= MAX_URL_BYTES).then(|| text.to_owned())
}

/// Parsers of addresses let quotes and more into a host; no name of a host has them.
fn is_plain_host(host: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
    !host.is_empty() && host.chars().all(is_plain)
}

/// Only the address: what a `mailto:` puts into a subject, a body or a blind copy is not the
/// reader's own wish.
fn mail_address(url: &Url) -> Option<String> {
    let (name, host) = url.path().rsplit_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "!#$&*+-.=?^_{|}~".contains(c))
    };
    (plain(name) && plain(host)).then(|| format!("mailto:{name}@{host}"))
}

/// Whether `url` starts with something like `example.org`, before any path or port.
fn looks_like_host(url: &str) -> bool {
    let end = url.find(['/', ':', '?', '#']).unwrap_or(url.len());
    let (host, rest) = url.split_at(end);
    let is_port = |rest: &str| rest.len() > 1 && rest.as_bytes()[1].is_ascii_digit();
    let labels: Vec<&str> = host.split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        })
        && (!rest.starts_with(':') || is_port(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        assert_eq!(safe_url(url).as_deref(), expected, "{url:?}");
    }

    #[track_caller]
    fn check_link(url: &str, expected: Option<&str>) {
        assert_eq!(safe_link(url).as_deref(), expected, "{url:?}");
    }

    #[test]
    fn web_addresses_pass() {
        check("https://example.org", Some("https://example.org/"));
        check(
            "  http://example.org/a?b=c#d ",
            Some("http://example.org/a?b=c#d"),
        );
        check("HTTPS://Example.ORG/Path", Some("https://example.org/Path"));
        check("example.org", Some("https://example.org/"));
        check(
            "www.example.org/me?x=1",
            Some("https://www.example.org/me?x=1"),
        );
        check("example.org:8080/me", Some("https://example.org:8080/me"));
        check(
            "https://münchen.example/ä",
            Some("https://xn--mnchen-3ya.example/%C3%A4"),
        );
        check("http://[2001:db8::1]/", Some("http://[2001:db8::1]/"));
        check(
            "https://example.org/a b\"<c>",
            Some("https://example.org/a%20b%22%3Cc%3E"),
        );
    }

    #[test]
    fn everything_else_is_refused() {
        for url in [
            "",
            " ",
            "x",
            "/path",
            "//example.org",
            "http://",
            "https:///",
            "http:",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\tscript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "java\0script:alert(1)",
            "javascript\u{200b}:alert(1)",
            "\u{feff}javascript:alert(1)",
            "javascript&colon;alert(1)",
            "javascript&#58;alert(1)",
            "javascript%3Aalert(1)",
            "javascript://example.org/%0aalert(1)",
            "javascript:example.org",
            "j.s:alert(1)",
            "vbscript:msgbox(1)",
            "data:text/html,<script>alert(1)</script>",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "file:///etc/passwd",
            "ftp://example.org/",
            "blob:https://example.org/x",
            "view-source:https://example.org",
            "about:blank",
            "https://user@example.org/",
            "https://user:pass@example.org/",
            "https://paypal.example@evil.example/",
            "user@example.org",
            "mailto:a@example.org",
            "tel:+123",
            "https://exa mple.org/",
            "http://example.org:99999/",
            "http://%00/",
            "https://example.org\"onclick=alert(1)/",
            "https://exam'ple.org/",
            "https://ex(am)ple.org/",
        ] {
            check(url, None);
            if !url.starts_with("mailto:") {
                check_link(url, None);
            }
        }
        check(&format!("https://example.org/{}", "a".repeat(5000)), None);
    }

    #[test]
    fn links_may_be_mail_addresses_without_further_wishes() {
        check_link("mailto:ann@example.org", Some("mailto:ann@example.org"));
        check_link(
            "mailto:ann@example.org?bcc=all@example.org",
            Some("mailto:ann@example.org"),
        );
        check_link("mailto:", None);
        check_link("mailto:ann", None);
        check_link("mailto:a%0Ab@example.org", None);
        check_link("mailto:////@example.org", None);
        check_link("example.org", None);
        check_link("https://example.org/x", Some("https://example.org/x"));
    }

    proptest! {
        #[test]
        fn what_passes_is_a_web_address_and_passes_again(
            url in "(https?://|java|script:|data:|mailto:|//|www\\.|[a-z]{1,4}\\.|[@:/\\\\#?%\t\n .&;]|\\PC){0,12}",
        ) {
            if let Some(safe) = safe_url(&url) {
                prop_assert!(safe.starts_with("http://") || safe.starts_with("https://"));
                prop_assert!(!safe.contains(['"', '<', '>', ' ', '\n', '\t']));
                prop_assert_eq!(safe_url(&safe), Some(safe.clone()));
            }
            if let Some(safe) = safe_link(&url) {
                prop_assert_eq!(safe_link(&safe), Some(safe.clone()));
            }
        }
    }
}

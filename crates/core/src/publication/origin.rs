//! Hosts and origins in the one form in which they are compared.

use url::{Host, Url};

use crate::refusal::Refusal;

/// A host in the form it is stored in: lower case, in ASCII, with a port only when it is unusual.
///
/// It must be one that a page can be at: a name of letters, digits and hyphens, or an address.
pub fn parse_host(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim().trim_end_matches('/');
    let invalid = || Refusal::HostInvalid {
        host: typed.to_owned(),
    };
    let is_more = |c: char| c.is_whitespace() || c.is_control() || "/@?#\\%".contains(c);
    if typed.is_empty() || typed.ends_with(':') || typed.contains(is_more) {
        return Err(invalid());
    }
    let url = Url::parse(&format!("http://{typed}")).map_err(|_| invalid())?;
    let host = real_host(&url, typed).ok_or_else(invalid)?;
    Ok(match url.port() {
        // What a browser does not say of a page at https is not said here either.
        None | Some(443) => host.to_owned(),
        Some(0) => return Err(invalid()),
        Some(port) => format!("{host}:{port}"),
    })
}

/// The host of `url`, as far as there can be one by this name.
fn real_host<'a>(url: &'a Url, typed: &str) -> Option<&'a str> {
    let host = url.host_str()?;
    match url.host()? {
        Host::Ipv6(_) => Some(host),
        // `1` and `0x7f.1` are read as addresses, too, and mean something else than they say.
        Host::Ipv4(_) => typed.contains(host).then_some(host),
        Host::Domain(name) => {
            let host = name.strip_suffix('.').unwrap_or(name);
            (host.len() <= 253 && host.split('.').all(is_label)).then_some(host)
        }
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// An origin in the form browsers send it: scheme, host and unusual port, nothing else.
///
/// It stands for itself alone: a `*` in it would match nothing, so it is refused.
pub fn parse_origin(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    let invalid = || Refusal::OriginInvalid {
        origin: typed.to_owned(),
    };
    if typed.contains('*') {
        return Err(Refusal::OriginWildcard {
            origin: typed.to_owned(),
        });
    }
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '%';
    if typed.contains(is_odd) {
        return Err(invalid());
    }
    let url = Url::parse(typed).map_err(|_| invalid())?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_named = url.username().is_empty() && url.password().is_none();
    if !is_bare || !is_named || !matches!(url.scheme(), "http" | "https") || url.port() == Some(0) {
        return Err(invalid());
    }
    real_host(&url, typed).ok_or_else(invalid)?;
    Ok(url.origin().ascii_serialization())
}

/// A server's public address: its origin, and the path that it is found under where it shares its host, as
/// in `https://news.example/comments`. No slash stands at its end.
pub fn parse_base(typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    let (origin, path) = split_base(typed.strip_suffix('/').unwrap_or(typed));
    let origin = parse_origin(origin)?;
    if path.is_empty() || path[1..].split('/').all(is_segment) {
        return Ok(format!("{origin}{path}"));
    }
    Err(Refusal::OriginInvalid {
        origin: typed.to_owned(),
    })
}

/// The origin of a server's address, and its path, which begins with a slash or is empty.
pub fn split_base(base: &str) -> (&str, &str) {
    let host_at = base.find("://").map_or(0, |at| at + 3);
    let path_at = base[host_at..].find('/').map(|at| host_at + at);
    base.split_at(path_at.unwrap_or(base.len()))
}

/// What means the same wherever it is written: in a header, in HTML, in another address.
fn is_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// The most origins of a site.
const MAX_ORIGINS: usize = 100;

/// The origins of a site as they are typed, with spaces or commas between them, each once.
pub fn parse_origins(typed: &str) -> Result<Vec<String>, Refusal> {
    let each = typed.split(|c: char| c.is_whitespace() || c == ',');
    let mut read: Vec<String> = Vec::new();
    for one in each.filter(|one| !one.is_empty()) {
        let origin = parse_origin(one)?;
        if !read.contains(&origin) {
            read.push(origin);
        }
    }
    match read.len() {
        1..=MAX_ORIGINS => Ok(read),
        count => Err(Refusal::OriginCount {
            count,
            max: MAX_ORIGINS,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_lower_case_and_bare() {
        assert_eq!(parse_host("News.Example").unwrap(), "news.example");
        assert_eq!(parse_host("localhost:4000").unwrap(), "localhost:4000");
        for (typed, stored) in [
            ("Bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("ｎｅｗｓ.example", "news.example"),
            ("news。example", "news.example"),
            ("news.example.", "news.example"),
            ("news.example/", "news.example"),
            ("news.example:80", "news.example"),
            ("news.example:443", "news.example"),
            ("news.example:8443", "news.example:8443"),
            ("127.0.0.1:8080", "127.0.0.1:8080"),
            ("[::1]:8080", "[::1]:8080"),
            ("my_blog.example", "my_blog.example"),
        ] {
            assert_eq!(parse_host(typed).unwrap(), stored, "{typed}");
        }
    }

    #[test]
    fn only_a_host_is_a_host() {
        let long = "a".repeat(64);
        let longer = "a.".repeat(127) + "example";
        for bad in [
            "",
            "https://news.example",
            "a b",
            "a/b",
            "u@h",
            "\"><script>alert(1)</script>",
            "\"\"\"",
            "news.example\"",
            "'news'.example",
            "news;rm.example",
            "(news).example",
            "news,example",
            "news.example!",
            "$(id).example",
            "*.example",
            "{a}.example",
            "a=b",
            "`a`",
            "~.example",
            "a..example",
            ".example",
            "-a.example",
            "a-.example",
            "news%2eexample",
            "news\n.example",
            "news\t.example",
            "news.example:",
            "news.example:0",
            "news.example:70000",
            "1",
            "0x7f.1",
            "1.2.3.4.5",
            "[::1",
            &long,
            &longer,
        ] {
            assert!(parse_host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert_eq!(
            parse_origin("https://News.Example:443/").unwrap(),
            "https://news.example"
        );
        assert_eq!(
            parse_origin("http://localhost:4000").unwrap(),
            "http://localhost:4000"
        );
        for bad in [
            "news.example",
            "null",
            "*",
            "file:///x",
            "https://news.example/path",
            "https://news.example/?",
            "https://u@news.example",
            "https://:secret@news.example",
            "https://news.example:0",
            "https://news%2eexample",
            "https://news\n.example",
            "https://\"news\".example",
            "https://0x7f.1",
            "wss://news.example",
        ] {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_server_may_be_found_under_a_path() {
        for (typed, base, split) in [
            ("https://News.Example/", "https://news.example", ""),
            (
                "https://news.example/comments",
                "https://news.example/comments",
                "/comments",
            ),
            (
                "https://news.example:443/a-b/C_~.d/",
                "https://news.example/a-b/C_~.d",
                "/a-b/C_~.d",
            ),
            ("http://localhost:8080/x", "http://localhost:8080/x", "/x"),
        ] {
            assert_eq!(parse_base(typed).unwrap(), base);
            assert_eq!(split_base(base).1, split);
            assert_eq!(split_base(base).0, &base[..base.len() - split.len()]);
        }
        for bad in [
            "news.example/comments",
            "https://news.example//",
            "https://news.example//comments",
            "https://news.example/a//b",
            "https://news.example/./a",
            "https://news.example/a/..",
            "https://news.example/a?b",
            "https://news.example/a#b",
            "https://news.example/a b",
            "https://news.example/%61",
            "https://news.example/\"a",
            "https://news.example/ä",
            "https://u@news.example/a",
            "ftp://news.example/a",
        ] {
            assert!(parse_base(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_origin_that_would_match_nothing_is_refused_with_the_reason() {
        for typed in [
            "https://*.example.org",
            "https://*",
            "*",
            "*://news.example",
            "https://news.example:*",
        ] {
            let refused = parse_origin(typed).unwrap_err().to_string();
            assert!(refused.contains("list each by itself"), "{refused}");
        }
    }
}

//! A browser in a word or two, for its owner to tell it from others.

use axum::http::{HeaderMap, header};

/// The first of these that a browser names is what it is: most name others, too.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
];

/// What the browser that sent `headers` is. Nothing else of its header is kept.
pub(crate) fn label(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    let named = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(mark, _)| agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (browser, system) => browser.or(system).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn label_of(agent: &'static str) -> Option<String> {
        let agent = (header::USER_AGENT, HeaderValue::from_static(agent));
        label(&[agent].into_iter().collect())
    }

    #[test]
    fn a_browser_is_named_and_nothing_else_is_kept() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(label_of(edge).unwrap(), "Edge, Windows");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/18.4 Mobile/15E148 Safari/604.1";
        assert_eq!(label_of(phone).unwrap(), "Safari, iPhone");
        assert_eq!(label_of("<script>alert(1)</script>"), None);
        assert_eq!(label(&HeaderMap::new()), None);
    }
}

//! Where the links lead in what is sent.

use std::sync::Arc;

use rejoinder_core::{PageKey, Site};

/// The server's own address, and the site whose articles it publishes itself.
#[derive(Debug, Clone)]
pub struct Home {
    base: Arc<str>,
    publication: Option<Arc<str>>,
}

impl Home {
    /// Links begin with `base`, which has no slash at its end; `publication` is the host of the site
    /// whose articles are found there, too.
    pub fn new(base: impl Into<Arc<str>>, publication: Option<&str>) -> Self {
        Self {
            base: base.into(),
            publication: publication.map(Into::into),
        }
    }

    /// The server's own address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Give `page` the address under which people find it: that of an article, whose key says no more
    /// than its path, is here.
    pub(crate) fn place(&self, site: &Site, page: &mut PageKey) {
        if self.publication.as_deref() != Some(&*site.host) || page.url().is_some() {
            return;
        }
        let path = page.as_str().strip_prefix(&*site.host);
        if let Some(path) = path.filter(|path| path.starts_with("/articles/")) {
            let url = format!("{}{path}", self.base);
            *page = PageKey::stored(page.as_str().to_owned(), Some(url));
        }
    }
}

impl From<&str> for Home {
    fn from(base: &str) -> Self {
        Self::new(base, None)
    }
}

#[cfg(test)]
mod tests {
    use rejoinder_core::{Settings, SiteId};

    use super::*;

    #[test]
    fn an_article_is_found_where_it_is_published_and_another_page_where_it_says() {
        let site = |host: &str| Site {
            id: SiteId(1),
            host: host.to_owned(),
            origins: Vec::new(),
            settings: Settings::default(),
            has_providers: false,
            logo: None,
            version: 1,
        };
        let home = Home::new("https://talk.example", Some("news.example"));
        for (host, mut key, found) in [
            (
                "news.example",
                PageKey::stored("news.example/articles/bridge".to_owned(), None),
                Some("https://talk.example/articles/bridge"),
            ),
            (
                "other.example",
                PageKey::stored("other.example/articles/bridge".to_owned(), None),
                None,
            ),
            ("news.example", PageKey::parse("bridge").unwrap(), None),
            (
                "news.example",
                PageKey::parse("https://news.example/articles/bridge").unwrap(),
                Some("https://news.example/articles/bridge"),
            ),
        ] {
            home.place(&site(host), &mut key);

            assert_eq!(key.url(), found, "{host}");
        }
    }
}

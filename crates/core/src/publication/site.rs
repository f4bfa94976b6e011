//! A publisher's property.

use crate::ids::SiteId;
use crate::publication::logo::Logo;
use crate::publication::settings::Settings;

/// One publisher's property, with its settings and the origins that may embed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Names the site in every key.
    pub id: SiteId,
    /// The host that clients name it by: `news.example` or `localhost:4000`.
    pub host: String,
    /// The origins whose pages may embed the site, exactly: `https://news.example`.
    pub origins: Vec<String>,
    /// Its rules.
    pub settings: Settings,
    /// Whether someone else signs its readers in.
    pub has_providers: bool,
    /// The picture that its pages and mails wear.
    pub logo: Option<Logo>,
    /// Raised by each change of any of it.
    pub version: i64,
}

impl Site {
    /// What the publication is called: by its title, or by its host where it has none.
    pub fn name(&self) -> &str {
        match self.settings.title.as_str() {
            "" => &self.host,
            title => title,
        }
    }

    /// Whether a page of `origin` may embed this site and act on it.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin)
    }

    /// Whether `host` (with its port, when it is not the usual one) serves pages of this site.
    pub fn serves(&self, host: &str) -> bool {
        self.host == host
            || self
                .origins
                .iter()
                .any(|own| own.split_once("://").is_some_and(|(_, h)| h == host))
    }
}

//! How pages and mails of our own wear the site that they are for: its name, its colour, its letters.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use rejoinder_core::Site;
use rejoinder_core::publication::accent::Accent;

use crate::RenderContext;
use crate::links::{encoded, logo_path};

/// What pages have when a site says nothing, on a light ground.
const ACCENT: &str = "#0b5394";

/// The system's own letters.
const FONT: &str = "system-ui, sans-serif";

/// What a whole page is made to look by: the version of the files under `/static`, and the site.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageLook<'a> {
    version: &'a str,
    site: Option<&'a Site>,
}

impl<'a> PageLook<'a> {
    /// That of a page which is for no site.
    pub(crate) fn plain(version: &'a str) -> Self {
        let site = None;
        Self { version, site }
    }

    /// That of a page for `site`.
    pub(crate) fn of(version: &'a str, site: &'a Site) -> Self {
        let site = Some(site);
        Self { version, site }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.version.is_empty()
    }

    /// What the site is called, and where it is.
    pub(crate) fn brand(&self) -> Option<(&'a str, Option<&'a str>)> {
        let site = self.site?;
        Some((site.name(), site.origins.first().map(String::as_str)))
    }

    /// The site's logo, where it has one.
    pub(crate) fn logo(&self) -> Option<ShownLogo> {
        self.site.and_then(|site| ShownLogo::of("", site))
    }

    /// The address of the site's own style, where it has one.
    pub(crate) fn style(&self) -> Option<String> {
        let site = self.site?;
        let settings = &site.settings;
        if settings.accent.is_empty() && settings.font.is_empty() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        (&settings.accent, &settings.font).hash(&mut hasher);
        let version = hasher.finish() >> 32;
        Some(format!(
            "/embed/site.css?site={}&v={version:08x}",
            encoded(&site.host)
        ))
    }
}

/// The version.
impl fmt::Display for PageLook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.version)
    }
}

impl<'a> RenderContext<'a> {
    pub(crate) fn look(&self) -> PageLook<'a> {
        PageLook::of(self.assets, self.site)
    }
}

/// A site's own style for pages of ours.
pub fn site_style(site: &Site) -> String {
    let mut style = String::from(":root{");
    if let Some(accent) = Accent::parse(&site.settings.accent) {
        style.push_str(&format!(
            "--rj-accent:light-dark({},{});",
            accent.on_light(),
            accent.on_dark()
        ));
    }
    if !site.settings.font.is_empty() {
        style.push_str(&format!("--rj-font:{};", site.settings.font));
    }
    style.push('}');
    style
}

/// A logo where it is shown.
pub(crate) struct ShownLogo {
    pub(crate) address: String,
    pub(crate) width: i64,
    pub(crate) height: i64,
}

impl ShownLogo {
    /// That of `site` on the server at `base`.
    pub(crate) fn of(base: &str, site: &Site) -> Option<Self> {
        let logo = site.logo.as_ref()?;
        let (width, height) = logo.shown();
        let address = format!("{base}{}", logo_path(&site.host, &logo.name));
        Some(Self {
            address,
            width,
            height,
        })
    }
}

/// What a mail looks by. Mails have no style sheets.
pub(crate) struct MailLook<'a> {
    pub(crate) name: &'a str,
    pub(crate) logo: Option<ShownLogo>,
    pub(crate) font: &'a str,
    pub(crate) accent: String,
    /// The side that lines begin on.
    pub(crate) start: &'static str,
}

impl<'a> MailLook<'a> {
    pub(crate) fn of(context: &RenderContext<'a>) -> Self {
        let settings = &context.site.settings;
        let accent = Accent::parse(&settings.accent).map(|own| own.on_light().to_string());
        Self {
            name: context.site.name(),
            logo: ShownLogo::of(context.base, context.site),
            font: match settings.font.as_str() {
                "" => FONT,
                own => own,
            },
            accent: accent.unwrap_or_else(|| ACCENT.to_owned()),
            start: match settings.language.direction() {
                "rtl" => "right",
                _ => "left",
            },
        }
    }
}

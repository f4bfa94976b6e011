//! A publication's folder: `publication.toml`, `articles/*.md`, `pictures/*`.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use rejoinder_core::{PageKey, Time};
use serde::Deserialize;

/// Articles that the server itself publishes.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The host of the site that the articles belong to.
    pub site: String,
    pub(crate) about: render::Masthead,
    /// In the order of the front page.
    pub(crate) articles: Vec<render::Article>,
    pictures: PathBuf,
}

/// Why a publication could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PublicationError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file does not say what it should.
    #[error("{path}: {problem}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// `publication.toml`.
#[derive(Deserialize)]
struct PublicationFile {
    title: String,
    #[serde(default)]
    tagline: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    footer: String,
    /// Slugs in the order of the front page.
    articles: Vec<String>,
}

/// What stands between the two `+++` of an article.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    headline: String,
    lead: String,
    byline: String,
    published_at: String,
    section: String,
    picture: Option<FrontMatterPicture>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatterPicture {
    file: String,
    alt: String,
    caption: String,
    credit: String,
    width: u32,
    height: u32,
}

impl Publication {
    /// Read the publication in `folder`, whose discussions belong to the site `site`.
    pub fn read(folder: &Path, site: &str) -> Result<Self, PublicationError> {
        let path = folder.join("publication.toml");
        let about: PublicationFile =
            toml::from_str(&text(&path)?).map_err(|error| content(&path, error))?;
        let article = |slug: &String| read_article(folder, slug);
        Ok(Self {
            site: site.to_owned(),
            articles: about
                .articles
                .iter()
                .map(article)
                .collect::<Result<_, _>>()?,
            about: render::Masthead {
                title: about.title,
                tagline: about.tagline,
                town: about.town,
                footer: about.footer,
            },
            pictures: folder.join("pictures"),
        })
    }

    /// The slugs and headlines, in the order of the front page.
    pub fn headlines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.articles
            .iter()
            .map(|article| (article.slug.as_str(), article.headline.as_str()))
    }

    /// The text of an article, as passages are found in it.
    pub fn text_of(&self, slug: &str) -> Option<String> {
        self.article(slug).map(render::Article::text)
    }

    /// What the page of an article is known by, wherever the publication is served.
    pub fn page_key(&self, slug: &str) -> PageKey {
        PageKey::stored(format!("{}/articles/{slug}", self.site), None)
    }

    /// What the article is known by whose address on this server `key` is, where the server is
    /// reached at `base`.
    pub(crate) fn key_at(&self, base: &str, key: &PageKey) -> Option<PageKey> {
        let base = PageKey::parse(base).ok()?;
        let path = key.url().and(key.as_str().strip_prefix(base.as_str()))?;
        let slug = path.strip_prefix("/articles/")?.split('?').next()?;
        self.article(slug)
            .map(|article| self.page_key(&article.slug))
    }

    /// Where the page `key` is on this server, if it is an article's.
    pub(crate) fn address<'a>(&self, key: &'a str) -> Option<&'a str> {
        let path = key.strip_prefix(self.site.as_str())?;
        let slug = path.strip_prefix("/articles/")?;
        self.article(slug).map(|_| path)
    }

    /// The headline of the article whose page `key` is.
    pub(crate) fn headline(&self, key: &PageKey) -> Option<&str> {
        self.article_at(key)
            .map(|article| article.headline.as_str())
    }

    /// The article whose page `key` is.
    pub(crate) fn article_at(&self, key: &PageKey) -> Option<&render::Article> {
        let slug = self.address(key.as_str())?.strip_prefix("/articles/")?;
        self.article(slug)
    }

    pub(crate) fn article(&self, slug: &str) -> Option<&render::Article> {
        self.articles.iter().find(|article| article.slug == slug)
    }

    /// Where the picture `file` is, if an article shows it.
    pub(crate) fn picture(&self, file: &str) -> Option<PathBuf> {
        let address = format!("/pictures/{file}");
        let mut shown = self
            .articles
            .iter()
            .filter_map(|article| article.picture.as_ref());
        shown
            .any(|picture| picture.src == address)
            .then(|| self.pictures.join(file))
    }
}

/// The media type of a picture that may be shown.
pub(super) fn kind(file: &str) -> Option<&'static str> {
    match file.rsplit_once('.')?.1 {
        "webp" => Some("image/webp"),
        "avif" => Some("image/avif"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        _ => None,
    }
}

fn text(path: &Path) -> Result<String, PublicationError> {
    fs::read_to_string(path).map_err(|cause| PublicationError::File {
        path: path.to_owned(),
        cause,
    })
}

fn content(path: &Path, problem: impl fmt::Display) -> PublicationError {
    PublicationError::Content {
        path: path.to_owned(),
        problem: format!("{problem}"),
    }
}

fn read_article(folder: &Path, slug: &str) -> Result<render::Article, PublicationError> {
    let path = folder.join("articles").join(format!("{slug}.md"));
    if !slug.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(content(
            &path,
            "an article's name may have letters, digits and hyphens",
        ));
    }
    let text = text(&path)?;
    let parts = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"));
    let (front, body) =
        parts.ok_or_else(|| content(&path, "there is no front matter between two lines of +++"))?;
    let front: FrontMatter = toml::from_str(front).map_err(|error| content(&path, error))?;
    let published_at: Time = front
        .published_at
        .parse()
        .map_err(|error| content(&path, format!("published_at: {error}")))?;
    let picture = front
        .picture
        .map(|picture| read_picture(&path, picture))
        .transpose()?;
    Ok(render::Article {
        slug: slug.to_owned(),
        headline: front.headline,
        lead: front.lead,
        byline: front.byline,
        published_at,
        section: front.section,
        picture,
        html: markup::article(body),
    })
}

fn read_picture(
    path: &Path,
    picture: FrontMatterPicture,
) -> Result<render::ArticlePicture, PublicationError> {
    let file = picture.file;
    let is_plain = !file.contains(['/', '\\']) && !file.starts_with('.');
    if !is_plain || kind(&file).is_none() {
        let problem = format!("picture.file: `{file}` is not a webp, avif, jpg or png in pictures");
        return Err(content(path, problem));
    }
    Ok(render::ArticlePicture {
        src: format!("/pictures/{file}"),
        alt: picture.alt,
        caption: picture.caption,
        credit: picture.credit,
        width: picture.width,
        height: picture.height,
    })
}

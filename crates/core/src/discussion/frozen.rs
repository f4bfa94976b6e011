//! Where the file of a page lies once its site is frozen.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::discussion::page::PageKey;
use crate::ids::PageId;

/// The longest part of a path, in bytes, that every file system takes.
const MAX_PART: usize = 200;

/// The folder of the pictures that comments carry, in the folder of a frozen site.
pub const IMAGES: &str = "comment-images";

/// A file below the folder of a frozen site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FrozenPath {
    /// The folders and the file, as they are named on the disk.
    pub parts: Vec<String>,
    /// How a link from the folder of the site names it.
    pub link: String,
}

impl FrozenPath {
    /// How a link leads from the file to the folder of the site.
    pub fn to_root(&self) -> String {
        "../".repeat(self.parts.len() - 1)
    }
}

/// Where a page lies so that a file server that answers for `host` finds it under the page's own address.
///
/// `None` where there is no such place: on another host, with a query, or with names that files cannot have.
pub fn frozen_path(host: &str, key: &PageKey) -> Option<FrozenPath> {
    let url = Url::parse(key.url()?).ok()?;
    let own = url.host_str()?;
    let is_here = own == host || own.strip_prefix("www.") == Some(host);
    if !is_here || url.query().is_some() {
        return None;
    }
    let encoded: Vec<&str> = url
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let parts: Option<Vec<String>> = encoded.iter().map(|part| file_name(part)).collect();
    let mut parts = parts.filter(|parts| !parts.is_empty())?;
    let mut link = encoded.join("/");
    // What the site's own files are called; some file systems know no case.
    let first = parts[0].to_lowercase();
    if matches!(first.as_str(), "pages" | "style.css" | "index.html") || first == IMAGES {
        return None;
    }
    let is_file = parts.last()?.ends_with(".html") || parts.last()?.ends_with(".htm");
    if !is_file {
        parts.push("index.html".to_owned());
        link.push_str("/index.html");
    }
    Some(FrozenPath { parts, link })
}

/// Where a page lies that has no place of its own.
pub fn frozen_path_by_id(id: PageId) -> FrozenPath {
    FrozenPath {
        parts: vec!["pages".to_owned(), format!("{id}.html")],
        link: format!("pages/{id}.html"),
    }
}

fn file_name(encoded: &str) -> Option<String> {
    let name: Cow<'_, str> = percent_decode_str(encoded).decode_utf8().ok()?;
    let is_plain = name.len() <= MAX_PART
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|'])
        && !name.chars().any(char::is_control);
    is_plain.then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(url: &str) -> Option<String> {
        let key = PageKey::parse(url).unwrap();
        let path = frozen_path("news.example", &key)?;
        assert_eq!(path.to_root().len(), 3 * (path.parts.len() - 1));
        Some(path.parts.join("/"))
    }

    #[test]
    fn a_page_lies_where_its_address_leads() {
        for (url, expected) in [
            ("https://news.example/ferry", "ferry/index.html"),
            ("https://news.example/2026/ferry/", "2026/ferry/index.html"),
            ("https://news.example/2026/ferry.html", "2026/ferry.html"),
            ("https://www.news.example/ferry", "ferry/index.html"),
            (
                "https://news.example/caf%C3%A9/%E6%97%A5",
                "café/日/index.html",
            ),
            ("https://news.example/a%20b", "a b/index.html"),
        ] {
            assert_eq!(path(url).as_deref(), Some(expected), "{url}");
        }
    }

    #[test]
    fn what_no_file_can_be_called_lies_elsewhere() {
        for url in [
            "https://news.example/",
            "https://other.example/ferry",
            "https://news.example/ferry?id=7",
            "https://news.example/.htaccess",
            "https://news.example/a%2Fb",
            "https://news.example/a%5Cb",
            "https://news.example/a%00b",
            "https://news.example/%FF",
            "https://news.example/style.css",
            "https://news.example/pages/x",
            "https://news.example/Pages/x",
            "https://news.example/Comment-Images/x",
            "https://news.example/Style.css/x",
        ] {
            assert_eq!(path(url), None, "{url}");
        }
        let long = format!("https://news.example/{}", "a".repeat(201));
        assert_eq!(path(&long), None);
        let by_id = frozen_path_by_id(PageId(7));
        assert_eq!(by_id.parts, ["pages", "0000000000007.html"]);
    }
}

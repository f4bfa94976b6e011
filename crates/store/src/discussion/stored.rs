//! The text of a comment as it is stored, and as it is shown.
//!
//! The column `html` holds what the HTML says beyond the text: null where it is the text in paragraphs, and
//! a patch of those behind a sign that no HTML starts with. Where that says it no shorter, it is the HTML,
//! which is empty where there is none to be shown. What is written there comes from [`kept`], and
//! [`shown`] makes HTML of it once more.

use std::borrow::Cow;

use markup::{RENDERER_VERSION, paragraphs, patch, patched};
use rejoinder_core::recordings::CitableRecording;
use rejoinder_core::{CommentId, SafeHtml, SiteId};

use crate::{Result, Row, Tx, params, sql};

/// What a patch stands behind.
const PATCH: &str = "<>";

/// What is kept of the HTML of a comment, made before it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptHtml(Option<String>);

impl KeptHtml {
    /// Of `html`, beside `text`.
    pub fn of(text: &str, html: &SafeHtml) -> Self {
        Self(kept(text, html).map(Cow::into_owned))
    }

    pub(crate) fn stored(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Of no text.
impl Default for KeptHtml {
    fn default() -> Self {
        Self::of("", &SafeHtml::default())
    }
}

/// What is kept of the HTML of a comment beside its text.
pub(crate) fn kept<'h>(text: &str, html: &'h SafeHtml) -> Option<Cow<'h, str>> {
    let whole = Cow::Borrowed(html.as_str());
    // Neither database keeps NUL in a text.
    if html.is_empty() || text.contains('\0') {
        return Some(whole);
    }
    let plain = paragraphs(text);
    if plain == *html {
        return None;
    }
    let is_better = |patch: &String| {
        PATCH.len() + patch.len() < whole.len()
            && patched(&plain, patch).as_deref() == Some(html.as_str())
    };
    let patch = patch(&plain, html).filter(is_better);
    Some(patch.map_or(whole, |patch| format!("{PATCH}{patch}").into()))
}

/// The HTML of which `kept` was kept. Beside another text than it was kept with, it is that text in
/// paragraphs, or has the same tags between its words.
pub(crate) fn shown(text: &str, kept: Option<String>) -> SafeHtml {
    let Some(kept) = kept else {
        return paragraphs(text);
    };
    let Some(patch) = kept.strip_prefix(PATCH) else {
        return SafeHtml::from_store(kept);
    };
    let plain = paragraphs(text);
    patched(&plain, patch).map_or(plain, SafeHtml::from_store)
}

/// Store `html`, which `renderer` has made of a comment's `text`; of one that was edited meanwhile, nothing.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    (text, html): (&str, &SafeHtml),
    renderer: i64,
) -> Result<()> {
    tx.execute(
        sql!(
            "update comment set html = ?3, renderer = ?4
             where site_id = ?1 and id = ?2 and text = ?5"
        ),
        params![site, id, kept(text, html), renderer, text],
    )?;
    Ok(())
}

/// A comment's text in both forms, from the columns `text`, `html`, `renderer` and `written_in`.
pub(crate) struct StoredText {
    pub(super) text: String,
    pub(super) html: SafeHtml,
    pub(super) renderer: i64,
    written_in: String,
}

impl StoredText {
    /// These columns of a row.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self> {
        let text: String = row.next()?;
        Ok(Self {
            html: shown(&text, row.next()?),
            text,
            renderer: row.next()?,
            written_in: row.next()?,
        })
    }

    pub(super) fn is_stale(&self) -> bool {
        // What was taken away has no text that could be shown.
        self.renderer < RENDERER_VERSION && !self.html.is_empty()
    }

    /// The text as typed, and as today's renderer shows it.
    pub(crate) fn shown(self) -> (String, SafeHtml) {
        self.shown_beside(&[])
    }

    /// The same beside the recordings of its page.
    pub(super) fn shown_beside(self, recordings: &[CitableRecording]) -> (String, SafeHtml) {
        let html = match (self.is_stale(), self.written_in.as_str()) {
            (false, _) => self.html,
            // What came from another system was no Markdown there.
            (true, "html") => markup::sanitise_beside(self.html.as_str(), recordings).0,
            (true, _) => markup::render_beside(&self.text, recordings).html,
        };
        (self.text, html)
    }
}

#[cfg(test)]
mod tests {
    use markup::{plain_text, render, sanitise};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// What is kept, and that it is shown again as it was.
    #[track_caller]
    fn kept_and_shown(text: &str, html: &SafeHtml) -> Option<String> {
        let kept = kept(text, html).map(Cow::into_owned);
        assert_eq!(shown(text, kept.clone()), *html, "{text:?}: {kept:?}");
        kept
    }

    fn soup() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => select(&[
                "*", "**", "_", "||", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", "    ", "\t", "# ",
                "---", "[a](", ")", "<", ">", "https://e.example/", ":smile:", "&amp;", "\\", "text",
                " ", "é", "\u{a0}", "\r\n", "\r", "\0", "\u{200f}", "<b>", "</b>", "<p>", "</p>",
                "<br>", "<a href='https://e.example/?a>b'>", "</a>", "<ul><li>", "</ul>", "\"", "<>",
            ][..]).prop_map(str::to_owned),
            1 => "\\PC{0,4}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_kept_is_shown_as_it_was(text in soup(), other in soup()) {
            for html in [render(&text).html, sanitise(&text)] {
                for text in [&text, &plain_text(&html), &other] {
                    kept_and_shown(text, &html);
                }
            }
        }

        #[test]
        fn beside_another_text_no_words_become_tags(text in soup(), other in soup()) {
            let html = render(&text).html;
            let kept = kept(&text, &html).map(Cow::into_owned);
            prop_assume!(kept.as_ref().is_none_or(|kept| kept.starts_with(PATCH)));

            let shown = shown(&other, kept);

            let mut known: Vec<&str> = tags(&html).collect();
            known.extend(["p", "/p", "br"]);
            let unknown = tags(&shown).find(|tag| !known.contains(tag));
            prop_assert_eq!(unknown, None, "{}", shown);
        }
    }

    fn tags(html: &SafeHtml) -> impl Iterator<Item = &str> {
        let tags = html.as_str().split('<').skip(1);
        tags.map(|tag| tag.split('>').next().unwrap_or_default())
    }

    #[test]
    fn of_words_alone_nothing_is_kept() {
        for text in [
            "Good morning",
            "a < b & \"c\",\n\u{200f}\u{05d0}\n\n\u{1f469}\u{200d}\u{1f680} 'd'",
        ] {
            assert_eq!(kept_and_shown(text, &render(text).html), None, "{text}");
        }
        let came = sanitise("<p>One &lt;b&gt;<br>two</p><p>three</p>");
        assert_eq!(kept_and_shown(&plain_text(&came), &came), None);
    }

    #[test]
    fn of_other_texts_what_they_say_beyond_their_words_is_kept() {
        for (text, expected) in [
            ("A *good* morning", "<>5<em>-4</em>-"),
            ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
            ("", ""),
            ("[a]: /b", ""),
        ] {
            let kept = kept_and_shown(text, &render(text).html);
            assert_eq!(kept.as_deref(), Some(expected), "{text}");
        }
    }
}

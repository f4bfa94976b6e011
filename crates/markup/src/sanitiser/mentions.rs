//! Links from a name behind an `@` to a comment of whoever it means.
//!
//! Like those to places in recordings they are put in behind the sanitiser, which would take them away,
//! and made of an id alone. What a reader writes cannot become one.

use rejoinder_core::discussion::mention::{
    MAX_LOOKED_AT, MAX_MENTIONED, Mention, MentionCandidates, may_follow,
};
use rejoinder_core::{CommentId, SafeHtml};

use crate::escape::escape;
use crate::url_gate::safe_link;

/// How each link begins that is put in here.
const TAG: &str = "<a class=\"rj-mention\" href=\"#comment-";

/// Elements in which nobody is mentioned.
const PLAIN: [&str; 5] = ["a", "code", "pre", "kbd", "samp"];

/// Links each name behind an `@` in `html` that means one of `people`, and gives whom it
/// mentions, each once.
pub fn with_mentions(html: &SafeHtml, people: &MentionCandidates) -> (SafeHtml, Vec<Mention>) {
    let mut linker = MentionLinker {
        people,
        mentions: Vec::new(),
        n_looked_at: 0,
        out: String::with_capacity(html.as_str().len() + 256),
    };
    if people.is_empty() || !html.as_str().contains('@') {
        return (html.clone(), linker.mentions);
    }
    let mut n_plain = 0_usize;
    let mut rest = html.as_str();
    while let Some((text, tag, after)) = cut(rest) {
        linker.text(text, n_plain == 0);
        linker.out.push_str(tag);
        let name = tag.trim_start_matches(['<', '/']);
        let name = name.split([' ', '>']).next().unwrap_or_default();
        if PLAIN.contains(&name) {
            n_plain = match tag.starts_with("</") {
                true => n_plain.saturating_sub(1),
                false => n_plain + 1,
            };
        }
        rest = after;
    }
    linker.text(rest, n_plain == 0);
    (SafeHtml::from_sanitiser(linker.out), linker.mentions)
}

/// The text before the next tag, the tag, and what follows. An attribute's value may hold a `>`.
fn cut(html: &str) -> Option<(&str, &str, &str)> {
    let start = html.find('<')?;
    let mut in_quotes = false;
    let end = html[start..].bytes().position(|byte| {
        in_quotes ^= byte == b'"';
        byte == b'>' && !in_quotes
    });
    let end = end.map_or(html.len(), |end| start + end + 1);
    Some((&html[..start], &html[start..end], &html[end..]))
}

struct MentionLinker<'p> {
    people: &'p MentionCandidates,
    mentions: Vec<Mention>,
    n_looked_at: usize,
    out: String,
}

impl MentionLinker<'_> {
    /// Writes a piece of text, with its links where it may have any.
    fn text(&mut self, escaped: &str, may_link: bool) {
        let mut done = 0;
        if may_link && escaped.contains('@') {
            let text = UnescapedText::of(escaped);
            let mut from = 0;
            while let Some(at) = text.plain[from..].find('@').map(|at| from + at) {
                from = at + 1;
                if self.n_looked_at == MAX_LOOKED_AT {
                    break;
                }
                self.n_looked_at += 1;
                let before = text.plain[..at].chars().next_back();
                let Some(end) = self.mention(before, &text.plain[from..]) else {
                    continue;
                };
                let (start, end) = (text.at(at), text.at(from + end));
                self.out.push_str(&escaped[done..start]);
                if let Some(mention) = self.mentions.last() {
                    self.out.push_str(&format!("{TAG}{}\">", mention.comment));
                }
                self.out.extend([&escaped[start..end], "</a>"]);
                done = end;
            }
        }
        self.out.push_str(&escaped[done..]);
    }

    /// Puts whom `text` begins with last in the list; gives how long the name is.
    fn mention(&mut self, before: Option<char>, text: &str) -> Option<usize> {
        if !may_follow(before) {
            return None;
        }
        let (person, end) = self.people.find_mentioned(text)?;
        let mention = Mention {
            author: person.author,
            comment: person.comment,
        };
        let known = self
            .mentions
            .iter()
            .position(|known| known.author == mention.author);
        match known {
            Some(known) => {
                let known = self.mentions.remove(known);
                self.mentions.push(known);
            }
            None if self.mentions.len() == MAX_MENTIONED => return None,
            None => self.mentions.push(mention),
        }
        Some(end)
    }
}

/// A piece of text as it is read, and where each of its bytes is in the HTML.
struct UnescapedText {
    plain: String,
    /// Where in the text, and how much further in the HTML all is that follows.
    moved: Vec<(usize, usize)>,
}

impl UnescapedText {
    fn of(escaped: &str) -> Self {
        let mut plain = String::with_capacity(escaped.len());
        let mut moved = Vec::new();
        let mut rest = escaped;
        while let Some((before, after)) = rest.split_once('&') {
            plain.push_str(before);
            let (name, after) = after.split_once(';').unwrap_or((after, ""));
            plain.push(match name {
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "nbsp" => '\u{a0}',
                _ => '&',
            });
            let from = escaped.len() - after.len();
            moved.push((plain.len(), from.saturating_sub(plain.len())));
            rest = after;
        }
        plain.push_str(rest);
        Self { plain, moved }
    }

    /// Where in the HTML what stands at `at` in the text is.
    fn at(&self, at: usize) -> usize {
        let before = self.moved.partition_point(|(from, _)| *from <= at);
        at + before
            .checked_sub(1)
            .and_then(|last| self.moved.get(last))
            .map_or(0, |(_, further)| *further)
    }
}

/// Whether HTML that the sanitiser made mentions anybody.
pub fn has_mentions(html: &SafeHtml) -> bool {
    html.as_str().contains(TAG)
}

/// `html`, where each mention leads to its comment by the address that `to` gives; where that
/// gives none, only the name stays.
pub fn with_mentions_at(html: &SafeHtml, to: impl Fn(CommentId) -> Option<String>) -> SafeHtml {
    let mut out = String::with_capacity(html.as_str().len() * 2);
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once(TAG) {
        out.push_str(before);
        let (id, after) = after.split_once("\">").unwrap_or((after, ""));
        let (name, after) = after.split_once("</a>").unwrap_or((after, ""));
        let address = id.parse().ok().and_then(&to);
        match address.as_deref().and_then(link) {
            Some(address) => {
                out.push_str(&format!("<a class=\"rj-mention\" href=\"{address}\">"));
                out.extend([name, "</a>"]);
            }
            None => out.push_str(name),
        }
        rest = after;
    }
    out.push_str(rest);
    SafeHtml::from_sanitiser(out)
}

/// An address on the web, or of a place in the same document, as an attribute holds it.
fn link(address: &str) -> Option<String> {
    match address.starts_with('#') {
        true => Some(escape(address)),
        false => safe_link(address).map(|address| escape(&address)),
    }
}

/// `html` without the mentions that lead to `gone`; their names stay.
pub fn without_mentions(html: &SafeHtml, gone: CommentId) -> SafeHtml {
    with_mentions_at(html, |id| (id != gone).then(|| format!("#comment-{id}")))
}

#[cfg(test)]
mod tests {
    use rejoinder_core::AuthorId;
    use rejoinder_core::discussion::mention::MentionCandidate;

    use super::*;
    use crate::{render, sanitise};

    fn people(names: &[&str]) -> MentionCandidates {
        let people = names.iter().zip(1..).map(|(name, n)| MentionCandidate {
            author: AuthorId(n),
            name: (*name).to_owned(),
            comment: CommentId(n),
            is_in_branch: false,
        });
        MentionCandidates::new(people.collect())
    }

    fn linked(text: &str, names: &[&str]) -> (String, Vec<i64>) {
        let (html, mentions) = with_mentions(&render(text).html, &people(names));
        let authors = mentions.iter().map(|mention| mention.author.0);
        (html.into_string(), authors.collect())
    }

    #[test]
    fn a_name_behind_the_sign_leads_to_whom_it_means() {
        assert_eq!(
            linked("Thanks, @Ann Lee & **@bob**!", &["Ann Lee", "Bob"]),
            (
                "<p>Thanks, <a class=\"rj-mention\" href=\"#comment-0000000000001\">@Ann Lee</a> \
                 &amp; <strong><a class=\"rj-mention\" href=\"#comment-0000000000002\">@bob</a>\
                 </strong>!</p>"
                    .to_owned(),
                vec![1, 2]
            )
        );
        let (html, _) = linked("A < B & @A & B > C", &["A & B"]);
        assert_eq!(
            html,
            "<p>A &lt; B &amp; <a class=\"rj-mention\" href=\"#comment-0000000000001\">@A &amp; B</a> \
             &gt; C</p>"
        );
    }

    #[test]
    fn nobody_is_mentioned_in_code_links_addresses_and_words() {
        for text in [
            "`@Ann`",
            "    @Ann",
            "[@Ann](https://a.example)",
            "ann@Ann",
            "https://a.example/@Ann",
            "@Anna",
            "@ Ann",
            "@Bob",
        ] {
            let html = render(text).html;
            let (linked, mentions) = with_mentions(&html, &people(&["Ann"]));
            assert_eq!(linked, html, "{text}");
            assert!(mentions.is_empty(), "{text}");
            assert!(!has_mentions(&linked));
        }
    }

    #[test]
    fn a_comment_mentions_a_handful_and_each_once() {
        let names = ["A1", "B2", "C3", "D4", "E5", "F6"];
        let text = "@A1 @B2 @A1 @C3 @D4 @E5 @F6 @A1";
        let (html, mut authors) = linked(text, &names);
        authors.sort_unstable();
        assert_eq!(authors, [1, 2, 3, 4, 5]);
        assert_eq!(html.matches(TAG).count(), 7);
        assert!(html.contains("</a> @F6 <a"), "{html}");
    }

    #[test]
    fn signs_without_end_are_not_all_looked_at() {
        let (html, authors) = linked(&format!("{}@Ann", "@x ".repeat(30)), &["Ann"]);
        assert!(!html.contains(TAG) && authors.is_empty());
    }

    #[test]
    fn a_mention_leads_where_it_is_told_to_or_nowhere() {
        let html = with_mentions(
            &sanitise("<p>@Ann, <b>@Bob</b></p>"),
            &people(&["Ann", "Bob"]),
        )
        .0;
        let at = |id| Some(format!("https://news.example/a?b=1&c=2#comment-{id}"));
        assert_eq!(
            with_mentions_at(&html, at).as_str(),
            "<p><a class=\"rj-mention\" href=\"https://news.example/a?b=1&amp;c=2#comment-0000000000001\">\
             @Ann</a>, <b><a class=\"rj-mention\" \
             href=\"https://news.example/a?b=1&amp;c=2#comment-0000000000002\">@Bob</a></b></p>"
        );
        for nowhere in [None, Some("javascript:alert(1)"), Some("story")] {
            let names = with_mentions_at(&html, |_| nowhere.map(str::to_owned));
            assert_eq!(names.as_str(), "<p>@Ann, <b>@Bob</b></p>");
        }
        assert_eq!(
            without_mentions(&html, CommentId(1)).as_str(),
            "<p>@Ann, <b><a class=\"rj-mention\" href=\"#comment-0000000000002\">@Bob</a></b></p>"
        );
    }

    #[test]
    fn what_looks_like_a_mention_is_made_by_nobody_else() {
        let copied = "<a class=\"rj-mention\" href=\"#comment-0000000000001\">@Ann</a>";
        assert_eq!(sanitise(copied).as_str(), "@Ann");
        assert!(!has_mentions(&sanitise(&format!("<p>{copied}</p>"))));
    }

    #[test]
    fn a_hostile_name_stays_text() {
        let name = "\"><img src=x onerror=alert(1)>";
        let (html, _) = linked(&format!("@{name} @Ann"), &[name, "Ann"]);
        assert!(!html.contains("<img"), "{html}");
        let (html, _) = linked("@Ann <b> x", &["Ann <b> x"]);
        assert_eq!(
            html,
            "<p><a class=\"rj-mention\" href=\"#comment-0000000000001\">@Ann &lt;b&gt; x</a></p>"
        );
    }
}

//! Comments as people might write them: made up, and the same in every run.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::Result;

/// The host of the publisher.
pub(crate) const SITE: &str = "bench.example";

/// The comments of a page, in groups of five: a root, three replies to it, and a reply to the first
/// of those. So the first page of a thread, 20 roots and three replies of each, has 100 comments,
/// however long the thread is.
#[derive(Debug, Clone)]
pub(crate) struct CorpusPage {
    pub(crate) name: String,
    pub(crate) n_comments: u32,
}

/// How many comments a root and what is below it have.
pub(crate) const GROUP: u32 = 5;

pub(crate) fn page(name: &str, n_comments: u32) -> CorpusPage {
    CorpusPage {
        name: name.to_owned(),
        n_comments,
    }
}

/// `n_comments` on pages of 100 each.
pub(crate) fn pages_of_100(n_comments: u32) -> impl Iterator<Item = CorpusPage> + Clone {
    (0..n_comments / 100).map(|n| page(&format!("page-{n}"), 100))
}

/// The address of a page.
pub(crate) fn address(name: &str) -> String {
    format!("https://{SITE}/{name}")
}

/// One comment of a page.
pub(crate) struct CorpusComment {
    /// Its place among the page's comments, from 0.
    pub(crate) place: u32,
    /// The place of the comment that it replies to.
    pub(crate) parent: Option<u32>,
    pub(crate) author: String,
    /// Paragraphs with an empty line between; `*` stands around what is stressed.
    pub(crate) text: String,
    up: u32,
    down: u32,
}

impl CorpusPage {
    pub(crate) fn comments(&self) -> impl Iterator<Item = CorpusComment> + '_ {
        let seed = self
            .name
            .bytes()
            .fold(7, |seed: u64, byte| seed.wrapping_mul(31) + u64::from(byte));
        (0..self.n_comments).map(move |place| {
            let mut chance = BenchRandom(seed ^ (u64::from(place) << 32));
            let first = place - place % GROUP;
            CorpusComment {
                place,
                parent: match place % GROUP {
                    0 => None,
                    4 => Some(first + 1),
                    _ => Some(first),
                },
                author: author(&mut chance),
                text: text(&mut chance),
                up: chance.below(40),
                down: chance.below(9),
            }
        })
    }
}

/// Something to say.
pub(crate) fn text_of(number: u64) -> String {
    text(&mut BenchRandom(number))
}

/// Write an export of WordPress that holds `pages`.
pub(crate) fn write_export(path: &Path, pages: impl Iterator<Item = CorpusPage>) -> Result {
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path).map_err(failed)?);
    let mut out = String::from(HEAD);
    let mut n_before = 0;
    for (number, page) in pages.enumerate() {
        let url = address(&page.name);
        let _ = writeln!(
            out,
            "<item><title>{}</title><link>{url}</link><wp:post_id>{}</wp:post_id>\
             <wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
             <wp:comment_status>open</wp:comment_status>",
            page.name,
            number + 1,
        );
        for comment in page.comments() {
            push_comment(&mut out, n_before, &comment);
            if out.len() > 1 << 20 {
                file.write_all(out.as_bytes()).map_err(failed)?;
                out.clear();
            }
        }
        n_before += u64::from(page.n_comments);
        out.push_str("</item>\n");
    }
    out.push_str("</channel></rss>\n");
    file.write_all(out.as_bytes())
        .and_then(|()| file.flush())
        .map_err(failed)
}

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Bench</title><link>https://bench.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://bench.example</wp:base_blog_url>
"#;

fn push_comment(out: &mut String, n_before: u64, comment: &CorpusComment) {
    let CorpusComment {
        place,
        parent,
        author,
        text,
        up,
        down,
    } = comment;
    let id = |place: u32| n_before + u64::from(place) + 1;
    let parent = parent.map_or(0, id);
    let id = id(*place);
    let _ = writeln!(
        out,
        "<wp:comment><wp:comment_id>{id}</wp:comment_id>\
         <wp:comment_author><![CDATA[{author}]]></wp:comment_author>\
         <wp:comment_date_gmt>{}</wp:comment_date_gmt>\
         <wp:comment_content><![CDATA[{}]]></wp:comment_content>\
         <wp:comment_approved>1</wp:comment_approved><wp:comment_type>comment</wp:comment_type>\
         <wp:comment_parent>{parent}</wp:comment_parent>\
         <wp:commentmeta><wp:meta_key>wpdiscuz_votes_seperate</wp:meta_key><wp:meta_value>\
         a:2:{{s:4:\"like\";i:{up};s:7:\"dislike\";i:{down};}}</wp:meta_value></wp:commentmeta>\
         </wp:comment>",
        date(id),
        with_tags(text),
    );
}

fn date(id: u64) -> String {
    time_of(id).replace('T', " ").replace('Z', "")
}

/// A comment every 17 seconds, from 2020 on.
pub(crate) fn time_of(id: u64) -> String {
    const START: i64 = 1_577_836_800;
    let seconds = START + i64::try_from(id).unwrap_or(0) * 17;
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    time.to_string()
}

pub(crate) fn with_tags(text: &str) -> String {
    let mut parts = text.split('*');
    let mut html = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        html.extend([if n % 2 == 0 { "<em>" } else { "</em>" }, part]);
    }
    html
}

/// A small random source, the same everywhere.
pub(crate) struct BenchRandom(pub(crate) u64);

impl BenchRandom {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit.max(1))).unwrap_or(0)
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(u32::try_from(words.len()).unwrap_or(1)) as usize]
    }
}

pub(crate) fn author(chance: &mut BenchRandom) -> String {
    const FIRST: &[&str] = &[
        "Ada", "Bruno", "Carla", "Dmitri", "Edith", "Femi", "Greta", "Hassan", "Ines", "Jonas",
        "Kira", "Liam", "Mei", "Nadia", "Otto", "Priya", "Rosa", "Sven", "Tomas", "Wanda",
    ];
    const LAST: &[&str] = &[
        "Albers",
        "Brandt",
        "Costa",
        "Dorn",
        "Ekholm",
        "Falk",
        "Grau",
        "Hale",
        "Ito",
        "Jansen",
        "Keller",
        "Lindqvist",
        "Moreau",
        "Novak",
        "Okafor",
        "Petrov",
        "Quist",
        "Ruiz",
        "Sato",
        "Vogt",
    ];
    format!("{} {}", chance.one_of(FIRST), chance.one_of(LAST))
}

/// One to three paragraphs, some 330 letters in the mean.
fn text(chance: &mut BenchRandom) -> String {
    const WORDS: &[&str] = &[
        "the", "council", "bridge", "road", "market", "a", "plan", "for", "years", "nobody",
        "asked", "why", "it", "costs", "more", "than", "last", "time", "and", "we", "still",
        "wait", "on", "answers", "from", "people", "who", "decide", "such", "things", "without",
        "walking", "there", "once", "in", "winter", "when", "river", "rises", "over", "banks",
        "but", "that", "is", "not", "what", "this", "article", "says", "about", "traffic",
        "schools", "budget", "trees", "*again*", "*really*", "honestly", "perhaps", "both",
        "sides", "have", "good", "reasons", "to", "worry",
    ];
    let mut text = String::new();
    for paragraph in 0..=chance.below(3) {
        if paragraph > 0 {
            text.push_str("\n\n");
        }
        for sentence in 0..=chance.below(3) {
            let gap = if sentence > 0 { " " } else { "" };
            let first = chance.one_of(&[
                "So",
                "Well,",
                "Yes,",
                "No:",
                "I think",
                "To be fair,",
                "Here",
            ]);
            text.extend([gap, first]);
            for _ in 0..6 + chance.below(14) {
                text.extend([" ", chance.one_of(WORDS)]);
            }
            text.push('.');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_the_same_each_time_and_replies_stay_in_their_group() {
        let page = page("a", 10);
        let parents: Vec<_> = page.comments().map(|comment| comment.parent).collect();
        let group = |first| [None, Some(first), Some(first), Some(first), Some(first + 1)];
        assert_eq!(parents, [group(0), group(5)].concat());
        let texts = || {
            page.comments()
                .map(|comment| comment.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(), texts());
    }

    #[test]
    fn stressed_words_stand_between_tags() {
        assert_eq!(with_tags("so *very* good"), "so <em>very</em> good");
        assert_eq!(date(1), "2020-01-01 00:00:17");
    }
}

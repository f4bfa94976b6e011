//! Where bare links end.
//!
//! The parser ends a bare link at a space, at `<` and before punctuation of ASCII. People also write
//! `https://news.example，` and `||https://news.example||`, so its links are looked at again.

use comrak::nodes::{AstNode, Node, NodeLink, NodeValue};
use comrak::{Arena, try_parse_document};

use crate::grammar::{ParseBudget, options};

/// The text as a tree, or nothing when that would take far more work than its length explains.
pub(crate) fn parse<'a>(arena: &'a Arena<'a>, text: &str) -> Option<Node<'a>> {
    let tree = |text: &str| {
        let budget = ParseBudget::for_text(text);
        try_parse_document(arena, text, &options(text), &|| budget.is_spent()).ok()
    };
    let mut root = tree(text)?;
    if text.contains("||")
        && let Some(fenced) = with_fenced_links(root, text)
    {
        root = tree(&fenced)?;
    }
    let links: Vec<Node<'a>> = root.descendants().filter(|node| is_bare(node)).collect();
    for link in links {
        end(arena, link);
    }
    Some(root)
}

/// Whether a link was typed as nothing but its address.
fn is_bare(node: &AstNode<'_>) -> bool {
    let data = node.data();
    let (NodeValue::Link(link), Some(child)) = (&data.value, node.first_child()) else {
        return false;
    };
    let child = child.data();
    // In `<…>` and in `[…](…)` the link has more than what it shows.
    let NodeValue::Text(shown) = &child.value else {
        return false;
    };
    data.sourcepos == child.sourcepos
        && link
            .url
            .strip_suffix(shown.as_ref())
            .is_some_and(|scheme| matches!(scheme, "" | "http://"))
        && !link.url.starts_with("mailto:")
}

/// The text with `<…>` around the links that run over the end of a spoiler, so that it is seen.
fn with_fenced_links(root: Node<'_>, text: &str) -> Option<String> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let mut fenced = String::new();
    let mut done = 0;
    for node in root.descendants().filter(|node| is_bare(node)) {
        let start = node.data().sourcepos.start;
        let NodeValue::Text(shown) = &node.first_child()?.data().value.clone() else {
            continue;
        };
        let line = starts.get(start.line.wrapping_sub(1)).copied();
        let at = line.unwrap_or(0) + start.column.saturating_sub(1);
        let is_there = text
            .get(at..)
            .is_some_and(|rest| rest.starts_with(shown.as_ref()));
        if !shown.contains("||") || !is_there || at < done {
            continue;
        }
        fenced.push_str(&text[done..at]);
        let mut rest: &str = shown;
        while let Some(piece) = next_piece(rest) {
            fenced.push_str(&rest[..piece.start]);
            let link = &rest[piece.start..piece.end];
            if link.starts_with("www.") || link.contains('>') {
                fenced.push_str(link);
            } else {
                fenced.push('<');
                fenced.push_str(link);
                fenced.push('>');
            }
            rest = &rest[piece.end..];
        }
        fenced.push_str(rest);
        done = at + shown.len();
    }
    (done > 0).then(|| fenced + &text[done..])
}

/// Take from a link what does not belong to it, and make links of those that were glued to it.
fn end<'a>(arena: &'a Arena<'a>, link: Node<'a>) {
    let Some(child) = link.first_child() else {
        return;
    };
    let NodeValue::Text(shown) = child.data().value.clone() else {
        return;
    };
    let first = next_piece(&shown);
    if first
        .as_ref()
        .is_some_and(|piece| piece.start == 0 && piece.end == shown.len())
    {
        return;
    }
    let mut rest: &str = &shown;
    let mut last = link;
    let mut add = |value: NodeValue| {
        let node = &*arena.alloc(AstNode::from(value));
        last.insert_after(node);
        last = node;
        node
    };
    while let Some(piece) = next_piece(rest) {
        if piece.start > 0 {
            add(NodeValue::Text(rest[..piece.start].to_owned().into()));
        }
        let url = &rest[piece.start..piece.end];
        let scheme = if url.starts_with("www.") {
            "http://"
        } else {
            ""
        };
        let node = add(NodeValue::Link(Box::new(NodeLink {
            url: format!("{scheme}{url}"),
            title: String::new(),
        })));
        node.append(arena.alloc(AstNode::from(NodeValue::Text(url.to_owned().into()))));
        rest = &rest[piece.end..];
    }
    if !rest.is_empty() {
        add(NodeValue::Text(rest.to_owned().into()));
    }
    link.detach();
}

/// Where a link is in a text without spaces.
struct LinkRange {
    start: usize,
    end: usize,
}

/// What a bare link begins with.
const BEGINNINGS: [&str; 4] = ["https://", "http://", "ftp://", "www."];

fn next_piece(text: &str) -> Option<LinkRange> {
    let bytes = text.as_bytes();
    let mut start = 0;
    while start < bytes.len() {
        let begins = |begin: &&&str| {
            let there = bytes.get(start..start + begin.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(begin.as_bytes()))
        };
        let is_inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        let begin = BEGINNINGS.iter().find(begins).filter(|_| !is_inside);
        if let Some(begin) = begin {
            let length = length(&text[start..]);
            if length > begin.len() {
                let end = start + length;
                return Some(LinkRange { start, end });
            }
        }
        start += begin.map_or(1, |begin| begin.len());
    }
    None
}

/// How much of a text that begins with a link belongs to the link.
fn length(text: &str) -> usize {
    let ends_at = |(at, c): &(usize, char)| {
        let rest = &text[*at..];
        ends_link(*c) || rest.starts_with("||")
    };
    let end = text.char_indices().find(ends_at).map(|(at, _)| at);
    let link = &text[..end.unwrap_or(text.len())];
    let mut n_closing = link.matches(')').count();
    let n_opening = link.matches('(').count();
    let is_over = |c: char| match c {
        ')' if n_closing > n_opening => {
            n_closing -= 1;
            true
        }
        c => "?!.,:;*_~'\"–—·".contains(c),
    };
    link.trim_end_matches(is_over).len()
}

/// Whether a character outside ASCII cannot be part of an address that someone typed: spaces,
/// quotation marks, and what ends a clause or a sentence in any script.
const fn ends_link(c: char) -> bool {
    matches!(c,
        '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200b}' | '\u{2028}' | '\u{2029}'
        | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        | '«' | '»' | '‹' | '›' | '\u{2018}'..='\u{201f}' | '‥' | '…' | '‼' | '\u{2047}'..='\u{2049}'
        // Greek question mark, Armenian, Hebrew, Arabic, Syriac.
        | '\u{37e}' | '\u{589}' | '\u{5c3}' | '\u{60c}' | '\u{61b}' | '\u{61e}' | '\u{61f}'
        | '\u{6d4}' | '\u{700}'..='\u{70d}'
        // Devanagari and its kin, Tibetan, Burmese, Georgian, Ethiopic, Khmer, Mongolian.
        | '\u{964}' | '\u{965}' | '\u{df4}' | '\u{e5a}' | '\u{e5b}' | '\u{f08}'..='\u{f14}'
        | '\u{104a}'..='\u{104f}' | '\u{10fb}' | '\u{1361}'..='\u{1368}'
        | '\u{17d4}'..='\u{17d6}' | '\u{17d8}'..='\u{17da}' | '\u{1801}'..='\u{1809}'
        // Chinese, Japanese and Korean, in all their widths.
        | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}'
        | '\u{fe10}'..='\u{fe19}' | '\u{fe30}'..='\u{fe6f}'
        | '！' | '＂' | '＇' | '（' | '）' | '，' | '．' | '：' | '；' | '＜' | '＞' | '？' | '［' | '］'
        | '｛' | '｜' | '｝' | '～' | '\u{ff5f}'..='\u{ff65}')
}

#[cfg(test)]
mod tests {
    use crate::render;

    const A: &str = "https://a.example/x";

    #[track_caller]
    fn check(text: &str, links: &[&str]) {
        let rendered = render(text);
        assert_eq!(rendered.links, links, "{text:?} {}", rendered.html.as_str());
        assert_eq!(rendered.n_links, links.len(), "{text:?}");
    }

    /// What may stand right behind a link.
    const ENDS: [&str; 52] = [
        "“", "”", "‘", "’", "„", "‚", "«", "»", "‹", "›", "…", "‥", "。", "，", "、", "；", "：",
        "！", "？", "）", "（", "」", "「", "』", "『", "】", "【", "》", "《", "〉", "〕", "〟",
        "｡", "､", "｣", "．", "～", "｜", "،", "؛", "؟", "۔", "।", "॥", "։", "׃", "។", "၊", "።",
        "\u{a0}", "\u{3000}", "\u{2003}",
    ];

    #[test]
    fn a_link_ends_where_a_clause_ends_in_any_script() {
        for end in ENDS {
            check(&format!("{A}{end}"), &[A]);
            check(&format!("{A}{end}さらに"), &[A]);
            check(&format!("{A}.{end}"), &[A]);
            check(&format!("x {A}{end} y"), &[A]);
            check(&format!("www.a.example{end}"), &["http://www.a.example/"]);
            let html = render(&format!("{A}{end}z")).html.into_string();
            let html = html.replace("&nbsp;", "\u{a0}");
            assert!(html.ends_with(&format!("</a>{end}z</p>")), "{html}");
        }
    }

    #[test]
    fn links_glued_together_are_counted_one_by_one() {
        for end in ENDS {
            check(
                &format!("{A}{end}{A}{end}http://b.example/"),
                &[A, A, "http://b.example/"],
            );
            check(
                &format!("{A}{end}www.b.example"),
                &[A, "http://www.b.example/"],
            );
            check(
                &format!("{A}{end}HTTPS://b.example/{end}"),
                &[A, "https://b.example/"],
            );
        }
    }

    #[test]
    fn what_belongs_to_a_link_stays_in_it() {
        for (typed, link) in [
            (
                "https://a.example/東京",
                "https://a.example/%E6%9D%B1%E4%BA%AC",
            ),
            (
                "https://a.example/Москва",
                "https://a.example/%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0",
            ),
            ("https://a.example/a–b", "https://a.example/a%E2%80%93b"),
            (
                "https://a.example/col·lecció",
                "https://a.example/col%C2%B7lecci%C3%B3",
            ),
            ("https://a.example/x_(y)", "https://a.example/x_(y)"),
            (
                "https://a.example/?u=https://b.example/",
                "https://a.example/?u=https://b.example/",
            ),
            ("https://a.example/a,b", "https://a.example/a,b"),
            ("<https://a.example/x。y>", "https://a.example/x%E3%80%82y"),
            (
                "[x](https://a.example/x。y)",
                "https://a.example/x%E3%80%82y",
            ),
        ] {
            check(typed, &[link]);
        }
        check("(https://a.example/x_(y)。)", &["https://a.example/x_(y)"]);
        check("https://a.example/x–。", &[A]);
        check("https://。", &[]);
        check("`https://a.example/x。`", &[]);
    }

    #[test]
    fn a_link_inside_a_spoiler_stays_covered() {
        for text in [
            "||https://a.example/x||",
            "||see https://a.example/x||",
            "||https://a.example/x|| and more",
            "||https://a.example/x||, and more",
            "||https://a.example/x.||",
            "||https://a.example/x。||",
            "||https://a.example/x see||",
            "||<https://a.example/x>||",
            "||[x](https://a.example/x)||",
            "||*https://a.example/x*||",
            "> ||https://a.example/x||",
            "- é ||https://a.example/x||",
            "`||` ||https://a.example/x||",
        ] {
            check(text, &[A]);
            let html = render(text).html;
            let (before, link) = html.as_str().split_once("<a ").unwrap();
            let opened = before.matches("<span").count() - before.matches("</span>").count();
            assert_eq!(opened, 1, "{}", html.as_str());
            let covered = link.split("</span>").next().unwrap();
            assert!(
                covered.contains("</a>") && !html.as_str().replace("<code>||", "").contains("||"),
                "{}",
                html.as_str()
            );
        }
        let two = "||https://a.example/x||https://a.example/x||";
        check(two, &[A, A]);
        let code =
            "||https://a.example/x||\n\n```\n||https://a.example/x||\n```\n`https://a.example/x||`";
        check(code, &[A]);
        assert!(!render(code).html.as_str().contains("&lt;"));
    }

    #[test]
    fn many_glued_links_take_linear_work() {
        let glued = format!("{A}，").repeat(2_000);
        assert_eq!(render(&glued).n_links, 2_000);
        let spoilers = "||https://a.example/x||".repeat(1_000);
        assert_eq!(render(&spoilers).n_links, 1_000);
    }
}

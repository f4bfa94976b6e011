use proptest::prelude::*;
use proptest::sample::select;
use rejoinder_markup::{
    paragraphs, paragraphs_from_wordpress, patch, patched, plain_text, render, sanitise,
};

use crate::attacks::ATTACKS;
use crate::page::assert_harmless;

/// Soup of what parsers stumble over.
fn html() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&[
            "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<a href=https://e.example>", "</a>",
            "<a>", "<div>", "</div>", "<ul>", "</ul>", "<li>", "</li>", "<ol start=7>", "<pre>",
            "</pre>", "\n", "<pre>\n\n", "<code>", "</code>", "<h1>", "</h1>", "<table>", "<td>",
            "</table>", "<blockquote>", "</blockquote>", "<dl>", "<dt>", "<dd>", "</dl>", "<br>",
            "<hr>", "<span class=spoiler>", "</span>", "<spoiler>", "<q>", "</q>", "<svg>",
            "<math>", "<button>", "</button>", "<select>", "<option>", "<form>", "<nobr>",
            "<style>", "</style>", "<!--", "-->", "<textarea>", "<template>", "&lt;", "&amp;",
            "&", "<", ">", "\"", "'", "&nbsp;", "&#13;", "\r", "\u{c}", "\0", "text", " ",
        ][..]).prop_map(str::to_owned),
        1 => select(&ATTACKS[..]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Soup of Markdown.
fn markdown() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&[
            "*", "**", "_", "~~", "||", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", "  ", "    ",
            "\t", "# ", "---", "[", "]", "(", ")", "](", "![", "<", ">", "https://e.example/",
            "www.e.example", "a@e.example", "[a]: /b\n", "\\", ":smile:", ":100:", "&amp;", "&#0;",
            "|", "text", " ", "é", "漢字", "!", "\r\n", "<b>", "<!-- ", "</b>",
        ][..]).prop_map(str::to_owned),
        1 => select(&ATTACKS[..]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    prop::collection::vec(piece, 0..32).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_sanitised_stays_as_it_is(html in html()) {
        let once = sanitise(&html);
        prop_assert_eq!(&sanitise(once.as_str()), &once);
        assert_harmless(&once, &html);
    }

    #[test]
    fn what_is_rendered_is_already_sanitised(text in markdown()) {
        let rendered = render(&text);
        prop_assert_eq!(&sanitise(rendered.html.as_str()), &rendered.html);
        prop_assert_eq!(rendered.n_links, rendered.html.as_str().matches("<a href=").count());
        assert_harmless(&rendered.html, &text);
    }

    #[test]
    fn words_alone_are_already_sanitised(text in prop_oneof![markdown(), html()]) {
        let plain = paragraphs(&text);
        prop_assert_eq!(&sanitise(plain.as_str()), &plain);
        assert_harmless(&plain, &text);
    }

    #[test]
    fn a_patch_makes_again_what_it_was_made_of(text in markdown(), html in html()) {
        for html in [render(&text).html, sanitise(&html)] {
            for text in [&text, &plain_text(&html)] {
                let plain = paragraphs(text);
                if let Some(patch) = patch(&plain, &html) {
                    prop_assert_eq!(patched(&plain, &patch), Some(html.as_str().to_owned()));
                }
            }
        }
    }

    #[test]
    fn wordpress_paragraphs_are_as_safe_as_the_rest(html in html()) {
        let once = sanitise(&paragraphs_from_wordpress(&html));
        prop_assert_eq!(&sanitise(once.as_str()), &once);
        assert_harmless(&once, &html);
    }

    #[test]
    fn plain_text_holds_no_tag_that_the_sanitiser_wrote(text in "[a-z*_|>\n -]{0,60}") {
        let plain = plain_text(&render(&text).html);
        prop_assert!(!plain.contains("<p>") && !plain.contains("</"));
    }
}

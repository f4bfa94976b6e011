use rejoinder_markup::{paragraphs_from_wordpress, plain_text, render, sanitise};

/// What has made Markdown and HTML parsers slow or overflow, as one piece to repeat.
const PIECES: [&str; 62] = [
    ">",
    "> ",
    "> > ",
    "[",
    "]",
    "![",
    "[a](",
    "[a](<b",
    "[a][",
    "[]",
    "*",
    "**",
    "*a ",
    "*a **b ",
    "_a ",
    "a_",
    "**a*",
    "a**b_c ",
    "~~",
    "~",
    "~~a",
    "||",
    "|",
    "||a ",
    "`",
    "`a``",
    "```\n",
    "\\",
    "&",
    "<",
    "<a ",
    "<a b='",
    "<!--",
    "<!-- ",
    "</",
    "<?",
    "<![CDATA[",
    "http://",
    "www.",
    "a@b.",
    "https://a.b/(",
    ":smile",
    ":",
    "- ",
    "1. ",
    "- a\n",
    "\t- ",
    "#",
    "=",
    "(",
    "\n",
    "\r",
    " ",
    "a\n\n",
    "[a]: b\n",
    "[a]:\n",
    "<b>",
    "<b><p>",
    "<blockquote>",
    "<a href=x>",
    "<ul><li>",
    "<pre>\n",
];

fn repeated(piece: &str, size_bytes: usize) -> String {
    piece.repeat(size_bytes / piece.len())
}

#[test]
fn a_hundred_kilobytes_of_anything_neither_overflow_nor_hang() {
    for piece in PIECES {
        let text = repeated(piece, 100_000);
        let rendered = render(&text);
        assert!(rendered.html.as_str().len() < 60 * text.len(), "{piece:?}");
        plain_text(&rendered.html);
        sanitise(&paragraphs_from_wordpress(&text));
    }
}

#[test]
fn twice_the_text_is_at_most_twice_the_html() {
    for piece in PIECES {
        let size = |n: usize| {
            let text = repeated(piece, n);
            let html = [render(&text).html, sanitise(&text)];
            html.map(|html| html.as_str().len() + 1000)
        };
        let (one, two, four) = (size(4_000), size(8_000), size(16_000));
        for i in 0..2 {
            assert!(
                two[i] <= one[i] * 5 / 2,
                "{piece:?}: {} then {}",
                one[i],
                two[i]
            );
            assert!(
                four[i] <= two[i] * 5 / 2,
                "{piece:?}: {} then {}",
                two[i],
                four[i]
            );
        }
    }
}

#[test]
fn deep_nesting_is_flattened_and_loses_no_text() {
    let quotes = format!("{} deep", "> ".repeat(5_000));
    let html = render(&quotes).html;
    assert_eq!(html.as_str().matches("<blockquote>").count(), 8);
    assert!(html.as_str().contains("deep"));

    let list = format!("{} deep", "- ".repeat(50));
    let html = render(&list).html;
    assert_eq!(html.as_str().matches("<ul>").count(), 8);
    assert!(html.as_str().contains("deep"));

    let html = sanitise(&format!("{}deep", "<blockquote>".repeat(5_000)));
    assert_eq!(html.as_str().matches("<blockquote>").count(), 40);
    assert!(html.as_str().contains("deep"));
}

#[test]
fn one_long_address_is_not_written_out_a_thousand_times() {
    let text = format!(
        "[a]: https://example.org/{}\n\n{}",
        "x".repeat(4_000),
        "[a]".repeat(10_000)
    );
    assert!(render(&text).html.as_str().len() < 20 * text.len());
}

use rejoinder_markup::{RenderedText, render};

/// The `rel` is on every link; leaving it out here keeps the examples legible.
fn html(text: &str) -> String {
    let RenderedText { html, .. } = render(text);
    html.as_str()
        .replace(" rel=\"nofollow ugc noopener noreferrer\"", "")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(html(text), expected, "{text:?}");
}

#[test]
fn people_type_lines_and_get_lines() {
    check("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>");
    check("one  \ntwo\\\nthree", "<p>one<br>two<br>three</p>");
    check("a\r\nb", "<p>a<br>b</p>");
    check("", "");
    check(" \n ", "");
}

#[test]
fn emphasis_is_commonmark_with_strikethrough() {
    check(
        "*a* _b_ **c** __d__ ***e***",
        "<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <em><strong>e</strong></em></p>",
    );
    check("~~a~~ ~b~", "<p><del>a</del> <del>b</del></p>");
    check(
        "snake_case_name 2*3*4",
        "<p>snake_case_name 2<em>3</em>4</p>",
    );
    check("**日本語。**です", "<p><strong>日本語。</strong>です</p>");
    check("\\*a\\*", "<p>*a*</p>");
}

#[test]
fn a_spoiler_is_covered_without_script() {
    check(
        "||He did it||",
        "<p><span class=\"spoiler\" tabindex=\"0\">He did it</span></p>",
    );
    check("a || b", "<p>a || b</p>");
    check("a |b| c", "<p>a |b| c</p>");
    check(
        "[||x||](https://example.org)",
        "<p><a href=\"https://example.org/\"><span class=\"spoiler\">x</span></a></p>",
    );
}

#[test]
fn bare_addresses_become_links() {
    check(
        "See https://example.org/a?b=1&c=2.",
        "<p>See <a href=\"https://example.org/a?b=1&amp;c=2\">https://example.org/a?b=1&amp;c=2</a>.</p>",
    );
    check(
        "www.example.org",
        "<p><a href=\"http://www.example.org/\">www.example.org</a></p>",
    );
    check(
        "<https://example.org>",
        "<p><a href=\"https://example.org/\">https://example.org</a></p>",
    );
    check(
        "ann@example.org",
        "<p><a href=\"mailto:ann@example.org\">ann@example.org</a></p>",
    );
    check(
        "`https://example.org`",
        "<p><code>https://example.org</code></p>",
    );
}

#[test]
fn links_lead_only_where_the_gate_lets_them() {
    check(
        "[a](https://example.org \"t\")",
        "<p><a href=\"https://example.org/\">a</a></p>",
    );
    check(
        "[a](javascript:alert(1)) [b](/local) [c](#x)",
        "<p>a b c</p>",
    );
    check(
        "[](https://example.org)",
        "<p><a href=\"https://example.org/\">https://example.org/</a></p>",
    );
    check(
        "[a][1]\n\n[1]: https://example.org",
        "<p><a href=\"https://example.org/\">a</a></p>",
    );
    check("[a](https://u:p@example.org)", "<p>a</p>");
}

#[test]
fn links_are_counted_and_listed_as_they_stand() {
    let rendered =
        render("https://a.example [b](https://b.example) [c](javascript:x) https://a.example");

    assert_eq!(rendered.n_links, 3);
    assert_eq!(
        rendered.links,
        [
            "https://a.example/",
            "https://b.example/",
            "https://a.example/"
        ]
    );
}

#[test]
fn a_picture_becomes_a_link() {
    check(
        "![A cat](https://example.org/c.jpg)",
        "<p><a href=\"https://example.org/c.jpg\">A cat</a></p>",
    );
    check(
        "![](https://example.org/c.jpg)",
        "<p><a href=\"https://example.org/c.jpg\">https://example.org/c.jpg</a></p>",
    );
    check(
        "[![A cat](https://a.example)](https://b.example)",
        "<p><a href=\"https://b.example/\">A cat</a></p>",
    );
    check("![x](data:image/png;base64,AA)", "<p>x</p>");
}

#[test]
fn html_is_shown_as_the_text_that_it_is() {
    check("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>");
    check(
        "<div>\n*a*\n</div>",
        "<p>&lt;div&gt;<br>*a*<br>&lt;/div&gt;</p>",
    );
    check("<!-- a -->", "<p>&lt;!-- a --&gt;</p>");
    check("I <3 you & > them", "<p>I &lt;3 you &amp; &gt; them</p>");
    check("&lt;b&gt; &copy; &nbsp;", "<p>&lt;b&gt; © &nbsp;</p>");
}

#[test]
fn headings_stay_out_of_the_outline_of_the_page() {
    check(
        "# One\n###### Six",
        "<p><strong>One</strong></p><p><strong>Six</strong></p>",
    );
    check("text\n---\nmore", "<p>text</p><hr><p>more</p>");
    check("#hashtag", "<p>#hashtag</p>");
}

#[test]
fn lists_and_quotes_keep_their_shape() {
    check("- a\n- b", "<ul><li>a</li><li>b</li></ul>");
    check("1986. A year", "<ol start=\"1986\"><li>A year</li></ol>");
    check(
        "- a\n\n  b\n- c",
        "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>",
    );
    check("- a\n  - b", "<ul><li>a<ul><li>b</li></ul></li></ul>");
    check(
        "> a\n> b\n\nc",
        "<blockquote><p>a<br>b</p></blockquote><p>c</p>",
    );
    check("a | b\n--|--\nc | d", "<p>a | b<br>--|--<br>c | d</p>");
}

#[test]
fn code_is_shown_as_typed() {
    check("`a  <b>`", "<p><code>a  &lt;b&gt;</code></p>");
    check(
        "```rust\nfn a() {}\n\n  b\n```",
        "<pre><code>fn a() {}\n\n  b\n</code></pre>",
    );
    check("```\n\n\na", "<pre><code>\n\na</code></pre>");
}

#[test]
fn emoji_have_names_but_times_do_not() {
    check(":smile: :heart:", "<p>😄 ❤️</p>");
    check("12:100:30 :nonsense:", "<p>12:100:30 :nonsense:</p>");
}

#[test]
fn control_characters_do_not_reach_the_page() {
    check("a\u{0}b\u{8}c\u{1b}[2Jd\u{85}e", "<p>abc[2Jde</p>");
}

//! Nothing that anyone types becomes anything but text, on any surface.

use rejoinder_core::{CommentId, PageKey, Thread};
use rejoinder_render::{
    CommentForm, FormProblem, ThreadView, article_page, comment_html, discussion::json, edit_page,
    front_page, message_page, thread_fragment, thread_page,
};

use crate::fixture::{article, branch, chain, comment, context, key, publication, site, thread};
use crate::page::ParsedPage;

const HOSTILE: [&str; 10] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "</title></textarea></noscript><svg onload=alert(1)>",
    "<!--<script>",
    "--><b>",
    "{{ words }} {name} {n}",
    "a & b &lt; &amp;lt; c",
    "]]>\u{2028}\u{2029}`${alert(1)}",
];

/// Every page on which `text` stands, in every field that can hold it.
fn surfaces(text: &str) -> Vec<(&'static str, String)> {
    let mut site = site();
    site.host = text.to_owned();
    site.settings.title = text.to_owned();
    let context = context(&site);
    let named = |mut thread: Thread| {
        thread.key = PageKey::stored(text.to_owned(), None);
        if let Some(page) = &mut thread.page {
            page.title = Some(text.to_owned());
            page.key = PageKey::stored(text.to_owned(), Some(format!("https://x.example/{text}")));
        }
        thread
    };
    let whole = named(thread(text));
    let mut unknown = Thread::empty(PageKey::stored(text.to_owned(), None), whole.query);
    unknown.query.filter = Some(rejoinder_core::Filter::Staff);
    let problem = |field| {
        Some(FormProblem {
            field,
            detail: text,
        })
    };
    let form = |field| CommentForm {
        reply: None,
        text,
        name: text,
        email: text,
        website: text,
        notify: text,
        target: None,
        sources: None,
        problem: problem(field),
    };
    let view = |form| ThreadView {
        marked: Some(CommentId(1)),
        form,
    };
    let reply = CommentForm {
        reply: Some(CommentId(4)),
        ..form(Some("text"))
    };
    let own = comment(1, None, text);
    let entry = &chain(text, 9).entries[8];
    vec![
        ("fragment", thread_fragment(&context, &whole)),
        (
            "deep fragment",
            thread_fragment(&context, &named(chain(text, 9))),
        ),
        ("branch", thread_fragment(&context, &named(branch(text)))),
        (
            "unknown page",
            thread_page(&context, &unknown, &ThreadView::default()),
        ),
        (
            "page",
            thread_page(&context, &whole, &view(CommentForm::default())),
        ),
        (
            "refused name",
            thread_page(&context, &whole, &view(form(Some("name")))),
        ),
        (
            "refused email",
            thread_page(&context, &whole, &view(form(Some("email")))),
        ),
        (
            "refused website",
            thread_page(&context, &whole, &view(form(Some("website")))),
        ),
        ("refused", thread_page(&context, &whole, &view(form(None)))),
        ("refused reply", thread_page(&context, &whole, &view(reply))),
        (
            "comment",
            comment_html(&context, &PageKey::stored(text.to_owned(), None), entry),
        ),
        (
            "edit",
            edit_page(
                &context,
                &key(),
                &own,
                Some((text, None)),
                problem(Some("text")),
            ),
        ),
        ("message", message_page(text, text, text)),
        (
            "article",
            article_page(&context, &publication(text), &article(text), (&whole, None)),
        ),
        (
            "front",
            front_page(
                &context,
                &publication(text),
                &[article(text), article(text)],
            ),
        ),
    ]
}

#[test]
fn what_people_type_changes_no_structure() {
    let harmless = surfaces("harmless");
    for text in HOSTILE {
        for ((surface, hostile), (_, harmless)) in surfaces(text).iter().zip(&harmless) {
            let (hostile, harmless) = (ParsedPage::of(hostile), ParsedPage::of(harmless));
            assert_eq!(hostile.tags, harmless.tags, "{surface} with {text}");
        }
    }
}

#[test]
fn what_people_type_is_shown_as_they_typed_it() {
    for text in HOSTILE {
        for (surface, html) in surfaces(text) {
            assert!(ParsedPage::of(&html).says(text), "{surface} with {text}");
        }
    }
}

#[test]
fn no_page_holds_an_inline_script_or_style() {
    for (surface, html) in surfaces("harmless") {
        let read = ParsedPage::of(&html);
        assert!(!read.has_tag("style"), "{surface}");
        for tag in &read.tags {
            let mut words = tag.split(' ').skip(1);
            assert!(
                !words.any(|name| name == "style" || name.starts_with("on")),
                "{surface}: {tag}"
            );
            let is_script = tag.split(' ').next() == Some("script");
            assert!(!is_script || tag.contains("type"), "{surface}: {tag}");
        }
    }
}

#[test]
fn a_data_block_reads_back_and_cannot_be_left() {
    for text in HOSTILE {
        let site = site();
        let mut thread = thread(text);
        thread.entries[0].comment.html = markup::sanitise("<p>&lt;/script&gt;&lt;!--</p>");
        let html = article_page(
            &context(&site),
            &publication(text),
            &article(text),
            (&thread, None),
        );
        let (_, rest) = html.split_once("application/ld+json\">").unwrap();
        let (block, _) = rest.split_once("</script>").unwrap();

        assert!(
            !block.contains(['<', '>', '&', '\u{2028}', '\u{2029}']),
            "{block}"
        );
        let value: serde_json::Value = serde_json::from_str(block).unwrap();
        assert_eq!(value["headline"], text);
        assert_eq!(value["comment"][0]["author"]["name"], text);
        assert_eq!(value["comment"][0]["text"], "</script><!--");
    }
}

#[test]
fn a_website_that_is_no_web_address_is_not_linked() {
    let site = site();
    for website in [
        "javascript:alert(1)",
        "data:text/html,x",
        " java\tscript:alert(1)",
        "//",
    ] {
        let mut entry = thread("Ann").entries.remove(0);
        entry.comment.author.website = Some(website.to_owned());
        let html = comment_html(&context(&site), &key(), &entry);
        assert!(html.contains("<b class=\"rj-name\""), "{website}: {html}");
    }
}

#[test]
fn a_program_gets_the_name_as_it_is() {
    let site = site();
    for text in HOSTILE {
        let body = json::thread(&context(&site), &thread(text));
        assert_eq!(body.comments[0].author.as_ref().unwrap().name, text);
    }
}

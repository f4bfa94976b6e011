use rejoinder_core::discussion::mention::{MentionCandidate, MentionCandidates};
use rejoinder_core::{AuthorId, CommentId};
use rejoinder_markup::{
    VisibleText, article, bare_links, escape, excerpt, line, page_metadata, paragraphs,
    paragraphs_from_wordpress, patch, patched, plain_text, readable, received_mail, render,
    render_beside, safe_link, safe_url, sanitise, with_mentions, with_time_labels,
};
use testing::assert_linear;

use crate::times::recordings;

#[test]
fn rendering_is_linear() {
    assert_linear("render", render);
}

#[test]
fn looking_for_times_is_linear() {
    let recordings = recordings();
    assert_linear("render_beside", |text| render_beside(text, &recordings));
    let linked = render_beside("3:48 4:01", &recordings[..1]).html;
    assert_linear("with_time_labels", |text| {
        with_time_labels(&linked, |_| text.to_owned())
    });
}

#[test]
fn looking_for_mentions_is_linear() {
    let people = ["Ann", "A B", "@", "é"]
        .into_iter()
        .zip(1..)
        .map(|(name, n)| MentionCandidate {
            author: AuthorId(n),
            name: name.to_owned(),
            comment: CommentId(n),
            is_in_branch: false,
        });
    let people = MentionCandidates::new(people.collect());
    assert_linear("with_mentions", |text| {
        with_mentions(&sanitise(text), &people)
    });
    assert_linear("with_mentions behind a sign", |text| {
        with_mentions(&sanitise(&format!("@{text}")), &people)
    });
}

#[test]
fn looking_for_bare_links_is_linear() {
    assert_linear("bare_links", bare_links);
}

#[test]
fn a_patch_is_linear() {
    let words = sanitise("<p>a</p>");
    assert_linear("paragraphs", paragraphs);
    assert_linear("patch", |text| patch(&paragraphs(text), &sanitise(text)));
    assert_linear("patch of other words", |text| {
        patch(&paragraphs(text), &words)
    });
    assert_linear("patched", |text| patched(&words, text));
}

#[test]
fn an_article_is_linear() {
    assert_linear("article", article);
}

#[test]
fn sanitising_is_linear() {
    assert_linear("sanitise", sanitise);
}

#[test]
fn paragraphs_from_wordpress_are_linear() {
    assert_linear("paragraphs_from_wordpress", paragraphs_from_wordpress);
}

#[test]
fn what_is_read_out_of_safe_html_is_linear() {
    assert_linear("plain_text", |html| plain_text(&sanitise(html)));
    assert_linear("VisibleText", |html| VisibleText::of(&sanitise(html)));
}

#[test]
fn what_is_read_out_of_a_foreign_page_is_linear() {
    assert_linear("page_metadata", page_metadata);
    assert_linear("line", |html| line(html, 60));
}

#[test]
fn what_is_done_to_plain_text_is_linear() {
    assert_linear("escape", escape);
    assert_linear("excerpt", |text| excerpt(text, 120));
    assert_linear("long excerpt", |text| excerpt(text, usize::MAX));
    assert_linear("safe_url", safe_url);
    assert_linear("safe_link", safe_link);
    assert_linear("readable", readable);
}

#[test]
fn reading_a_mail_is_linear() {
    for head in [
        "",
        "Content-Type: text/html\r\n",
        "Content-Type: text/plain; format=flowed\r\n",
    ] {
        assert_linear(&format!("received_mail {head}"), |text| {
            received_mail(format!("To: a@b.example\r\n{head}\r\n{text}").as_bytes())
        });
    }
    assert_linear("received_mail, announcing", |text| {
        let lines = text.replace(' ', "\n2026 ");
        received_mail(format!("To: a@b.example\r\n\r\n{lines}").as_bytes())
    });
}

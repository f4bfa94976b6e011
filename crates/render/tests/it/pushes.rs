//! What a browser is told while no page is open.

use rejoinder_core::notices::bell::NoticeKind;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{Comment, CommentState, Page, PageKey};
use rejoinder_render::notices::notice::SubscriptionContext;
use rejoinder_render::push_message;
use serde_json::Value;

use crate::fixture::{comment, context, page, site};

/// Push services take no more.
const MAX: usize = 3_993;

fn told(page: &Page, kind: Option<NoticeKind>, comments: &[Comment]) -> (usize, Value) {
    let notice = SubscriptionContext {
        page,
        kind: SubscriptionKind::Page,
        pace: MailPace::AtOnce,
        email: "ann@reader.example",
        manage: "",
    };
    let site = site();
    let text = push_message(
        &context(&site),
        &notice,
        kind,
        (comments, 0),
        &"a".repeat(32),
    );
    (text.len(), serde_json::from_str(&text).unwrap())
}

#[test]
fn whatever_is_told_fits_into_one_message() {
    let worst = "\u{1}\"🦀\\".repeat(2_000);
    let mut long = page(&worst);
    long.key = PageKey::parse(&"🦀".repeat(250)).unwrap();
    let comments: Vec<Comment> = (1..=5)
        .map(|id| Comment {
            html: markup::sanitise(&format!("<p>{worst}</p>")),
            ..comment(id, None, &worst)
        })
        .collect();

    let (one, message) = told(&long, None, &comments[..1]);
    let (many, _) = told(&long, None, &comments);
    let (fate, _) = told(&long, Some(NoticeKind::Featured), &comments[..1]);

    assert!(
        one <= MAX && many <= MAX && fate <= MAX,
        "{one} {many} {fate}"
    );
    assert_eq!(
        message["url"], "https://comments.example/account/news.example",
        "a link that does not fit gives way"
    );
}

#[test]
fn what_is_not_published_is_not_shown() {
    let refused = Comment {
        state: CommentState::Rejected,
        html: markup::sanitise("<p>Canary</p>"),
        ..comment(1, None, "Ann")
    };

    let (_, message) = told(&page("A story"), Some(NoticeKind::Rejected), &[refused]);

    assert_eq!(
        message["title"],
        "Your comment on A story was not published"
    );
    assert_eq!(message["body"], "");
    assert_eq!(
        message["url"],
        "https://comments.example/account/news.example"
    );
}

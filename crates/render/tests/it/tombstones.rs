//! Of a comment that was removed nothing is shown but its place.

use rejoinder_core::discussion::thread::ThreadEntry;
use rejoinder_core::{CommentState, Thread};
use rejoinder_render::{
    ThreadView, article_page, comment_html, discussion::json, thread_fragment, thread_page,
};

use crate::fixture::{article, branch, context, key, publication, removed, site, thread, time};

const SECRETS: [&str; 6] = [
    "ecret",
    "secret.example",
    "4321",
    "4,321",
    "Moderator",
    "moderator",
];

#[track_caller]
fn assert_silent(shown: &str) {
    let edited = time(77).to_string();
    for secret in SECRETS.iter().copied().chain([edited.as_str()]) {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

fn every_surface(thread: &Thread) -> Vec<String> {
    let site = site();
    let context = context(&site);
    vec![
        thread_fragment(&context, thread),
        thread_page(&context, thread, &ThreadView::default()),
        article_page(
            &context,
            &publication("The News"),
            &article("A story"),
            (thread, None),
        ),
        serde_json::to_string(&json::thread(&context, thread)).unwrap(),
        serde_json::to_string(&json::ancestors(&context, thread)).unwrap(),
    ]
}

#[test]
fn a_removed_comment_says_nothing_anywhere() {
    for thread in [thread("Ann"), branch("Ann")] {
        every_surface(&thread)
            .iter()
            .for_each(|shown| assert_silent(shown));
    }
}

#[test]
fn a_comment_that_is_not_published_is_a_tombstone_in_a_thread() {
    for state in [
        CommentState::Held,
        CommentState::Rejected,
        CommentState::Spam,
        CommentState::Removed,
    ] {
        let mut thread = branch("Ann");
        thread.ancestors[1].state = state;
        for entry in thread
            .entries
            .iter_mut()
            .filter(|entry| !entry.comment.is_published())
        {
            entry.comment.state = state;
        }
        every_surface(&thread)
            .iter()
            .for_each(|shown| assert_silent(shown));
    }
}

#[test]
fn a_removed_comment_alone_says_nothing_either() {
    let site = site();
    for state in [
        CommentState::Rejected,
        CommentState::Spam,
        CommentState::Removed,
    ] {
        let mut comment = removed(3, None);
        comment.state = state;
        let entry = ThreadEntry {
            comment,
            level: 0,
            more: None,
        };
        assert_silent(&comment_html(&context(&site), &key(), &entry));
        let body = json::comment(&context(&site), &key(), &entry);
        assert_silent(&serde_json::to_string(&body).unwrap());
    }
}

#[test]
fn a_comment_that_waits_is_shown_to_the_one_who_wrote_it() {
    let site = site();
    let mut entry = thread("Ann").entries.remove(0);
    entry.comment.state = CommentState::Held;
    let html = comment_html(&context(&site), &key(), &entry);

    assert!(html.contains("data-state=\"held\""), "{html}");
    assert!(html.contains("Text of <em>1</em>."), "{html}");
    assert!(!html.contains("data-rj=\"vote\""), "{html}");
}

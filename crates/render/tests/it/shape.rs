//! How a thread is built.

use expect_test::{Expect, expect};
use rejoinder_core::publication::settings::{EmailPolicy, GuestPolicy, ModerationMode, Voting};
use rejoinder_core::{CommentId, Filter, Settings, Site, Thread};
use rejoinder_render::{
    CommentForm, ThreadView, article_page, comment_html, discussion::json, thread_fragment,
    thread_page,
};

use crate::fixture::{
    article, branch, chain, comment, context, key, publication, query, site, thread, time,
};
use crate::page::ParsedPage;

fn with(change: impl FnOnce(&mut Settings)) -> Site {
    let mut site = site();
    change(&mut site.settings);
    site
}

#[track_caller]
fn check(html: &str, expected: &Expect) {
    expected.assert_eq(&html.replace("><", ">\n<"));
}

#[test]
fn a_comment_has_a_name_a_time_a_text_and_what_can_be_done() {
    let site = site();
    let entry = thread("Ann Lee").entries.remove(0);
    check(
        &comment_html(&context(&site), &key(), &entry),
        &expect![[r#"
            <article class="rj-comment" role="comment" id="comment-0000000000001" data-rj="comment" data-id="0000000000001" data-level="0" data-author="0000000000007" data-revision="1" data-state="published" aria-level="1" aria-label="Comment by Ann Lee" data-pinned>
            <header class="rj-by">
            <span class="rj-avatar rj-h2 rj-f2" aria-hidden="true">A</span>
            <h3 class="rj-who-said">
            <b class="rj-name" data-rj="name" dir="auto">Ann Lee</b>
            <span class="rj-unseen"> (4 replies)</span>
            </h3>
            <a class="rj-when" href="https://news.example/story#comment-0000000000001">
            <time datetime="2026-09-05T06:31:00Z">5 Sep 2026</time>
            </a> <span class="rj-note rj-pin">Pinned</span>
            </header>
            <div class="rj-text" dir="auto">
            <p>Text of <em>1</em>.</p>
            </div>
            <footer class="rj-acts">
            <form class="rj-vote" data-rj="vote" method="post" action="https://comments.example/embed/comments/0000000000001/vote">
            <input type="hidden" name="site" value="news.example">
            <button name="value" value="1" data-rj="up" aria-pressed="false" aria-label="Vote up">
            </button>
            <span class="rj-score" data-rj="score" data-score="2">2</span>
            <button name="value" value="-1" data-rj="down" aria-pressed="false" aria-label="Vote down">
            </button>
            </form>
            <a data-rj="reply" href="https://comments.example/embed?site=news.example&#38;page=https%3A%2F%2Fnews.example%2Fstory&#38;reply=0000000000001#compose">Reply</a>
            <span class="rj-quiet">
            <a data-rj="link" href="https://news.example/story#comment-0000000000001">Share</a>
            <a data-rj="flag" href="https://comments.example/embed/comments/0000000000001/flag?site=news.example" rel="nofollow">Flag</a>
            <span class="rj-own" data-rj="own" hidden>
            <a data-rj="edit" href="https://comments.example/embed/comments/0000000000001/edit?site=news.example">Edit</a> <button type="button" data-rj="delete">Delete</button>
            </span>
            </span>
            </footer>
            </article>"#]],
    );
}

#[test]
fn a_tombstone_is_one_line() {
    let site = site();
    let entry = thread("Ann").entries.remove(2);
    check(
        &comment_html(&context(&site), &key(), &entry),
        &expect![[r#"
            <article class="rj-comment rj-gone" role="comment" id="comment-0000000000003" data-rj="comment" data-id="0000000000003" data-level="0" data-state="removed" aria-level="1" aria-label="This comment was removed.">
            <p>This comment was removed.</p>
            </article>"#]],
    );
}

#[test]
fn a_comment_alone_is_the_comment_in_the_thread() {
    let site = site();
    let thread = thread("Ann");
    let fragment = thread_fragment(&context(&site), &thread);
    for entry in &thread.entries {
        let alone = comment_html(&context(&site), &key(), entry);
        assert!(fragment.contains(&alone), "{alone}");
    }
}

#[test]
fn replies_stand_in_the_list_of_what_they_reply_to() {
    let site = site();
    let fragment = thread_fragment(&context(&site), &thread("Ann"));
    let lists: Vec<String> = ParsedPage::of(&fragment)
        .tags
        .into_iter()
        .filter_map(|tag| tag.split(' ').next().map(str::to_owned))
        .filter(|tag| ["ol", "/ol", "li", "/li", "article"].contains(&tag.as_str()))
        .collect();
    assert_eq!(
        lists.join(" "),
        "ol li article ol li article /li /ol /li li article ol li article /li /ol /li /ol"
    );
}

#[test]
fn what_is_not_here_yet_can_be_asked_for() {
    let site = site();
    let mut thread = thread("Ann");
    let fragment = thread_fragment(&context(&site), &thread);
    let more = "&amp;root=0000000000001&amp;after=0000000000002\">2 more replies</a></li>";
    assert!(fragment.contains(more), "{fragment}");
    assert!(
        fragment.contains("after=0000000000003\">Show more comments</a>"),
        "{fragment}"
    );

    thread.query.sort = rejoinder_core::Sort::Best;
    thread.query.filter = Some(Filter::Staff);
    let fragment = thread_fragment(&context(&site), &thread);
    assert!(fragment.contains("sort=best"), "{fragment}");
    assert!(fragment.contains("filter=staff"), "{fragment}");
}

#[test]
fn a_chain_of_10_000_is_no_deeper_than_six_lists() {
    let site = site();
    let chain = chain("Ann", 10_000);
    let fragment = thread_fragment(&context(&site), &chain);
    let (mut depth, mut deepest) = (0, 0);
    for tag in fragment
        .split('<')
        .map(|tag| tag.get(..3).unwrap_or_default())
    {
        match tag {
            "ol " => depth += 1,
            "/ol" => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    assert_eq!((depth, deepest), (0, 7));
    assert_eq!(fragment.matches("in reply to").count(), 10_000 - 6);
    let body = json::thread(&context(&site), &chain);
    assert_eq!(body.comments.len(), 1);
    assert!(serde_json::to_string(&body).is_ok());
}

#[test]
fn a_thread_says_that_texts_in_it_have_what_few_have() {
    let site = site();
    let is_rich = |n: usize, html: &str| {
        let mut thread = thread("Ann");
        thread.entries[n].comment.html = markup::sanitise(html);
        thread_fragment(&context(&site), &thread).contains(" data-rich")
    };
    let address = format!("https://example.org/{}", "x".repeat(60));
    let link = format!("<p>See <a href=\"{address}\">{address}</a></p>");

    assert!(!is_rich(
        0,
        "<p>A <a href=\"https://example.org/\">short</a> one</p>"
    ));
    assert!(is_rich(0, "<p><code>code</code></p>"));
    assert!(is_rich(0, "<pre>From another system</pre>"));
    assert!(is_rich(
        0,
        &markup::render("||covered||").html.into_string()
    ));
    assert!(is_rich(1, &link));
    // Of what was removed nothing is told.
    let gone = thread("Ann").entries;
    let gone = gone.iter().position(|entry| !entry.comment.is_published());
    assert!(!is_rich(gone.unwrap(), &link));
}

#[test]
fn a_branch_stands_below_what_it_replies_to() {
    let site = site();
    let fragment = thread_fragment(&context(&site), &branch("Ann"));
    let back = fragment.find("View all comments").unwrap();
    let earlier = fragment.find("Show the start of this branch").unwrap();
    let above = fragment.find("id=\"comment-0000000000008\"").unwrap();
    let list = fragment.find("data-rj=\"list\"").unwrap();
    assert!(back < earlier && earlier < above && above < list);
}

#[test]
fn a_branch_by_score_is_folded_and_says_so() {
    let site = site();
    let fragment = thread_fragment(&context(&site), &thread("Ann"));
    let folded =
        "aria-expanded=\"false\"><span class=\"rj-folded\">Ann, hidden by its score</span>";
    assert!(fragment.contains(folded), "{fragment}");
    let open = "aria-expanded=\"true\"><span class=\"rj-folded\">Ann and 4 replies</span>";
    assert!(fragment.contains(open), "{fragment}");
}

#[test]
fn a_closed_page_says_since_when_and_takes_nothing() {
    let site = site();
    let mut thread = thread("Ann");
    thread.page.as_mut().unwrap().closed_at = Some(time(60));
    let page = thread_page(&context(&site), &thread, &ThreadView::default());
    assert!(
        page.contains("The newsroom closed this discussion on 5 September 2026."),
        "{page}"
    );
    assert!(!page.contains("<textarea"), "{page}");
    assert!(!page.contains("data-rj=\"reply\""), "{page}");
}

#[test]
fn a_message_and_guidelines_stand_above_the_form_and_run_nothing() {
    let shown = |site: &Site| thread_fragment(&context(site), &Thread::empty(key(), query()));
    let site = with(|s| {
        s.message = "Be **kind**.<script>alert(1)</script>".to_owned();
        s.guidelines = "- No names\n- [More](javascript:alert(1))".to_owned();
    });
    let html = shown(&site);
    assert!(html.contains("Be <strong>kind</strong>."), "{html}");
    assert!(
        html.contains("<summary>What we ask of you</summary>"),
        "{html}"
    );
    assert!(html.contains("<li>No names</li>"), "{html}");
    assert!(
        !html.contains("<script") && !html.contains("href=\"javascript"),
        "{html}"
    );
    let closed = with(|s| {
        s.message = "Be kind.".to_owned();
        s.mode = ModerationMode::Closed;
    });
    assert!(!shown(&closed).contains("Be kind."));
}

#[test]
fn an_empty_page_invites() {
    let site = site();
    let page = thread_page(
        &context(&site),
        &Thread::empty(key(), query()),
        &ThreadView::default(),
    );
    assert!(page.contains("Nobody has commented yet."), "{page}");
    assert!(
        page.contains("placeholder=\"Join the discussion\""),
        "{page}"
    );
    assert!(!page.contains("data-rj=\"sort\""), "{page}");
}

/// The form for comments, if there is one.
fn compose(fragment: &str) -> &str {
    let start = fragment.find("<form class=\"rj-compose\"");
    let form = start.map_or("", |start| &fragment[start..]);
    form.split("</form>").next().unwrap()
}

#[test]
fn who_must_not_be_asked_for_an_address_is_offered_no_mails() {
    let offers = |site: &Site| {
        let fragment = thread_fragment(&context(site), &Thread::empty(key(), query()));
        ["name=\"notify\"", "data-rj=\"follow\""].map(|part| fragment.contains(part))
    };
    assert_eq!(offers(&site()), [true, true]);
    let unasked = with(|s| s.email = EmailPolicy::Unasked);
    assert_eq!(offers(&unasked), [false, false]);
    let closed = with(|s| s.mode = ModerationMode::Closed);
    assert_eq!(offers(&closed), [false, false]);
}

#[test]
fn the_form_asks_for_what_the_site_asks_for() {
    let fields = |site: &Site| {
        let fragment = thread_fragment(&context(site), &Thread::empty(key(), query()));
        [
            "textarea",
            "\"name\" required",
            "\"email\"",
            "Post for review",
            "needs an account",
        ]
        .map(|part| compose(&fragment).contains(part))
    };
    assert_eq!(fields(&site()), [true, true, true, false, false]);
    assert_eq!(
        fields(&with(|s| s.email = EmailPolicy::Unasked)),
        [true, true, false, false, false]
    );
    assert_eq!(
        fields(&with(|s| s.mode = ModerationMode::Before)),
        [true, true, true, true, false]
    );
    assert_eq!(
        fields(&with(|s| s.mode = ModerationMode::Closed)),
        [false; 5]
    );
    let refused = with(|s| s.guests = GuestPolicy::Refused);
    assert_eq!(fields(&refused), [true, false, false, false, true]);
}

#[test]
fn votes_are_those_that_the_site_takes() {
    let buttons = |site: &Site| {
        let entry = thread("Ann").entries.remove(0);
        let html = comment_html(&context(site), &key(), &entry);
        ["data-rj=\"up\"", "data-rj=\"down\"", "data-score=\"2\""].map(|part| html.contains(part))
    };
    assert_eq!(buttons(&site()), [true, true, true]);
    assert_eq!(
        buttons(&with(|s| s.voting = Voting::Up)),
        [true, false, true]
    );
    assert_eq!(
        buttons(&with(|s| s.voting = Voting::Off)),
        [false, false, false]
    );
    assert_eq!(
        buttons(&with(|s| s.hide_scores_minutes = 700)),
        [true, true, false]
    );
}

#[test]
fn a_hidden_score_is_hidden_from_programs_too() {
    let site = with(|settings| settings.hide_scores_minutes = 700);
    let body = json::thread(&context(&site), &thread("Ann"));
    assert_eq!((body.comments[0].up, body.comments[0].down), (None, None));
}

#[test]
fn a_link_to_a_comment_marks_it_and_a_reply_opens_the_form_under_it() {
    let site = site();
    let form = CommentForm {
        reply: Some(CommentId(4)),
        ..CommentForm::default()
    };
    let view = ThreadView {
        marked: Some(CommentId(4)),
        form,
    };
    let page = thread_page(&context(&site), &thread("Ann"), &view);
    let comment = page.find("id=\"comment-0000000000004\"").unwrap();
    let marked = page.find("data-marked").unwrap();
    let form = page.find("id=\"compose\"").unwrap();
    assert!(comment < marked && marked < form);
    assert_eq!(page.matches("<textarea").count(), 1);
    assert!(page.contains("placeholder=\"Reply to Ann\""), "{page}");
}

#[test]
fn only_the_whole_thread_in_its_usual_order_is_indexed() {
    let site = site();
    let indexed = |thread: &Thread| {
        let page = thread_page(&context(&site), thread, &ThreadView::default());
        !page.contains("noindex")
    };
    assert!(indexed(&thread("Ann")));
    assert!(!indexed(&branch("Ann")));
    let mut sorted = thread("Ann");
    sorted.query.sort = rejoinder_core::Sort::Oldest;
    assert!(!indexed(&sorted));
}

#[test]
fn what_follows_a_cursor_comes_without_heading_and_form() {
    let site = site();
    let mut thread = thread("Ann");
    thread.query.after = thread.next;
    let fragment = thread_fragment(&context(&site), &thread);
    assert!(
        !fragment.contains("<form class=\"rj-compose\""),
        "{fragment}"
    );
    assert!(!fragment.contains("<h2"), "{fragment}");
    assert!(fragment.contains("data-rj=\"list\""), "{fragment}");
}

#[test]
fn a_reply_far_below_says_whom_it_answers() {
    let site = site();
    let mut deep = comment(9, Some(8), "Ann");
    deep.depth = 40;
    let entry = rejoinder_core::discussion::thread::ThreadEntry {
        comment: deep,
        level: 40,
        more: None,
    };
    let html = comment_html(&context(&site), &key(), &entry);
    assert!(
        html.contains("<a href=\"#comment-0000000000008\"><bdi>an earlier comment</bdi>"),
        "{html}"
    );
    assert!(html.contains("data-level=\"6\""), "{html}");
}

#[test]
fn json_has_the_contracts_fields() {
    let site = site();
    let mut body = json::thread(&context(&site), &thread("Ann"));
    body.comments.truncate(1);
    body.comments[0].replies.clear();
    let shown = serde_json::to_string_pretty(&body).unwrap();
    expect![[r#"
        {
          "page": {
            "key": "news.example/story",
            "url": "https://news.example/story",
            "title": "A story",
            "closed_at": null
          },
          "sort": "newest",
          "n_comments": 1204,
          "version": 12,
          "comments": [
            {
              "id": "0000000000001",
              "parent": null,
              "root": "0000000000001",
              "depth": 0,
              "author": {
                "name": "Ann",
                "avatar": null,
                "badges": []
              },
              "html": "<p>Text of <em>1</em>.</p>",
              "created_at": "2026-09-05T06:31:00Z",
              "edited_at": null,
              "state": "published",
              "up": 3,
              "down": 1,
              "n_replies": 3,
              "replies": [],
              "next": "0000000000002",
              "url": "https://news.example/story#comment-0000000000001"
            }
          ],
          "next": "0000000000003"
        }"#]]
    .assert_eq(&shown);
}

#[test]
fn the_text_of_an_article_is_what_a_page_shows_of_it() {
    let site = site();
    for headline in ["The bridge & the river", "<i>Old</i> stones"] {
        let article = article(headline);
        let thread = thread("Ann Lee");
        let page = article_page(
            &context(&site),
            &publication("The News"),
            &article,
            (&thread, None),
        );
        let (_, shown) = page.split_once("<article>").unwrap();
        let (shown, _) = shown.split_once("</article>").unwrap();

        assert_eq!(markup::article_text(shown), article.text());
    }
}

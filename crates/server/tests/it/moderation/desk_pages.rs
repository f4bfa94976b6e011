//! The desk's pages beside the queues: authors, comments, the log, searches, pages and groups.

use axum::http::{Method, StatusCode};
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::{AuthorId, Clock as _, Settings, SiteId};
use serde_json::json;
use store::moderation::searches;

use crate::moderation::desk::{desk, held, signed_in};
use crate::support::{Answer, STORY, TestReader};

pub(crate) const DESK: &str = "/moderate/news.example";

pub(crate) async fn send(kim: &TestReader, path: &str, fields: &[(&str, &str)]) -> Answer {
    kim.submit(&format!("{DESK}{path}"), fields).await
}

pub(crate) async fn shown(kim: &TestReader, path: &str) -> String {
    let page = kim.get(&format!("{DESK}{path}")).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    page.text()
}

/// Do something by a form that must come back, and give the page that it comes back to.
pub(crate) async fn done(kim: &TestReader, path: &str, fields: &[(&str, &str)]) -> String {
    let sent = send(kim, path, fields).await;
    assert_eq!(
        sent.status,
        StatusCode::SEE_OTHER,
        "{path}: {}",
        sent.text()
    );
    let page = kim.get(sent.header("location")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.text()
}

pub(crate) fn id(comment: &str) -> &str {
    comment.split_once('.').unwrap().0
}

/// The first address on `page` that starts with `start`, without that.
pub(crate) fn linked(page: &str, start: &str) -> String {
    let (_, rest) = page.split_once(&format!("href=\"{DESK}{start}")).unwrap();
    rest.split(['"', '?', '#']).next().unwrap().to_owned()
}

pub(crate) async fn author_of_first(kim: &TestReader) -> String {
    linked(&shown(kim, "").await, "/authors/")
}

#[tokio::test]
async fn a_drawer_takes_notes_and_says_what_was_done() {
    let (app, kim) = desk().await;
    held(&app, "Once").await;
    let path = format!("/authors/{}", author_of_first(&kim).await);

    let noted = [("action", "note"), ("reason", "Writes at night")];
    assert!(done(&kim, &path, &noted).await.contains("Writes at night"));
    let trusted = [("action", "trust"), ("trust", "always_held")];
    let page = done(&kim, &path, &trusted).await;
    assert!(page.contains("value=\"always_held\" checked"), "{page}");
    let suspended = [("action", "suspend"), ("for", "3h")];
    let page = done(&kim, &path, &suspended).await;
    assert!(page.contains("Suspended until 2026-11-23"), "{page}");
    let page = done(&kim, &path, &[("action", "end_suspension")]).await;
    assert!(!page.contains("Suspended until 2026-11-23 08:00"), "{page}");
    assert!(page.contains("Ended the suspension."));
}

#[tokio::test]
async fn a_ban_stops_the_author_until_it_is_lifted() {
    let (app, kim) = desk().await;
    let ann = app.reader("Ann");
    ann.post("story", "Once").await.id();
    let author = author_of_first(&kim).await;
    let path = format!("/authors/{author}");

    let fields = [
        ("action", "ban"),
        ("for", "day"),
        ("day", "2027-01-01"),
        ("reason", "Threats"),
    ];
    let page = done(&kim, &path, &fields).await;

    assert!(page.contains("Banned until 2027-01-01"), "{page}");
    assert!(shown(&kim, "/authors").await.contains("Threats"));
    let refused = ann.post("story", "Twice").await.problem();
    assert!(refused.starts_with("403 banned"), "{refused}");
    done(&kim, &path, &[("action", "lift_ban")]).await;
    assert_eq!(
        ann.post("story", "Twice").await.status,
        StatusCode::ACCEPTED
    );
    assert!(shown(&kim, "/authors").await.contains("Nobody is banned."));
}

#[tokio::test]
async fn a_form_of_the_drawer_that_is_refused_keeps_what_was_typed() {
    let (app, kim) = desk().await;
    held(&app, "Once").await;
    let path = format!("/authors/{}", author_of_first(&kim).await);
    let long = "x".repeat(2_001);
    for (fields, why) in [
        (vec![("action", "note")], "Write the note first."),
        (
            vec![("action", "note"), ("reason", long.as_str())],
            "The note has 2001 characters",
        ),
        (
            vec![("action", "ban"), ("reason", "Kept")],
            "Choose for how long.",
        ),
        (
            vec![
                ("action", "ban"),
                ("for", "day"),
                ("day", "2020-01-01"),
                ("reason", "Kept"),
            ],
            "Choose a day that is still to come.",
        ),
        (
            vec![("action", "suspend"), ("for", "day"), ("reason", "Kept")],
            "Choose the day when it ends.",
        ),
        (
            vec![("action", "trust"), ("trust", "much")],
            "Choose one of these.",
        ),
    ] {
        let sent = send(&kim, &path, &fields).await;
        assert!(sent.status.is_client_error(), "{fields:?}");
        assert!(sent.text().contains(why), "{why}");
        let typed = fields.iter().find(|(name, _)| *name == "reason");
        assert!(typed.is_none_or(|(_, typed)| sent.text().contains(typed)));
    }
    let own = format!("/authors/{}", AuthorId(71));
    let boss = signed_in(&app, "news.example", Role::Owner, 90).await;
    let boss_path = format!("/authors/{}", AuthorId(90));
    let ban = [("action", "ban"), ("for", "good")];
    assert!(send(&kim, &boss_path, &ban).await.status.is_client_error());
    assert_eq!(send(&boss, &own, &ban).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_a_word_list_found_is_marked_in_what_the_moderator_reads() {
    let (app, kim) = desk().await;
    let hold = Settings::default().with("banned_words", "hold").unwrap();
    app.add_site(1, "news.example", hold).await;
    crate::discussion::writing::banned(&app, "darn").await;
    let text = "So **da**rn &amp; ||d&#8203;arn|| [here](https://darn.example/x)";
    let posted = app.reader("Mr Darn").post(STORY, text).await;
    assert_eq!(posted.status, StatusCode::ACCEPTED, "{}", posted.text());

    let page = shown(&kim, "").await;

    let marked = "So <mark>darn</mark> &#38; <mark>d\u{200b}arn</mark> here\nhttps://<mark>darn</mark>.example/x";
    assert!(page.contains(marked), "{page}");
    assert!(
        page.contains("a banned word: darn, darn (in the name)"),
        "{page}"
    );
}

#[tokio::test]
async fn a_comment_has_its_context_its_edits_and_its_log() {
    let (app, kim) = desk().await;
    let root = held(&app, "The root of it").await;
    done(
        &kim,
        "/decide",
        &[("comment", &root), ("action", "approve")],
    )
    .await;
    let ann = app.reader("Ann");
    let reply = ann
        .reply("https://news.example/story", id(&root), "A first text")
        .await
        .id();
    ann.edit(&reply, "A second text").await.good();
    let seen = format!("{reply}.2");
    let fields = [
        ("comment", seen.as_str()),
        ("action", "reject"),
        ("reason", "off_topic"),
        ("note", "Please stay with the bridge."),
    ];
    done(&kim, "/decide", &fields).await;

    let page = shown(&kim, &format!("/comments/{reply}")).await;

    assert!(page.contains("The root of it"));
    assert!(
        page.contains("A <del>first</del><ins>second</ins> text"),
        "{page}"
    );
    assert!(page.contains("Held → Rejected"));
    assert!(page.contains("Reason: off topic"));
    assert!(page.contains("Please stay with the bridge."));
    let root = shown(&kim, &format!("/comments/{}", id(&root))).await;
    assert!(root.contains("Show it in its thread"));
}

#[tokio::test]
async fn the_log_tells_every_decision_and_undoes_it() {
    let (app, kim) = desk().await;
    let one = held(&app, "One thing").await;
    done(&kim, "/decide", &[("comment", &one), ("action", "spam")]).await;
    let page = shown(&kim, "/log").await;
    let (_, rest) = page.split_once("name=\"decisions\" value=\"").unwrap();
    let decision = rest.split('"').next().unwrap();
    let log = format!("{DESK}/log");

    let undone = done(&kim, "/undo", &[("decisions", decision), ("back", &log)]).await;

    assert!(page.contains("Marked as spam") && page.contains("One thing"));
    assert!(undone.contains("(undone)"), "{undone}");
    for limit in [
        format!("moderator={}", AuthorId(71)),
        format!("author={}", author_of_first(&kim).await),
    ] {
        let part = shown(&kim, &format!("/log?{limit}")).await;
        assert!(part.contains("One thing"), "{limit}");
    }
    let nobody = format!("/log?moderator={}", AuthorId(5));
    assert!(
        shown(&kim, &nobody)
            .await
            .contains("Nothing has been decided here.")
    );
    assert_eq!(
        kim.get(&format!("{DESK}/log?after=x")).await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_long_log_goes_on_where_it_stopped() {
    let (app, kim) = desk().await;
    for n in 0..27 {
        let one = held(&app, &format!("Number {n} here")).await;
        done(&kim, "/decide", &[("comment", &one), ("action", "approve")]).await;
    }
    let first = shown(&kim, "/log").await;
    let (_, rest) = first.split_once("nr-more\" href=\"").unwrap();
    let next = rest.split('"').next().unwrap().to_owned();
    let second = kim.get(&next).await.text();
    assert!(first.contains("Number 26 here") && !first.contains("Number 1 here"));
    assert!(second.contains("Number 1 here") && !second.contains("Number 26 here"));
}

#[tokio::test]
async fn a_search_finds_explains_and_is_kept() {
    let (app, kim) = desk().await;
    held(&app, "The old bridge").await;
    held(&app, "The new road").await;

    let found = shown(&kim, "/search?q=bridge%20state:held").await;
    let none = shown(&kim, "/search?q=tunnel").await;
    let wrong = kim
        .get(&format!("{DESK}/search?q=state:gone%20bridge"))
        .await;
    let kept = done(
        &kim,
        "/searches",
        &[("q", "bridge"), ("name", "The bridge")],
    )
    .await;

    assert!(found.contains("The old bridge") && !found.contains("The new road"));
    assert!(none.contains("Nothing was found."));
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.text().contains("is not a state: use published"),
        "{}",
        wrong.text()
    );
    assert!(wrong.text().contains("state:gone bridge"));
    assert!(
        kept.contains("The bridge") && kept.contains("q=word%3Abridge"),
        "{kept}"
    );
    let (_, rest) = kept.split_once(&format!("{DESK}/searches/")).unwrap();
    let search = rest.split('/').next().unwrap();
    let other = signed_in(&app, "news.example", Role::Moderator, 91).await;
    done(&other, &format!("/searches/{search}/forget"), &[]).await;
    assert!(shown(&kim, "/search").await.contains("The bridge"));
    done(&kim, &format!("/searches/{search}/forget"), &[]).await;
    assert!(!shown(&kim, "/search").await.contains("The bridge"));
}

#[tokio::test]
async fn a_search_with_an_unknown_operator_is_not_kept_and_an_older_one_names_it() {
    let (app, kim) = desk().await;
    held(&app, "The old bridge").await;
    let me = kim.me("story").await["reader"]["id"]
        .as_str()
        .map(str::parse);
    let me = me.unwrap().unwrap();
    // As it was kept when such words were looked for in the text.
    let older = CommentSearch {
        words: vec!["autor:ann".to_owned()],
        ..CommentSearch::default()
    };
    let now = app.clock.now();
    let keep = move |tx: &mut store::Tx<'_>| {
        searches::save(tx, now, SiteId(1), me, 1, "By Ann", &older)?;
        tx.batch("update saved_search set query = 'word:autor:ann'")
    };
    app.store.write(keep).await.unwrap();
    let typed = [("q", "is:spam bridge"), ("name", "Spam")];

    let refused = kim.submit(&format!("{DESK}/searches"), &typed).await;
    let kept = shown(&kim, "/search").await;
    let (_, rest) = kept.split_once("desk-kept").unwrap();
    let (_, rest) = rest.split_once("href=\"").unwrap();
    let (href, _) = rest.split_once('"').unwrap();
    let opened = kim.get(href).await;

    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let said = refused.text();
    assert!(said.contains("There is no operator `is:`"), "{said}");
    assert!(!kept.contains("Spam</bdi>"), "{kept}");
    assert!(kept.contains("There is no operator `autor:`"), "{kept}");
    assert_eq!(opened.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = opened.text();
    assert!(said.contains("There is no operator `autor:`"), "{said}");
    assert!(!said.contains("Nothing was found"), "{said}");
}

#[tokio::test]
async fn a_page_is_closed_opened_and_moderated_first() {
    let (app, kim) = desk().await;
    held(&app, "Once").await;
    let page = linked(&shown(&kim, "/pages").await, "/pages/");
    let path = format!("/pages/{page}");

    let close = [("action", "close_page"), ("note", "The trial begins")];
    let closed = done(&kim, &path, &close).await;

    assert!(
        closed.contains("Open the page") && closed.contains("The trial begins"),
        "{closed}"
    );
    let refused = app
        .reader("Ann")
        .post("https://news.example/story", "Late")
        .await
        .problem();
    assert!(refused.starts_with("403 page_closed"), "{refused}");
    done(&kim, &path, &[("action", "open_page")]).await;
    let moded = done(&kim, &path, &[("action", "mode"), ("mode", "after")]).await;
    assert!(moded.contains("value=\"after\" checked"), "{moded}");
    let posted = app
        .reader("Bea")
        .post("https://news.example/story", "Now")
        .await;
    assert_eq!(posted.status, StatusCode::CREATED);
    let wrong = send(&kim, &path, &[("action", "mode"), ("mode", "never")]).await;
    assert!(wrong.status.is_client_error() && wrong.text().contains("Choose when"));
    assert!(shown(&kim, "/pages?q=stor").await.contains(&page));
    assert!(
        shown(&kim, "/pages?q=%25")
            .await
            .contains("No page was found.")
    );
}

#[tokio::test]
async fn pinned_comments_are_put_in_order_by_forms() {
    let (app, kim) = desk().await;
    let mut seen = Vec::new();
    for text in ["One", "Two"] {
        seen.push(held(&app, text).await);
    }
    for comment in &seen {
        for action in ["approve", "pin"] {
            let fields = [("action", action), ("comment", comment.as_str())];
            send(&kim, "/decide", &fields).await;
        }
    }
    let page = linked(&shown(&kim, "/queues/approved").await, "/pages/");
    let path = format!("/pages/{page}");
    let order = |page: &str| page.find("<bdi>Two</bdi>") < page.find("<bdi>One</bdi>");
    let before = shown(&kim, &path).await;
    assert!(
        before.contains("Pinned comments") && order(&before),
        "{before}"
    );
    let back = format!("{DESK}{path}");
    let fields = [
        ("action", "pin_down"),
        ("comment", seen[1].as_str()),
        ("back", back.as_str()),
    ];

    let after = done(&kim, "/decide", &fields).await;

    assert!(!order(&after), "{after}");
    assert!(after.contains("Moved down among the pinned."), "{after}");
    let again = done(&kim, "/decide", &fields).await;
    assert!(again.contains("Nothing had to change."), "{again}");
}

#[tokio::test]
async fn a_link_in_a_mail_asks_once_more_and_shows_what_was_edited_meanwhile() {
    let (app, kim) = desk().await;
    let ann = app.reader("Ann");
    let posted = ann.post(STORY, "Before the edit").await;
    let seen = format!("{}.1", posted.id());
    let asked = format!("/comments/{}?decide=approve&edited={seen}", posted.id());
    let page = shown(&kim, &asked).await;
    assert!(page.contains("Approve this comment?"), "{page}");
    assert!(!page.contains("It was edited after you saw it."));
    let edit = json!({ "text": "After the edit" });
    let path = format!("/api/v1/comments/{}", posted.id());
    ann.send(Method::PATCH, &path, edit).await;

    let page = shown(&kim, &asked).await;

    assert!(page.contains("It was edited after you saw it."), "{page}");
    assert!(page.contains("<del>Before</del>"), "{page}");
    let question = page.split("desk-ask").nth(1).unwrap();
    assert!(question.contains(&format!("value=\"{}.2\"", posted.id())));
    let odd = shown(&kim, &format!("/comments/{}?decide=burn", posted.id())).await;
    assert!(!odd.contains("desk-ask"));
}

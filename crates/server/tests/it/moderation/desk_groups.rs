//! Groups of pages, and what is out of reach on the desk.

use axum::http::StatusCode;
use rejoinder_core::discussion::agreement::alarm::CrowdedPage;
use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, Clock as _, Settings, SiteId};
use store::discussion::agreement::fitting::{self, Fit};
use store::moderation::groups::{self, PageGroup, Scope};

use crate::moderation::desk::{desk, held, signed_in};
use crate::moderation::desk_pages::{DESK, author_of_first, done, id, linked, send, shown};
use crate::support::TestApp;

#[tokio::test]
async fn an_owner_makes_groups_and_moderators_do_not() {
    let (app, kim) = desk().await;
    held(&app, "Once").await;
    let boss = signed_in(&app, "news.example", Role::Owner, 90).await;

    let fields = [
        ("name", "Sport"),
        ("prefix", "news.example/sport/"),
        ("mode", "before"),
    ];
    let page = done(&boss, "/groups", &fields).await;
    let again = send(&boss, "/groups", &fields).await;
    let (_, rest) = page.split_once("name=\"id\" value=\"").unwrap();
    let group = rest.split('"').next().unwrap().to_owned();
    let path = format!("/groups/{group}/pages");
    let put = done(
        &boss,
        &path,
        &[("action", "add"), ("key", "https://news.example/story")],
    )
    .await;
    let unknown = send(&boss, &path, &[("action", "add"), ("key", "nowhere")]).await;

    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text().contains("a name of its own"));
    assert!(put.contains("news.example/story"), "{put}");
    assert!(unknown.text().contains("No page with this address"));
    let page = linked(&put, "/pages/");
    let shown_page = shown(&kim, &format!("/pages/{page}")).await;
    assert!(shown_page.contains("Sport"));
    let removed = done(&boss, &format!("/groups/{group}/remove"), &[]).await;
    assert!(!removed.contains("Sport"));
    let stale = send(&boss, "/groups", &[("id", &group), ("name", "Sport")]).await;
    assert_eq!(stale.status, StatusCode::NOT_FOUND);
    for (path, fields) in [("/groups", &fields[..]), (path.as_str(), &[][..])] {
        assert_eq!(send(&kim, path, fields).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(
        kim.get(&format!("{DESK}/groups")).await.status,
        StatusCode::NOT_FOUND
    );
}

/// Limit the moderator with this id to pages whose key starts like this.
async fn limit(app: &TestApp, moderator: i64, prefix: &str) {
    let group = PageGroup {
        id: 7,
        name: "Sport".to_owned(),
        prefix: Some(prefix.to_owned()),
        mode: None,
        n_pages: 0,
    };
    let write = move |tx: &mut store::Tx<'_>| {
        groups::save(tx, SiteId(1), &group)?;
        groups::set_scope(tx, SiteId(1), AuthorId(moderator), &Scope::of(vec![7]))
    };
    app.store.write(write).await.unwrap();
}

#[tokio::test]
async fn a_moderator_of_a_group_sees_and_decides_there_alone() {
    let (app, kim) = desk().await;
    let out = held(&app, "Outside of it").await;
    let page = linked(&shown(&kim, "/pages").await, "/pages/");
    let author = author_of_first(&kim).await;
    done(&kim, "/decide", &[("comment", &out), ("action", "spam")]).await;
    let log = shown(&kim, "/log").await;
    let (_, rest) = log.split_once("name=\"decisions\" value=\"").unwrap();
    let decision = rest.split('"').next().unwrap();
    let sport = "https://news.example/sport/cup";
    let inside = app.reader("Bea").post(sport, "Inside of it").await.id();
    limit(&app, 71, "news.example/sport/").await;

    for path in ["", "/queues/spam", "/log", "/search?q=of", "/pages"] {
        let page = shown(&kim, path).await;
        assert!(
            !page.contains("Outside of it") && !page.contains("/story"),
            "{path}"
        );
    }
    let drawer = shown(&kim, &format!("/authors/{author}")).await;
    assert!(!drawer.contains("Outside of it"));
    assert!(!drawer.contains("name=\"action\"") && drawer.contains("of all its pages"));
    assert!(shown(&kim, "").await.contains("Inside of it"));
    for path in [format!("/comments/{}", id(&out)), format!("/pages/{page}")] {
        let answer = kim.get(&format!("{DESK}{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let filtered = shown(&kim, &format!("/queues/spam?page={page}")).await;
    assert!(!filtered.contains("news.example/story"), "{filtered}");
    let log = shown(&kim, &format!("/log?page={page}")).await;
    assert!(!log.contains("news.example/story"), "{log}");
    let decided = send(&kim, "/decide", &[("comment", &out), ("action", "approve")]).await;
    assert!(decided.header("location").contains("not=1"));
    let undone = send(&kim, "/undo", &[("decisions", decision)]).await;
    assert!(undone.header("location").contains("not=1"));
    let closed = send(&kim, &format!("/pages/{page}"), &[("action", "close_page")]).await;
    assert!(closed.status.is_client_error());
    let inside = format!("{inside}.1");
    let decided = send(
        &kim,
        "/decide",
        &[("comment", &inside), ("action", "approve")],
    )
    .await;
    assert!(decided.header("location").contains("n=1"));
}

#[tokio::test]
async fn a_page_to_which_people_were_sent_to_vote_is_named_to_moderators_who_may_see_it() {
    let (app, kim) = desk().await;
    held(&app, "Outside of it").await;
    let page = linked(&shown(&kim, "/pages").await, "/pages/");
    let path = format!("/pages/{page}");
    let alarm = "31 % of a day’s votes were on";
    assert!(!shown(&kim, "").await.contains(alarm));
    let crowd = CrowdedPage {
        page: page.parse().unwrap(),
        percent: 31,
    };
    let (now, site) = (app.clock.now(), SiteId(1));
    let found = move |tx: &mut store::Tx<'_>| {
        fitting::begin(tx, site)?;
        let fit = Fit {
            number: 1,
            why: None,
            crowd: Some(crowd),
        };
        fitting::use_fit(tx, now, site, &fit)
    };
    app.store.write(found).await.unwrap();

    let queue = shown(&kim, "").await;
    assert!(queue.contains(&format!("{alarm} one page")), "{queue}");
    assert!(queue.contains(&format!("href=\"{DESK}{path}\"")), "{queue}");
    let own = shown(&kim, &path).await;
    assert!(own.contains(&format!("{alarm} this page")), "{own}");
    // A page that is out of reach is not named.
    limit(&app, 71, "news.example/sport/").await;
    assert!(!shown(&kim, "").await.contains(alarm));
}

#[tokio::test]
async fn ids_of_another_site_are_unknown() {
    let (app, kim) = desk().await;
    let one = held(&app, "Secret of the news").await;
    let page = linked(&shown(&kim, "/pages").await, "/pages/");
    let author = author_of_first(&kim).await;
    done(&kim, "/decide", &[("comment", &one), ("action", "spam")]).await;
    let log = shown(&kim, "/log").await;
    let (_, rest) = log.split_once("name=\"decisions\" value=\"").unwrap();
    let decision = rest.split('"').next().unwrap().to_owned();
    app.add_site(2, "other.example", Settings::default()).await;
    let lee = signed_in(&app, "other.example", Role::Owner, 81).await;
    let there = "/moderate/other.example";

    for path in [
        format!("/comments/{}", id(&one)),
        format!("/authors/{author}"),
        format!("/pages/{page}"),
    ] {
        let answer = lee.get(&format!("{there}{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        format!("/log?page={page}"),
        format!("/log?author={author}"),
        format!("/queues/spam?page={page}"),
        "/search?q=secret".to_owned(),
        "/pages".to_owned(),
    ] {
        let text = lee.get(&format!("{there}{path}")).await.text();
        assert!(
            !text.contains("Secret") && !text.contains("/story"),
            "{path}: {text}"
        );
    }
    for (path, fields) in [
        (
            format!("/authors/{author}"),
            vec![("action", "note"), ("reason", "x")],
        ),
        (format!("/pages/{page}"), vec![("action", "close_page")]),
    ] {
        let answer = lee.submit(&format!("{there}{path}"), &fields).await;
        assert!(answer.status.is_client_error(), "{path}");
    }
    let fields = [("decisions", decision.as_str())];
    let undone = lee.submit(&format!("{there}/undo"), &fields).await;
    assert!(undone.header("location").contains("not=1"));
    assert!(
        shown(&kim, "/queues/spam")
            .await
            .contains("Secret of the news")
    );
}

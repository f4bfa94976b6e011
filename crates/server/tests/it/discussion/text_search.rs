use axum::http::Method;
use rejoinder_core::Settings;
use rejoinder_core::publication::language::Language;
use rejoinder_server::RateLimits;
use serde_json::json;

use crate::support::{NEWS, STORY, TestApp};

fn search(typed: &str) -> String {
    format!("/embed/search?site=news.example&page={STORY}&q={typed}")
}

#[tokio::test]
async fn words_are_found_in_comments_and_each_leads_to_its_place() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann <b>");
    let first = ann.post(STORY, "The *Ferry* was <late>").await.id();
    ann.post(STORY, "Something else").await.good();

    let found = app.get(&search("FERRY")).await.text();
    let nothing = app.get(&search("zeppelin")).await.text();
    let empty = app.get(&search("")).await.text();

    assert!(found.contains("1 comment found."), "{found}");
    assert!(
        found.contains("The <mark>Ferry</mark> was &#60;late&#62;"),
        "{found}"
    );
    assert!(
        found.contains(&format!("&#38;comment={first}#comment-{first}\"")),
        "{found}"
    );
    assert!(found.contains("Ann &#60;b&#62;"), "{found}");
    assert!(!found.contains("Something else"), "{found}");
    assert!(nothing.contains("No comment here says that."), "{nothing}");
    assert!(!empty.contains("found."), "{empty}");
    assert!(empty.contains("type=\"search\""), "{empty}");
}

#[tokio::test]
async fn a_thread_offers_to_look_for_words_once_there_is_something_to_look_through() {
    let app = TestApp::new().await;
    let ann = app.reader("Ann");
    let thread = format!("/embed/thread?site=news.example&page={STORY}");
    for n in 0..9 {
        ann.post(STORY, &format!("No. {n}")).await.good();
    }
    let few = app.get(&thread).await.text();
    ann.post(STORY, "One more").await.good();
    let many = app.get(&thread).await.text();

    assert!(!few.contains("data-rj=\"search\""), "{few}");
    assert!(many.contains("data-rj=\"search\""), "{many}");
}

#[tokio::test]
async fn looking_for_words_costs_more_than_reading() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let mut statuses = Vec::new();
    for _ in 0..200 {
        statuses.push(app.get(&search("ferry")).await.status.as_u16());
    }

    assert_eq!(statuses[0], 200);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_refusal_is_a_page_in_the_language_of_the_site_and_a_problem_for_the_widget() {
    let app = TestApp::with(|config| config.rate_limits = RateLimits::On).await;
    let settings = Settings {
        language: Language::German,
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let asks = async |q: &str| {
        let path = search(&q.replace(' ', "+"));
        let widget = [("accept", "application/problem+json,*/*")];
        (app.get(&path).await, app.get_with(&path, &widget).await)
    };
    for (typed, code, told) in [
        (
            "a ".repeat(21),
            "400 too_many_search_words",
            "Es kann nach höchstens 20 Wörtern gesucht werden.",
        ),
        (
            "a".repeat(201),
            "400 search_too_long",
            "Eine Suche kann höchstens 200 Zeichen haben.",
        ),
    ] {
        let (page, problem) = asks(&typed).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text().contains(told), "{}", page.text());
        assert!(page.text().contains("lang=\"de\""), "{}", page.text());
        assert_eq!(problem.problem(), format!("{code} [q]: {told}"));
        assert!(problem.json()["max"].is_number(), "{}", problem.text());
    }

    while app.get(&search("ferry")).await.status.is_success() {}
    let (page, problem) = asks("ferry").await;

    let told = "Das ging etwas schnell.";
    assert_eq!(page.status.as_u16(), 429);
    assert!(page.text().contains(told), "{}", page.text());
    assert_eq!(problem.json()["code"], "rate_limited", "{}", problem.text());
    assert_eq!(problem.header("retry-after"), page.header("retry-after"));
}

#[tokio::test]
async fn what_a_reader_has_muted_is_neither_shown_nor_counted() {
    let app = TestApp::new().await;
    let (ann, bob, eve) = (app.reader("Ann"), app.reader("Bob"), app.reader("Eve"));
    ann.post(STORY, "Ferry by Ann").await.good();
    let rude = bob.post(STORY, "Ferry by Bob").await.id();
    let path = format!("/api/v1/comments/{rude}/mute?site=news.example");
    eve.send(Method::PUT, &path, json!({ "muted": true }))
        .await
        .good();

    let own = eve.get(&search("ferry")).await;
    let others = app.get(&search("ferry")).await.text();

    assert!(own.text().contains("1 comment found."), "{}", own.text());
    assert!(!own.text().contains("Ferry by Bob"), "{}", own.text());
    assert_eq!(own.header("cache-control"), "no-store");
    assert!(others.contains("2 comments found."), "{others}");
}

#[tokio::test]
async fn only_pages_of_the_site_are_told_what_is_found_there() {
    let app = TestApp::new().await;
    let asks = async |origin| app.get_with(&search("ferry"), &[("origin", origin)]).await;

    assert_eq!(asks(NEWS).await.status.as_u16(), 200);
    assert_eq!(asks("https://evil.example").await.status.as_u16(), 403);
}

#[tokio::test]
async fn a_page_that_is_not_the_sites_is_not_looked_through() {
    let app = TestApp::new().await;

    let missing = app.get("/embed/search?page=story&q=a").await;
    let unknown = app
        .get("/embed/search?site=other.example&page=story&q=a")
        .await;

    assert_eq!(missing.status.as_u16(), 400);
    assert_eq!(unknown.status.as_u16(), 404);
}

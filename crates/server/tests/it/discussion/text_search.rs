use rejoinder_server::RateLimits;

use crate::support::{STORY, TestApp};

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
async fn a_page_that_is_not_the_sites_is_not_looked_through() {
    let app = TestApp::new().await;

    let missing = app.get("/embed/search?page=story&q=a").await;
    let unknown = app
        .get("/embed/search?site=other.example&page=story&q=a")
        .await;

    assert_eq!(missing.status.as_u16(), 400);
    assert_eq!(unknown.status.as_u16(), 404);
}

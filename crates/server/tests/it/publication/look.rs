//! How pages of ours look for a site.

use rejoinder_core::Settings;

use crate::support::{STORY, TestApp};

const SIGN_IN: &str = "/auth/sign-in?site=news.example";

#[tokio::test]
async fn pages_carry_the_name_of_their_site_and_nothing_more_unless_it_is_set() {
    let app = TestApp::new().await;
    let settings = Settings {
        title: "The <Gazette>".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    let page = app.get(SIGN_IN).await.text();

    assert!(page.contains("The &#60;Gazette&#62;</a></p>"), "{page}");
    assert!(!page.contains("site.css"), "{page}");
}

#[tokio::test]
async fn pages_wear_the_colour_and_the_fonts_of_their_site() {
    let app = TestApp::new().await;
    let settings = Settings {
        accent: "#ffcc00".to_owned(),
        font: "Georgia, serif".to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;

    let page = app.get(SIGN_IN).await.text();
    let thread = app
        .get(&format!("/embed?site=news.example&page={STORY}"))
        .await
        .text();
    let style = app.get("/embed/site.css?site=news.example").await;

    let link = "href=\"/embed/site.css?site=news.example&#38;v=";
    assert!(page.contains(link), "{page}");
    assert!(thread.contains(link), "{thread}");
    assert!(!thread.contains("rj-brand"), "{thread}");
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(style.header("cache-control"), "public, max-age=3600");
    // Yellow is legible on a dark ground alone.
    let style = style.text();
    assert!(style.contains("light-dark(#"), "{style}");
    assert!(style.contains(",#ffcc00)"), "{style}");
    assert!(style.contains("--rj-font:Georgia, serif;"), "{style}");
}

#[tokio::test]
async fn a_page_for_one_comment_says_whose_it_is() {
    let app = TestApp::new().await;
    let id = app.reader("Ann").post(STORY, "First").await.id();
    let address = format!("/embed?site=news.example&page={STORY}&comment={id}");

    let page = app.get(&address).await.text();

    assert!(page.contains("rj-brand"), "{page}");
}

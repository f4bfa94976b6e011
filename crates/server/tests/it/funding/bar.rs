//! What readers are shown of campaigns.

use std::time::Duration;

use axum::http::StatusCode;
use rejoinder_core::Settings;
use rejoinder_core::identity::author::Role;

use super::{add, bar, id, owner, write_down};
use crate::moderation::desk::signed_in;
use crate::publication::articles::{ARTICLE, folder, published};
use crate::support::TestApp;

/// The figure that a bar shows and the one that it is drawn by.
fn figures(html: &str) -> (String, String) {
    let between = |start: &str, end: &str| {
        let rest = html.split(start).nth(1).unwrap_or_default();
        rest.split(end).next().unwrap_or_default().to_owned()
    };
    (between("<strong>", "</strong>"), between(" value=\"", "\""))
}

#[tokio::test]
async fn a_bar_shows_what_came_in_as_text_and_as_length() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;

    write_down(&olga, &page, "3120").await;
    let html = bar(&app, "").await;

    let (text, length) = figures(&html);
    assert_eq!(
        (text.as_str(), length.as_str()),
        ("€3,120 of €5,000", "3120.00")
    );
    assert!(html.contains("· 62.4 %"), "{html}");
    assert!(html.contains("min=\"0\" max=\"5000.00\""), "{html}");
    assert!(html.contains("Next: €4,000 (80 %), Two"), "{html}");
    assert!(html.contains("7 days left"), "{html}");
    assert!(html.contains("As of 23 Nov 2026"), "{html}");
    let give = "href=\"https://pay.example/lease\" target=\"_top\" rel=\"noopener noreferrer\"";
    assert!(html.contains(give), "{html}");
}

#[tokio::test]
async fn more_than_the_goal_fills_the_bar_and_is_said() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;

    write_down(&olga, &page, "5900").await;
    let html = bar(&app, "").await;

    assert_eq!(
        figures(&html),
        ("€5,900 of €5,000".to_owned(), "5000.00".to_owned())
    );
    assert!(
        html.contains("· 118 %") && html.contains("The goal is reached."),
        "{html}"
    );
}

#[tokio::test]
async fn what_went_out_beyond_what_came_in_shows_as_nothing() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;

    write_down(&olga, &page, "-40").await;

    assert_eq!(figures(&bar(&app, "").await).0, "€0 of €5,000");
}

#[tokio::test]
async fn a_campaign_that_has_not_begun_says_when_it_does_and_one_that_is_over_when_it_was() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[("starts", "2026-12-01"), ("ends", "2026-12-05")]).await;
    let own = format!("&campaign={}", id(&page));

    let before = bar(&app, &own).await;
    assert!(
        before.contains("Begins on 1 Dec 2026. The goal is €5,000."),
        "{before}"
    );
    assert!(!before.contains("<meter"), "{before}");
    assert_eq!(bar(&app, "").await, "");

    app.clock.advance(Duration::from_hours(24 * 8));
    assert!(bar(&app, &own).await.contains("<meter"));

    app.clock.advance(Duration::from_hours(24 * 7));
    let after = bar(&app, &own).await;
    assert!(after.contains("Ended on 5 Dec 2026."), "{after}");
    assert!(!after.contains("rj-funding-give"), "{after}");

    app.clock.advance(Duration::from_hours(24 * 15));
    assert_eq!(bar(&app, "").await, "");
}

#[tokio::test]
async fn a_section_shows_its_own_campaign_and_other_pages_that_of_the_site() {
    let (app, olga) = owner().await;
    add(&olga, &[]).await;
    let sport = [
        ("title", "The boathouse"),
        ("section", "https://news.example/sport/"),
    ];
    add(&olga, &sport).await;

    let of = async |page: &str| bar(&app, &format!("&page=https://news.example/{page}")).await;

    assert!(of("sport/rowing").await.contains("The boathouse"));
    assert!(of("town/bridge").await.contains("The lease"));
    assert!(bar(&app, "").await.contains("The lease"));
}

#[tokio::test]
async fn a_hidden_campaign_is_shown_nowhere_at_once_and_again_when_it_is_shown() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let own = id(&page);
    let places = [
        format!("/embed/funding?site=news.example&campaign={own}"),
        format!("/embed/campaign?site=news.example&campaign={own}"),
        format!("/embed/campaign.svg?site=news.example&campaign={own}"),
    ];
    for place in &places {
        assert!(app.get(place).await.text().contains("The lease"), "{place}");
    }

    olga.submit(&format!("{page}/hide"), &[]).await;

    for place in &places {
        assert_eq!(
            app.get(place).await.status,
            StatusCode::NOT_FOUND,
            "{place}"
        );
    }
    assert_eq!(bar(&app, "").await, "");
    let list = app.get("/api/v1/campaigns?site=news.example").await.text();
    assert_eq!(list, "{\"campaigns\":[]}");

    olga.submit(&format!("{page}/show"), &[]).await;
    assert!(bar(&app, "").await.contains("The lease"));
}

#[tokio::test]
async fn a_campaign_of_another_site_answers_as_an_unknown_one() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    app.add_site(2, "other.example", Settings::default()).await;

    for path in ["funding", "campaign", "campaign.svg"] {
        let foreign = format!("/embed/{path}?site=other.example&campaign={}", id(&page));
        let unknown = format!("/embed/{path}?site=other.example&campaign=0000000000zzz");
        let (foreign, unknown) = (app.get(&foreign).await, app.get(&unknown).await);
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        assert_eq!(foreign.text(), unknown.text());
    }
}

#[tokio::test]
async fn a_bar_comes_from_the_cache_and_a_client_that_has_it_is_told_so() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[]).await;
    let path = "/embed/funding?site=news.example";
    let first = app.get(path).await;
    let tag = first.header("etag").to_owned();

    let again = app.get_with(path, &[("if-none-match", &tag)]).await;
    write_down(&olga, &page, "10").await;
    let then = app.get_with(path, &[("if-none-match", &tag)]).await;

    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(then.status, StatusCode::OK);
    assert!(then.text().replace('\u{a0}', " ").contains("€10 of"));
}

#[tokio::test]
async fn the_page_of_a_campaign_says_what_its_milestones_mean_and_may_be_framed() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[("title", "<b>The lease</b>")]).await;
    write_down(&olga, &page, "2500").await;

    let path = format!("/embed/campaign?site=news.example&campaign={}", id(&page));
    let shown = app.get(&path).await;

    let html = shown.text().replace('\u{a0}', " ");
    assert!(html.contains("A month in court") && html.contains("50 % of the goal · reached"));
    assert!(html.contains("You give at pay.example"), "{html}");
    assert!(!html.contains("<b>The lease"), "{html}");
    let policy = shown.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'self' https://news.example"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_picture_is_well_formed_whatever_the_title_says() {
    let (app, olga) = owner().await;
    let page = add(&olga, &[("title", "A & B <script>\"'</script>")]).await;

    let path = format!(
        "/embed/campaign.svg?site=news.example&campaign={}",
        id(&page)
    );
    let picture = app.get(&path).await;

    assert_eq!(picture.header("content-type"), "image/svg+xml");
    let text = picture.text();
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("A &#38; B &#60;script&#62;"), "{text}");
}

#[tokio::test]
async fn programs_read_amounts_as_decimals_of_their_currency() {
    let (app, olga) = owner().await;
    let page = add(
        &olga,
        &[("currency", "KWD"), ("goal", "10.5"), ("milestones", "")],
    )
    .await;
    let fields = [
        ("amount", "1,250"),
        ("currency", "KWD"),
        ("day", "2026-11-20"),
        ("what", "A cheque"),
    ];
    olga.submit(&format!("{page}/entries"), &fields).await;
    write_down(&olga, &page, "990").await;

    let list = app.get("/api/v1/campaigns?site=news.example").await.json();

    let own = &list["campaigns"][0];
    assert_eq!(
        (&own["goal"], &own["raised"]),
        (&"10.500".into(), &"1.250".into())
    );
    assert_eq!(own["percent"], 11.9);
    assert_eq!(own["beside"][0]["currency"], "EUR");
    assert_eq!(own["beside"][0]["amount"], "990.00");
}

#[tokio::test]
async fn an_article_of_the_publication_has_the_bar_above_and_below_its_text() {
    let folder = folder(ARTICLE);
    let app = published(&folder).await;
    let olga = signed_in(&app, "news.example", Role::Owner, 81).await;
    assert!(!app.get("/articles/bridge").await.text().contains("funding"));
    add(&olga, &[]).await;

    let html = app.get("/articles/bridge").await.text();

    assert_eq!(html.matches("data-rj=\"funding\"").count(), 2);
    let text = html.find("<div class=\"text\">").unwrap();
    let (first, last) = (
        html.find("<rejoinder-funding").unwrap(),
        html.rfind("<rejoinder-funding").unwrap(),
    );
    assert!(first < text && text < last);
}

#[tokio::test]
async fn two_servers_show_the_same_within_seconds() {
    let database = testing::fresh_database();
    let (one, two) = (
        TestApp::node(&database).await,
        TestApp::node(&database).await,
    );
    let olga = signed_in(&one, "news.example", Role::Owner, 81).await;
    two.clock.advance(Duration::from_secs(60));
    let page = add(&olga, &[]).await;
    assert!(bar(&two, "").await.contains("€0 of"));

    write_down(&olga, &page, "10").await;
    two.clock.advance(Duration::from_secs(3));

    assert!(bar(&two, "").await.contains("€10 of"));
}

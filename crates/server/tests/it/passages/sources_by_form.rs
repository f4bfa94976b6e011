//! Sources for or against a passage, without script.

use axum::http::StatusCode;
use rejoinder_core::Settings;
use rejoinder_core::publication::settings::SourceChecks;
use serde_json::json;

use super::passage;
use super::sources::{PLACE, app, give, of, settings, sources};
use crate::support::{STORY, TestApp};

#[tokio::test]
async fn without_script_sources_are_answered_about_changed_and_withdrawn_by_forms() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let id = give(&ann, sources()).await.id();
    let page = format!("/embed?site=news.example&page={STORY}");
    let page = app.get(&page);
    assert!(
        page.await
            .text()
            .contains(&format!("/embed/comments/{id}/answer\""))
    );
    let path = |what: &str| format!("/embed/comments/{id}/{what}");
    let site = ("site", "news.example");

    let answered = ben.submit(&path("answer"), &[site, ("says", "yes")]).await;
    assert_eq!(
        answered.status,
        StatusCode::SEE_OTHER,
        "{}",
        answered.text()
    );
    assert_eq!(of(&app).await["says"]["yes"], 1);
    ben.submit(&path("answer"), &[site, ("says", "")]).await;
    assert_eq!(of(&app).await["says"]["yes"], 0);

    let form = ann.get(&format!("{}{PLACE}", path("edit"))).await.text();
    assert!(
        form.contains("value=\"https://harbour.example/timetable\""),
        "{form}"
    );
    let fields = [
        site,
        ("text", "It is not new."),
        ("revision", "1"),
        ("has_sources", "yes"),
        ("stance", "context"),
        ("source_url_1", "https://first.example/"),
        ("source_url_2", "ftp://second.example/"),
    ];
    let refused = ann.submit(&path("edit"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let again = refused.text();
    assert!(again.contains("value=\"ftp://second.example/\""), "{again}");
    assert!(again.contains("must start with https://"), "{again}");
    ann.submit(&path("edit"), &fields[..6]).await;
    assert_eq!(of(&app).await["list"][0]["url"], "https://first.example/");

    let own = ann.get(&format!("{}{PLACE}", path("sources"))).await.text();
    assert!(own.contains("Withdraw these sources"), "{own}");
    ann.submit(&path("withdraw"), &[site, ("withdrawn", "yes")])
        .await;
    assert_eq!(of(&app).await["status"], "withdrawn");
}

#[tokio::test]
async fn on_the_page_of_a_passage_sources_are_given_by_a_plain_form() {
    for app in [TestApp::new().await, TestApp::on_postgres().await] {
        app.add_site(1, "news.example", settings()).await;
        let first = super::annotate(&app.reader("Ann"), passage(), None).await;
        let first = first.good()["comment"]["id"].as_str().unwrap().to_owned();
        let path = format!("/embed?site=news.example&page={STORY}&passage={first}");
        let page = app.get(&path).await.text();
        assert!(page.contains("name=\"source_url_1\""), "{page}");
        assert!(!page.contains("name=\"claimant\""), "{page}");
        let ben = app.reader("Ben");
        let fields = |url| {
            vec![
                ("site", "news.example"),
                ("page", STORY),
                ("text", "It is not new."),
                ("name", "Ben"),
                ("passage", first.as_str()),
                ("stance", "contradicts"),
                ("claim", ""),
                ("source_url_1", url),
                ("source_title_1", "Timetable 2019"),
                ("source_quote_1", ""),
                ("source_published_1", "2019-04-30"),
            ]
        };

        let refused = ben
            .submit("/embed/comments", &fields("ftp://x.example/"))
            .await;
        let sent = ben
            .submit(
                "/embed/comments",
                &fields("https://harbour.example/timetable"),
            )
            .await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = refused.text();
        assert!(
            again.contains("The address of a source must start"),
            "{again}"
        );
        assert!(again.contains("data-rj=\"give\" open"), "{again}");
        assert!(again.contains("value=\"ftp://x.example/\""), "{again}");
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let given = of(&app).await;
        assert_eq!(
            (&given["stance"], &given["list"]),
            (
                &json!("contradicts"),
                &json!([{
                    "url": "https://harbour.example/timetable", "title": "Timetable 2019",
                    "published": "2019-04-30",
                }])
            )
        );
        assert_eq!(given["claim"], "the new timetable");
    }
}

#[tokio::test]
async fn where_no_sources_are_taken_and_on_no_passage_a_form_asks_for_none() {
    let app = app().await;
    let first = super::annotate(&app.reader("Ann"), passage(), None).await;
    let first = first.good()["comment"]["id"].as_str().unwrap().to_owned();
    let path = format!("/embed?site=news.example&page={STORY}");
    let whole = app.get(&path).await.text();
    assert!(
        whole.contains("id=\"compose\"") && !whole.contains("source_url"),
        "{whole}"
    );
    let off = Settings {
        source_checks: SourceChecks::Off,
        ..settings()
    };
    app.add_site(1, "news.example", off).await;

    let page = app.get(&format!("{path}&passage={first}")).await.text();

    assert!(
        page.contains("id=\"compose\"") && !page.contains("source_url"),
        "{page}"
    );
}

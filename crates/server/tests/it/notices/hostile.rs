//! What somebody calls a site, in the mails that sign in and that lead to what is kept.

use egress::Mail;
use jobs::{Payload as _, SendMail};
use rejoinder_core::{Clock as _, Settings, SiteId};
use serde_json::json;
use store::Tx;
use store::jobs as queue;
use testing::{MailContent, hostile_texts};

use crate::support::{STORY, TestApp};

/// Titles every site so, and asks for each kind of mail; gives them as they go over the wire.
async fn told(title: &str) -> Vec<MailContent> {
    let app = TestApp::with(|config| config.mail_from = Some("talk@news.example".to_owned())).await;
    let settings = Settings {
        title: title.to_owned(),
        ..Settings::default()
    };
    app.add_site(1, "news.example", settings).await;
    let ann = app.reader("Ann");
    let wish = json!({
        "site": "news.example", "page": STORY, "kind": "page", "email": "ann@reader.example",
    });
    let path = "/api/v1/subscriptions";
    ann.send(axum::http::Method::POST, path, wish).await;
    confirm(&app).await;
    let email = ("email", "ann@reader.example");
    let home = app.stranger();
    for path in ["/auth/mail", "/guest/news.example/mail"] {
        let asked = home.submit(path, &[("site", "news.example"), email]).await;
        assert_eq!(asked.status, 200, "{path}: {}", asked.text());
    }
    let now = app.clock.now();
    let claim = move |tx: &mut Tx<'_>| queue::claim(tx, now, LEASE, 100);
    let claimed = app.store.write(claim).await.unwrap();
    let mails = claimed.iter().filter(|job| job.kind == SendMail::KIND);
    let mails = mails.map(|job| {
        let SendMail(mail) = job.read().unwrap();
        wire(&mail, now)
    });
    mails.collect()
}

const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

fn wire(mail: &Mail, now: rejoinder_core::Time) -> MailContent {
    let formatted = mail.message(now).unwrap().formatted();
    MailContent::read(&String::from_utf8(formatted).unwrap())
}

/// Follow the link of the one subscription there is.
async fn confirm(app: &TestApp) {
    let now = app.clock.now();
    let confirm = move |tx: &mut Tx<'_>| {
        let told = queue::claim(tx, now, LEASE, 100)?;
        let told = told.iter().find_map(|job| job.read().ok()).unwrap();
        let due = store::notices::mails::due(tx, SiteId(1), told)?.unwrap();
        let secret = due.subscription.secret;
        store::notices::subscriptions::confirm(tx, now, SiteId(1), &secret).map(drop)
    };
    app.store.write(confirm).await.unwrap();
}

#[tokio::test]
async fn a_sites_title_adds_to_a_sign_in_mail_and_to_a_guests_link_what_is_not_ours() {
    let harmless = told("Zanzibar").await;
    assert_eq!(harmless.len(), 2);

    for typed in hostile_texts() {
        let told = told(&typed).await;

        assert_eq!(told.len(), harmless.len());
        for (mail, ours) in told.iter().zip(&harmless) {
            assert_eq!(mail.names(), ours.names(), "{mail:#?}");
            assert_eq!(mail.parts, ours.parts);
            assert!(
                mail.header("From").ends_with("<talk@news.example>"),
                "{mail:#?}"
            );
            assert_eq!(mail.header("To"), " <ann@reader.example>");
            assert!(mail.tags.is_subset(&ours.tags), "{mail:#?}");
            for link in &mail.links {
                assert!(link.starts_with("https://comments.example/"), "{mail:#?}");
            }
        }
    }
}

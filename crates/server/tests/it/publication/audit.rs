//! The log of changes, as the owner reads it.

use rejoinder_core::identity::author::Role;

use crate::publication::owner::{colleague, seen};
use crate::support::{TestApp, TestReader};

const SETTINGS: &str = "/admin/news.example/settings";
const CHANGES: &str = "/admin/news.example/audit";

async fn save(owner: &TestReader, key: &str, value: &str) {
    let seen = seen(&owner.get(SETTINGS).await);
    let fields = [("seen", seen.as_str()), (key, value)];
    assert_eq!(owner.submit(SETTINGS, &fields).await.status, 303);
}

#[tokio::test]
async fn what_an_owner_changes_stands_in_the_log_with_before_and_after() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    save(&olga, "title", "<b>The Courier</b>").await;

    let text = olga.get(CHANGES).await.text();

    assert!(
        text.contains("Setting changed") && text.contains("olga"),
        "{text}"
    );
    assert!(
        text.contains("&#60;b&#62;The Courier") && !text.contains("<b>The"),
        "{text}"
    );
}

#[tokio::test]
async fn the_log_shows_one_kind_of_change_and_goes_on_where_it_stopped() {
    let app = TestApp::new().await;
    let olga = colleague(&app, "olga@news.example", Role::Owner, 90).await;
    for n in 1..=52 {
        save(&olga, "title", &format!("Title {n}.")).await;
    }

    let newest = olga
        .get(&format!("{CHANGES}?change=setting.changed"))
        .await
        .text();
    assert!(newest.contains("Title 52.") && !newest.contains("<td dir=\"auto\">Title 1.</td>"));
    let older = newest.split("nr-more\" href=\"").nth(1).unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    let older = olga.get(&older).await.text();
    assert!(older.contains("<td dir=\"auto\">Title 1.</td>") && !older.contains("nr-more"));

    let invited = olga
        .get(&format!("{CHANGES}?change=words.changed"))
        .await
        .text();
    assert!(invited.contains("No such change is known."), "{invited}");
    assert_eq!(olga.get(&format!("{CHANGES}?before=x")).await.status, 400);
}

#[tokio::test]
async fn only_owners_read_the_log() {
    let app = TestApp::new().await;
    let mo = colleague(&app, "mo@news.example", Role::Moderator, 91).await;
    assert_eq!(mo.get(CHANGES).await.status, 404);
}

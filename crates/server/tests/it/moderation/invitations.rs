//! What a page asks its readers while nobody has commented.

use rejoinder_core::identity::author::Role;

use crate::publication::owner::colleague;
use crate::support::{STORY, TestApp};

const DESK: &str = "/moderate/news.example/pages";

fn thread() -> String {
    format!("/embed/thread?site=news.example&page={STORY}")
}

#[tokio::test]
async fn a_page_asks_what_an_editor_wrote_until_somebody_comments() {
    let app = TestApp::new().await;
    let kim = colleague(&app, "kim@paper.example", Role::Moderator, 7).await;
    let unasked = app.get(&thread()).await.text();
    let fields = [("page", STORY), ("invitation", " What did <you>\n see? ")];

    let to = kim.submit(DESK, &fields).await;

    assert_eq!(to.status, 303, "{}", to.text());
    assert!(unasked.contains("What do you think?"), "{unasked}");
    let asked = app.get(&thread()).await.text();
    assert!(asked.contains("What did &#60;you&#62; see?"), "{asked}");
    let page = kim.get(to.header("location")).await.text();
    assert!(page.contains("Set the question of the page"), "{page}");
    app.reader("Ann").post(STORY, "A ferry").await.good();
    let begun = app.get(&thread()).await.text();
    assert!(!begun.contains("What did"), "{begun}");
}

#[tokio::test]
async fn a_question_is_changed_taken_away_and_kept_short() {
    let app = TestApp::new().await;
    let kim = colleague(&app, "kim@paper.example", Role::Moderator, 7).await;
    let to = kim
        .submit(DESK, &[("page", STORY), ("invitation", "Who?")])
        .await;
    let address = to.header("location").split('?').next().unwrap().to_owned();
    let say = |text: String| {
        let (kim, address) = (&kim, &address);
        async move {
            let fields = [("action", "invitation"), ("invitation", text.as_str())];
            kim.submit(address, &fields).await
        }
    };

    let long = say("x".repeat(201)).await;
    let kept = app.get(&thread()).await.text();
    let gone = say(String::new()).await;
    let none = app.get(&thread()).await.text();

    assert_eq!(long.status, 422);
    assert!(
        long.text().contains("200 characters at most"),
        "{}",
        long.text()
    );
    assert!(kept.contains("Who?"), "{kept}");
    assert_eq!(gone.status, 303);
    assert!(none.contains("What do you think?"), "{none}");
}

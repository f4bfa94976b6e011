//! What the owner of a site decides.

use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::settings::SettingType;
use rejoinder_core::{AuthorId, Clock as _, FixedRandom, Settings, SiteId, Token};
use rejoinder_server::{NewStaff, invite};
use serde_json::Value;
use store::discussion::cards::FetchCard;
use store::jobs::{self, NewJob};
use store::{Tx, identity::authors, publication::sites};

use crate::support::{Answer, NEWS, STORY, TestApp, TestReader};

/// One of the newsroom, signed in on the server's own pages.
pub(crate) async fn colleague(app: &TestApp, email: &str, role: Role, seed: u64) -> TestReader {
    let site = app.store.read(|tx| sites::by_host(tx, "news.example"));
    let token = Token::new(&FixedRandom::seeded(seed));
    let invited = NewStaff {
        email,
        role,
        author: AuthorId(i64::try_from(seed).unwrap()),
        token: token.clone(),
    };
    let site = site.await.unwrap().unwrap();
    invite(&app.store, &site, invited, app.clock.now())
        .await
        .unwrap();
    let reader = app.stranger();
    let fields = [
        ("site", "news.example"),
        ("token", &token.reveal()),
        ("name", email.split('@').next().unwrap()),
    ];
    assert_eq!(reader.submit("/auth/sign-in", &fields).await.status, 200);
    reader
}

async fn owner(app: &TestApp) -> TestReader {
    colleague(app, "olga@news.example", Role::Owner, 90).await
}

/// What the page's forms carry to tell whether something changed meanwhile.
pub(crate) fn seen(page: &Answer) -> String {
    let text = page.text();
    let after = text.split("name=\"seen\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

const SETTINGS: &str = "/admin/news.example/settings";
const PEOPLE: &str = "/admin/news.example/people";

#[tokio::test]
async fn a_setting_that_is_saved_holds_at_once() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    app.reader("Ann").post(STORY, "Hello").await;
    let page = olga.get(SETTINGS).await;
    assert!(page.text().contains("How many minutes authors may edit."));
    let fields = [
        ("seen", seen(&page)),
        ("mode", "closed".to_owned()),
        ("title", "\"The Courier\"".to_owned()),
        ("collapse_below", "-9".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();

    let saved = olga.submit(SETTINGS, &fields).await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    assert!(
        olga.get(saved.header("location"))
            .await
            .text()
            .contains("Saved.")
    );
    let site = app.store.read(|tx| sites::by_id(tx, SiteId(1))).await;
    let settings = site.unwrap().unwrap().settings;
    assert_eq!(
        (settings.title.as_str(), settings.collapse_below),
        ("\"The Courier\"", -9)
    );
    let refused = app.reader("Bob").post(STORY, "Too late").await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn a_value_that_is_not_taken_is_named_and_nothing_is_saved() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let seen = seen(&olga.get(SETTINGS).await);
    let fields = [
        ("seen", seen.as_str()),
        ("title", "The Courier"),
        ("max_links", "21"),
        ("voting", "<b>sideways</b>"),
    ];

    let refused = olga.submit(SETTINGS, &fields).await;

    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("This must be 0 to 20."), "{text}");
    assert!(
        text.contains("This must be up_and_down, up or off."),
        "{text}"
    );
    assert!(
        text.contains("value=\"21\"") && !text.contains("<b>sideways"),
        "{text}"
    );
    let site = app.store.read(|tx| sites::by_id(tx, SiteId(1))).await;
    assert_eq!(site.unwrap().unwrap().settings.title, "");
}

#[tokio::test]
async fn the_form_takes_of_every_setting_what_the_setting_takes_and_names_the_rest() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let kept = async || {
        let site = app.store.read(|tx| sites::by_id(tx, SiteId(1))).await;
        site.unwrap().unwrap().settings
    };
    let mut form = seen(&olga.get(SETTINGS).await);
    for about in Settings::ABOUT {
        let mut texts = testing::odd_texts();
        if let SettingType::Choice(words) = about.takes {
            texts.extend(words.iter().map(|word| (*word).to_owned()));
        }
        // Emptied again at last.
        texts.push(String::new());
        for text in texts {
            let before = kept().await;
            let answer = olga
                .submit(SETTINGS, &[("seen", &form), (about.key, &text)])
                .await;

            match before.with(about.key, &text) {
                Ok(expected) => {
                    assert_eq!(answer.status, 303, "{} = {text:?}", about.key);
                    assert_eq!(kept().await, expected, "{} = {text:?}", about.key);
                    form = seen(&olga.get(SETTINGS).await);
                }
                Err(_) => {
                    assert_eq!(answer.status, 422, "{} = {text:?}", about.key);
                    let said = format!("This must be {}", about.takes);
                    let page = answer.text();
                    assert!(
                        page.contains(&said.replace('\'', "&#39;")),
                        "{said} in {page}"
                    );
                    assert_eq!(kept().await, before, "{} = {text:?}", about.key);
                }
            }
        }
    }
}

#[tokio::test]
async fn two_owners_do_not_undo_each_other_unseen() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let seen = seen(&olga.get(SETTINGS).await);
    let save = |title: &'static str| {
        let fields = [("seen", seen.clone()), ("title", title.to_owned())];
        let olga = &olga;
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
            olga.submit(SETTINGS, &fields).await
        }
    };

    assert_eq!(save("First").await.status, 303);
    let second = save("Second").await;

    assert_eq!(second.status, 409);
    assert!(
        second
            .text()
            .contains("Somebody else has changed something")
    );
    assert!(second.text().contains("value=\"First\""));
}

#[tokio::test]
async fn origins_are_checked_and_hold_at_once() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let save = |origins: &'static str| {
        let olga = &olga;
        async move {
            let seen = seen(&olga.get(SETTINGS).await);
            let fields = [("seen", seen.as_str()), ("origins", origins)];
            olga.submit("/admin/news.example/origins", &fields).await
        }
    };
    let mut elsewhere = app.reader("Ann");
    elsewhere.origin = "https://paper.example".to_owned();
    assert_eq!(elsewhere.post(STORY, "Hello").await.status, 403);

    assert_eq!(save("").await.status, 422);
    assert_eq!(save("https://news.example/path").await.status, 422);
    let saved = save("https://news.example\r\nhttps://paper.example").await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(elsewhere.post(STORY, "Hello").await.status, 201);
    assert_eq!(elsewhere.origin, NEWS.replace("news", "paper"));
}

#[tokio::test]
async fn words_are_kept_and_judge_the_next_comment() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let path = "/admin/news.example/words";
    let fields = [("suspect", "Casino\r\n\r\ncasino"), ("banned", "")];

    let saved = olga.submit(path, &fields).await;

    assert_eq!(saved.status, 303);
    assert!(
        olga.get(path)
            .await
            .text()
            .contains("\nCasino\ncasino</textarea>")
    );
    let held = app.reader("Ann").post(STORY, "Visit my C4sino").await;
    assert_eq!(held.status, 202);
    let many = "word\n".repeat(3) + &(0..5_001).map(|n| format!("w{n}\n")).collect::<String>();
    let refused = olga
        .submit(path, &[("suspect", &many), ("banned", "")])
        .await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("w5000"), "what was typed is lost");
}

#[tokio::test]
async fn an_entry_that_could_never_be_found_is_named_and_nothing_is_lost() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let path = "/admin/news.example/words";
    let fields = [("suspect", "casino\nid*ot"), ("banned", "c++\n🍆")];

    let refused = olga.submit(path, &fields).await;

    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(page.contains("“id*ot” cannot stand in a list"), "{page}");
    assert!(page.contains("casino\nid*ot</textarea>"), "{page}");
    assert!(page.contains("c++\n🍆</textarea>"), "{page}");
    assert!(!olga.get(path).await.text().contains("casino"));
    let fields = [("suspect", "casino"), ("banned", "c++\n🍆")];
    assert_eq!(olga.submit(path, &fields).await.status, 303);
}

#[tokio::test]
async fn somebody_is_let_in_by_a_link_that_is_shown_once() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let fields = [("email", "kim@news.example"), ("role", "moderator")];

    let invited = olga.submit(PEOPLE, &fields).await;

    let text = invited.text();
    let link = text
        .split("<code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap();
    let link = link.replace("&amp;", "&").replace("&#38;", "&");
    let people = olga.get(PEOPLE).await.text();
    assert!(!people.contains("token="));
    assert!(people.contains("has not come yet"), "{people}");
    let kim = app.stranger();
    let token = link.split("token=").nth(1).unwrap();
    let fields = [("site", "news.example"), ("token", token), ("name", "Kim")];
    assert_eq!(kim.submit("/auth/sign-in", &fields).await.status, 200);
    assert_eq!(kim.get("/moderate/news.example").await.status, 200);
    assert_eq!(kim.get(PEOPLE).await.status, 404);
}

#[tokio::test]
async fn who_has_not_come_yet_is_invited_to_something_else_or_no_more() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let invite = async |name: &str| {
        let email = format!("{name}@news.example");
        let fields = [("email", email.as_str()), ("role", "owner")];
        let text = olga.submit(PEOPLE, &fields).await.text();
        let (_, path) = text.split_once(&format!("Role of {name}")).map_or_else(
            || panic!("{text}"),
            |(before, _)| before.rsplit_once("/people/").unwrap(),
        );
        let id = path.split('"').next().unwrap().to_owned();
        let token = text.split("token=").nth(1).unwrap();
        (id, token.split('<').next().unwrap().to_owned())
    };
    let (kim, bea) = (invite("kim").await, invite("bea").await);

    for (id, role) in [(&kim.0, "editor"), (&bea.0, "reader")] {
        let path = format!("{PEOPLE}/{id}");
        let changed = olga.submit(&path, &[("role", role)]).await;
        assert_eq!(changed.status, 303);
    }

    let use_link = async |token: &str, name: &str| {
        let reader = app.stranger();
        let fields = [("site", "news.example"), ("token", token), ("name", name)];
        let status = reader.submit("/auth/sign-in", &fields).await.status;
        (
            status.as_u16(),
            reader.me("story").await["reader"]["role"].clone(),
        )
    };
    assert_eq!(use_link(&kim.1, "Kim").await, (200, Value::from("editor")));
    assert_eq!(use_link(&bea.1, "Bea").await.0, 410);
    assert!(!olga.get(PEOPLE).await.text().contains("bea@news.example"));
}

#[tokio::test]
async fn a_role_that_is_taken_ends_at_once_and_the_last_owner_stays() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let kim = colleague(&app, "kim@news.example", Role::Moderator, 91).await;
    let newsroom = app.store.read(|tx| authors::newsroom(tx, SiteId(1)));
    let newsroom = newsroom.await.unwrap();
    let path = |name: &str| {
        let one = newsroom.iter().find(|one| one.author.name == name);
        format!("{PEOPLE}/{}", one.unwrap().author.id)
    };
    assert_eq!(kim.get("/moderate/news.example").await.status, 200);

    let kept = olga.submit(&path("olga"), &[("role", "reader")]).await;
    let invited = [("email", "olga@news.example"), ("role", "staff")];
    let not_by_invitation = olga.submit(PEOPLE, &invited).await;
    let taken = olga.submit(&path("kim"), &[("role", "reader")]).await;

    assert_eq!(kept.status, 409);
    assert!(
        kept.text().contains("A site needs an owner"),
        "{}",
        kept.text()
    );
    assert_eq!(not_by_invitation.status, 422);
    assert_eq!(taken.status, 303);
    assert_eq!(kim.get("/moderate/news.example").await.status, 404);
    assert!(!olga.get(PEOPLE).await.text().contains("kim@news.example"));
}

#[tokio::test]
async fn a_parked_job_is_tried_again_or_given_up() {
    let app = TestApp::new().await;
    let olga = owner(&app).await;
    let now = app.clock.now();
    let fetches = ["https://paper.example/a", "https://paper.example/b"].map(|url| {
        let (url, asked_at) = (url.to_owned(), now);
        NewJob::new(SiteId(1), &FetchCard { url, asked_at }, now).unwrap()
    });
    let [retry_id, drop_id] = fetches.each_ref().map(NewJob::id);
    let park = move |tx: &mut Tx<'_>| {
        for job in &fetches {
            jobs::add(tx, now, job)?;
        }
        for job in jobs::claim(tx, now, Duration::from_secs(60), 10)? {
            jobs::park(tx, now, &job, "<b>no</b> answer")?;
        }
        Ok(())
    };
    app.store.write(park).await.unwrap();
    let jobs = "/admin/news.example/jobs";

    let page = olga.get(jobs).await.text();
    assert!(page.contains("Fetch a link card"), "{page}");
    assert!(page.contains("&#60;b&#62;no"), "{page}");
    let retried = olga
        .submit(&format!("{jobs}/{retry_id}"), &[("action", "retry")])
        .await;
    let dropped = olga
        .submit(&format!("{jobs}/{drop_id}"), &[("action", "drop")])
        .await;
    let again = olga
        .submit(&format!("{jobs}/{drop_id}"), &[("action", "drop")])
        .await;
    let odd = olga
        .submit(&format!("{jobs}/{drop_id}"), &[("action", "burn")])
        .await;

    let answers = [retried, dropped, again, odd].map(|answer| answer.status.as_u16());
    assert_eq!(answers, [303, 303, 404, 400]);
    assert!(olga.get(jobs).await.text().contains("Nothing has failed."));
    let now = rejoinder_core::Time::from_micros(0);
    let due = app
        .store
        .read(move |tx| jobs::next_due(tx, now))
        .await
        .unwrap();
    assert!(due.is_some());
}

#[tokio::test]
async fn mails_are_shown_only_where_they_are_written_into_a_folder() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().to_owned();
    let (plain, demo) = (
        TestApp::new().await,
        TestApp::with(|config| config.mail_folder = Some(path)).await,
    );
    let text = "To: ann@reader.example\r\nSubject: <i>Hi</i>\r\n\r\nOpen\r\nhttps://news.example/?a=1&b=2 now\r\n";
    std::fs::write(folder.path().join("one.eml"), text).unwrap();
    let mails = "/admin/news.example/mails";

    assert_eq!(owner(&plain).await.get(mails).await.status, 404);
    let olga = owner(&demo).await;
    let list = olga.get(mails).await.text();
    let mail = olga.get(&format!("{mails}/one.eml")).await.text();

    assert!(list.contains("&#60;i&#62;Hi&#60;/i&#62;</a>"), "{list}");
    let link = "<a href=\"https://news.example/?a=1&#38;b=2\">";
    assert!(mail.contains(link), "{mail}");
    let outside = olga.get(&format!("{mails}/..%2Ftest.db")).await;
    assert_eq!(outside.status, 404);
}

#[tokio::test]
async fn an_owner_chooses_among_the_languages_that_there_are() {
    let app = TestApp::new().await;
    let kim = owner(&app).await;

    let page = kim.get("/admin/news.example/settings").await.text();

    for (tag, name) in [("en", "English"), ("de", "Deutsch")] {
        assert!(page.contains(&format!("<option value=\"{tag}\"")), "{page}");
        assert!(page.contains(name), "{page}");
    }
}

//! Asking programs outside that are real, on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use egress::{Client, ClientPolicy};
use rejoinder_core::integrations::webhook::WebhookSecret;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::{Comment, CommentId, CommentState, Settings};
use rejoinder_jobs::{SpamCheckHandler, Worker};
use store::{discussion::comments, publication::sites};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::integrations::webhooks::{Receiver, read};
use crate::{SITE, World};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

macro_rules! says {
    ($body:literal) => {
        concat!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", $body)
    };
    ($header:literal, $body:literal) => {
        concat!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n",
            $header,
            "\r\n\r\n",
            $body
        )
    };
}

pub(crate) use says;

const PUBLISH: &str = says!(r#"{"verdict":"publish"}"#);
const SPAM: &str = says!(r#"{"verdict":"spam","reason":"Sells  watches"}"#);
pub(crate) const BROKEN: &str =
    "HTTP/1.1 500 Broken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A world whose site asks the program at `url`.
pub(crate) async fn asking(mode: &str, url: &str, key: &str) -> World {
    let world = World::new().await;
    let settings = [
        ("external_url", url),
        ("external_key", key),
        ("external", mode),
    ];
    let settings = settings
        .into_iter()
        .try_fold(Settings::default(), |all, (key, value)| {
            all.with(key, value)
        })
        .unwrap();
    world
        .store
        .write(move |tx| sites::save_settings(tx, SITE, &settings))
        .await
        .unwrap();
    world
}

async fn asking_program(mode: &str, receiver: &Receiver) -> World {
    asking(mode, &format!("http://{}/check", receiver.address), SECRET).await
}

impl World {
    fn asker(&self, open: SocketAddr) -> Worker {
        let client = Client::new(ClientPolicy {
            also_public: vec![open],
            ..ClientPolicy::default()
        });
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let handler = SpamCheckHandler::new(store, client.unwrap(), clock)
            .with_timeout(Duration::from_secs(1))
            .with_akismet(format!("http://{open}"));
        self.worker(Arc::new(handler))
    }

    async fn ask(&self, receiver: &Receiver) {
        self.asker(receiver.address).run_due().await.unwrap();
    }

    /// Ask whenever it is due, for so many hours.
    async fn ask_for(&self, hours: u64, receiver: &Receiver) {
        for _ in 0..hours {
            self.ask(receiver).await;
            self.clock.advance(Duration::from_secs(3_600));
        }
    }

    pub(crate) async fn comment(&self, id: CommentId) -> Comment {
        let found = self.store.read(move |tx| comments::by_id(tx, SITE, id));
        found.await.unwrap().unwrap()
    }

    async fn stands(&self, id: CommentId) -> (CommentState, Option<String>) {
        let comment = self.comment(id).await;
        (comment.state, comment.reason.map(String::from))
    }

    async fn notes(&self, id: CommentId) -> Vec<String> {
        let found = self
            .store
            .read(move |tx| store::moderation::pipeline::findings(tx, SITE, &[id]));
        let found = found.await.unwrap().remove(&id).unwrap_or_default();
        found.into_iter().filter_map(|it| it.note).collect()
    }
}

fn held() -> (CommentState, Option<String>) {
    (CommentState::Held, Some("external".to_owned()))
}

#[tokio::test]
async fn a_comment_waits_until_the_program_has_nothing_against_it() {
    let receiver = Receiver::new(&[PUBLISH]).await;
    let world = asking_program("before", &receiver).await;
    let id = world.post(7, "Good **morning**").await;
    assert_eq!(world.stands(id).await, held());

    world.ask_for(24, &receiver).await;

    assert_eq!(world.stands(id).await, (CommentState::Published, None));
    let [asked] = <[_; 1]>::try_from(receiver.received()).unwrap();
    assert!(asked.head.starts_with("POST /check HTTP/1.1"));
    assert!(asked.is_signed_by(&SECRET.parse::<WebhookSecret>().unwrap()));
    assert_eq!(asked.header("webhook-id"), format!("check-{id}-1"));
    let json = asked.json();
    assert_eq!(json["type"], "comment.check");
    assert_eq!(json["data"]["page"]["title"], "A story");
    let comment = &json["data"]["comment"];
    assert_eq!(comment["text"], "Good **morning**");
    assert_eq!(comment["html"], "<p>Good <strong>morning</strong></p>");
    assert_eq!(comment["author"]["name"], "Ann");
    for personal in ["secret.example", "192.0.2.7", "ann@"] {
        assert!(!asked.body.contains(personal) && !asked.head.contains(personal));
    }
}

#[tokio::test]
async fn each_verdict_puts_a_comment_in_its_place() {
    let cases = [
        (says!(r#"{"verdict":"hold"}"#), CommentState::Held),
        (SPAM, CommentState::Spam),
        (says!(r#"{"verdict":"reject"}"#), CommentState::Rejected),
    ];
    for mode in ["before", "after"] {
        for (answer, state) in cases {
            let receiver = Receiver::new(Box::leak(Box::new([answer]))).await;
            let world = asking_program(mode, &receiver).await;
            let id = world.post(7, "Hello").await;

            world.ask(&receiver).await;

            let outside = Some("outside".to_owned());
            assert_eq!(world.stands(id).await, (state, outside), "{mode}");
            if state == CommentState::Spam {
                assert_eq!(world.notes(id).await, ["Sells watches"]);
            }
        }
    }
}

#[tokio::test]
async fn a_program_that_fails_decides_nothing_and_is_asked_again() {
    const ANSWERS: &[&str] = &[
        BROKEN,
        "stall",
        says!("no JSON"),
        says!(r#"{"verdict":"perhaps"}"#),
        "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n",
        "HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1/\r\ncontent-length: 0\r\n\r\n",
        PUBLISH,
    ];
    let receiver = Receiver::new(ANSWERS).await;
    let world = asking_program("before", &receiver).await;
    let id = world.post(7, "Hello").await;

    world.ask(&receiver).await;
    world.ask(&receiver).await;
    assert_eq!(receiver.received().len(), 1, "not before it is time");
    while receiver.received().len() < ANSWERS.len() {
        assert_eq!(world.stands(id).await, held());
        world.ask_for(1, &receiver).await;
    }

    assert_eq!(world.stands(id).await, (CommentState::Published, None));
    let ids: Vec<String> = receiver
        .received()
        .iter()
        .map(|asked| asked.header("webhook-id").to_owned())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn a_program_that_never_answers_leaves_comments_where_they_are() {
    let receiver = Receiver::new(&[BROKEN]).await;
    for (mode, stands) in [
        ("before", held()),
        ("after", (CommentState::Published, None)),
    ] {
        let world = asking_program(mode, &receiver).await;
        let id = world.post(7, "Hello").await;

        world.ask_for(36, &receiver).await;

        assert_eq!(world.stands(id).await, stands);
        assert_eq!(world.parked().await, ["it answered 500"]);
    }
}

#[tokio::test]
async fn an_answer_that_comes_twice_counts_once() {
    const TWICE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"verdict\":\"publish\"}\
                         HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\n{\"verdict\":\"spam\"}";
    let receiver = Receiver::new(&[TWICE, SPAM]).await;
    let world = asking_program("before", &receiver).await;
    let id = world.post(7, "Hello").await;

    world.ask_for(24, &receiver).await;

    assert_eq!(world.stands(id).await, (CommentState::Published, None));
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn what_was_removed_or_is_no_longer_to_be_asked_is_not_told() {
    let receiver = Receiver::new(&[PUBLISH]).await;
    let world = asking_program("before", &receiver).await;
    let gone = world.post(7, "Canary of the removed").await;
    world.remove(gone).await;
    world.post(8, "Canary of the site that asks no more").await;
    let off = |tx: &mut store::Tx<'_>| sites::save_settings(tx, SITE, &Settings::default());
    world.store.write(off).await.unwrap();

    world.ask(&receiver).await;

    assert!(receiver.received().is_empty());
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn an_answer_after_a_moderators_decision_changes_nothing() {
    for answer in [PUBLISH, SPAM] {
        let (listener, world) = listening().await;
        let id = world.post(7, "Hello").await;
        let asking = world.asker(listener.local_addr().unwrap());
        let (asked, go) = answer_late(listener, answer);

        let decided = async {
            asked.await.unwrap();
            world.decide(id, ModerationAction::Reject).await;
            go.send(()).unwrap();
        };
        let (ran, ()) = tokio::join!(asking.run_due(), decided);

        assert_eq!(ran.unwrap(), 1);
        assert_eq!(world.comment(id).await.state, CommentState::Rejected);
        let reason = world.comment(id).await.reason;
        assert_ne!(reason.as_deref(), Some("outside"));
    }
}

#[tokio::test]
async fn an_answer_about_a_text_that_was_deleted_meanwhile_brings_nothing_back() {
    let (listener, world) = listening().await;
    let id = world.post(7, "Hello").await;
    let asking = world.asker(listener.local_addr().unwrap());
    let (asked, go) = answer_late(listener, PUBLISH);

    let deleted = async {
        asked.await.unwrap();
        world.remove(id).await;
        go.send(()).unwrap();
    };
    let (ran, ()) = tokio::join!(asking.run_due(), deleted);

    assert_eq!(ran.unwrap(), 1);
    assert_eq!(world.comment(id).await.state, CommentState::Removed);
    assert!(world.comment(id).await.text.is_empty());
}

/// A place to ask at, and a world that asks there before it publishes.
async fn listening() -> (TcpListener, World) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let world = asking("before", &url, SECRET).await;
    (listener, world)
}

/// Answer one question, but only when told to: what is asked, and the word to go on.
fn answer_late(
    listener: TcpListener,
    answer: &'static str,
) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
    let ((tell, asked), (go, told)) = (oneshot::channel(), oneshot::channel());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read(&mut stream).await;
        tell.send(()).unwrap();
        told.await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
    });
    (asked, go)
}

#[tokio::test]
async fn akismet_says_true_of_spam_and_false_of_the_rest() {
    const ANSWERS: &[&str] = &[
        says!("false"),
        says!("x-akismet-pro-tip: discard", "true"),
        says!("x-akismet-debug-help: no key", "invalid"),
        says!("true"),
    ];
    let receiver = Receiver::new(ANSWERS).await;
    let world = asking("before", "akismet", "key123").await;

    let good = world.post(7, "Hello & welcome").await;
    world.ask(&receiver).await;
    let blatant = world.post(8, "Buy").await;
    world.ask(&receiver).await;
    let spam = world.post(9, "Cheap watches").await;
    world.ask(&receiver).await;
    assert_eq!(world.stands(spam).await, held(), "it did not know the key");
    world.ask_for(2, &receiver).await;

    assert_eq!(world.stands(good).await, (CommentState::Published, None));
    assert_eq!(world.comment(blatant).await.state, CommentState::Spam);
    assert_eq!(world.notes(blatant).await, ["Akismet is sure"]);
    assert_eq!(world.comment(spam).await.state, CommentState::Spam);
    let asked = receiver.received().remove(0);
    assert!(asked.head.starts_with("POST /1.1/comment-check HTTP/1.1"));
    for field in [
        "api_key=key123",
        "blog=https%3A%2F%2Fnews.example%2F",
        "permalink=https%3A%2F%2Fnews.example%2Fstory",
        "comment_author=Ann",
        "comment_content=Hello+%26+welcome",
        "comment_type=comment",
        "user_ip=127.0.0.1",
    ] {
        assert!(asked.body.split('&').any(|it| it == field), "{field}");
    }
    assert!(!asked.body.contains("192.0.2.7") && !asked.body.contains("secret.example"));
}

#[tokio::test]
async fn a_site_that_names_nobody_asks_nobody_and_loses_nothing() {
    let receiver = Receiver::new(&[PUBLISH]).await;
    let url = format!("http://{}/", receiver.address);
    for (url, key) in [
        ("", SECRET),
        (&*url, ""),
        (&*url, "unsigned"),
        ("akismet", ""),
    ] {
        let world = asking("before", url, key).await;
        let id = world.post(7, "Hello").await;

        world.ask(&receiver).await;

        assert_eq!(world.stands(id).await, held(), "{url} {key}");
        assert!(receiver.received().is_empty());
    }
}

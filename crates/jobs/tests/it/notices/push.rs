//! Pushes to real receivers on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::{aead, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use egress::{Client, ClientPolicy, PushKey};
use rejoinder_core::identity::author::Role;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{AuthorId, Clock, FixedRandom, PageId, PageKey, TokenHash};
use rejoinder_jobs::{FanOutHandler, Handler, Job, JobOutcome, PushHandler, Worker};
use serde_json::Value;
use store::identity::sessions::NewSession;
use store::identity::sign_ins::{self, Invitation};
use store::notices::devices::{self, NewDevice};
use store::notices::outbox::PendingNotice;
use store::notices::subscriptions::{self, NewSubscription};
use store::{Tx, discussion::pages};

use crate::integrations::webhooks::{Received, Receiver};
use crate::{SITE, World};

const P256DH: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const PRIVATE: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

const TAKEN: &str = "HTTP/1.1 201 Created\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Broken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BUSY: &str =
    "HTTP/1.1 429 Busy\r\nretry-after: 7200\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const GONE: &str = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 403 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn keyed(key: &[u8], data: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, data).as_ref().to_vec()
}

/// What the browser reads, as RFC 8291 has it.
fn opened(received: &Received) -> Value {
    let (salt, rest) = received.bytes.split_at(16);
    let (public, text) = rest[5..].split_at(65);
    let own = PrivateKey::from_private_key(&ECDH_P256, &bytes(PRIVATE)).unwrap();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, public);
    let shared = agree(&own, theirs, (), |secret| Ok(keyed(&bytes(AUTH), secret))).unwrap();
    let purpose = [b"WebPush: info\0", bytes(P256DH).as_slice(), public, &[1]].concat();
    let drawn = keyed(salt, &keyed(&shared, &purpose));
    let key = keyed(&drawn, b"Content-Encoding: aes128gcm\0\x01");
    let nonce = keyed(&drawn, b"Content-Encoding: nonce\0\x01");
    let key = aead::UnboundKey::new(&aead::AES_128_GCM, &key[..16]).unwrap();
    let nonce = aead::Nonce::try_assume_unique_for_key(&nonce[..12]).unwrap();
    let mut text = text.to_vec();
    let text = aead::LessSafeKey::new(key)
        .open_in_place(nonce, aead::Aad::empty(), &mut text)
        .unwrap();
    let message = text.strip_suffix(&[2]).unwrap();
    serde_json::from_slice(message).unwrap()
}

impl World {
    /// Bob, who has an account, is told of the story's comments in a browser at `receiver`.
    async fn bob_follows(&self, receiver: &Receiver, pace: MailPace) {
        let (now, session) = (self.clock.now(), TokenHash([8; 32]));
        let endpoint = format!("http://{}/bob", receiver.address);
        let follow = move |tx: &mut Tx<'_>| {
            let key = PageKey::parse("https://news.example/story")?;
            let page = pages::find_or_add(tx, now, SITE, PageId(1), &key, Some("A story"))?;
            let invitation = Invitation {
                site: SITE,
                author: AuthorId(300),
                email: "bob@reader.example".to_owned(),
                role: Role::Reader,
                token: TokenHash([7; 32]),
                lifetime: Duration::from_secs(60),
            };
            sign_ins::invite(tx, now, &invitation)?;
            let new = NewSession {
                token: session,
                replaces: None,
                label: None,
            };
            let bob = sign_ins::accept(tx, now, SITE, &invitation.token, &new, "Bob")?;
            let wish = NewSubscription {
                id: 7,
                secret: "secret-7".to_owned(),
                kind: SubscriptionKind::Page,
                branch: None,
                pace,
                email: None,
            };
            subscriptions::ask(tx, now, &page, &bob, &wish)?;
            let device = NewDevice {
                id: 9,
                endpoint: endpoint.clone(),
                p256dh: bytes(P256DH),
                auth: bytes(AUTH),
                label: None,
            };
            devices::add(tx, now, SITE, bob.id, &session, &device)?;
            devices::key_or_insert(tx, now, &PushKey::draw(&FixedRandom::seeded(4))).map(drop)
        };
        self.store.write(follow).await.unwrap();
    }

    /// Do what is due, with the sockets of `open` opened by the operator.
    async fn push(&self, open: &[SocketAddr]) {
        let client = Client::new(ClientPolicy {
            also_public: open.to_vec(),
            ..ClientPolicy::default()
        });
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let random = Arc::new(FixedRandom::seeded(1));
        let pushes = PushHandler::new(
            store.clone(),
            client.unwrap(),
            clock.clone(),
            random.clone(),
            "mailto:talk@news.example",
            "https://talk.example",
        )
        .with_timeout(Duration::from_secs(1));
        let fan_out = FanOutHandler::new(store.clone(), clock.clone());
        let mails = Quiet;
        let handlers = vec![
            Arc::new(pushes) as _,
            Arc::new(fan_out) as _,
            Arc::new(mails) as _,
        ];
        Worker::new(store, clock, random, handlers)
            .run_due()
            .await
            .unwrap();
    }

    async fn n_devices(&self) -> usize {
        let now = self.clock.now();
        let list = self
            .store
            .read(move |tx| devices::list(tx, now, SITE, AuthorId(300)));
        list.await.unwrap().len()
    }
}

/// Sends no mails.
struct Quiet;

impl Handler for Quiet {
    type Payload = PendingNotice;

    async fn run(&self, _: &Job, _: PendingNotice) -> store::Result<JobOutcome> {
        Ok(JobOutcome::Done)
    }
}

#[tokio::test]
async fn a_browser_is_told_once_and_nobody_else_can_read_it() {
    let (world, receiver) = (World::new().await, Receiver::new(&[TAKEN]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    let id = world.post(50, "Good **morning**, \"Bob\"").await;

    for _ in 0..3 {
        world.push(&[receiver.address]).await;
        world.clock.advance(Duration::from_secs(3_600));
    }

    let [told] = <[_; 1]>::try_from(receiver.received()).unwrap();
    assert!(told.head.starts_with("POST /bob HTTP/1.1"));
    assert_eq!(told.header("content-encoding"), "aes128gcm");
    assert_eq!(told.header("ttl"), "86400");
    assert_eq!(told.header("urgency"), "normal");
    assert!(told.header("authorization").starts_with("vapid t="));
    for readable in ["morning", "Ann", "news.example", "bob@"] {
        assert!(!told.body.contains(readable) && !told.head.contains(readable));
    }
    let message = opened(&told);
    assert_eq!(message["title"], "Ann commented on A story");
    assert_eq!(message["body"], "Good morning, \"Bob\"");
    assert_eq!(
        message["url"],
        format!("https://news.example/story#comment-{id}")
    );
    assert_eq!(message["tag"], told.header("topic"));
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_digest_is_one_push_that_may_wait() {
    let (world, receiver) = (World::new().await, Receiver::new(&[TAKEN]).await);
    world.bob_follows(&receiver, MailPace::Hourly).await;
    for id in 50..54 {
        world.post(id, &format!("Comment {id}")).await;
    }
    world.remove(rejoinder_core::CommentId(53)).await;

    world.push(&[receiver.address]).await;
    assert!(receiver.received().is_empty());
    world.clock.advance(Duration::from_secs(3_600));
    world.push(&[receiver.address]).await;

    let [told] = <[_; 1]>::try_from(receiver.received()).unwrap();
    let message = opened(&told);
    assert_eq!(told.header("urgency"), "low");
    assert_eq!(message["title"], "3 new comments on A story");
    assert_eq!(
        message["body"],
        "Ann: Comment 50\nAnn: Comment 51\nAnn: Comment 52"
    );
    assert_eq!(message["url"], "https://news.example/story");
}

#[tokio::test]
async fn what_was_removed_meanwhile_is_not_told() {
    let (world, receiver) = (World::new().await, Receiver::new(&[BROKEN, TAKEN]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    let canary = world.post(50, "Canary").await;
    world.push(&[receiver.address]).await;
    assert_eq!(receiver.received().len(), 1);
    world.remove(canary).await;

    world.clock.advance(Duration::from_secs(3_600));
    world.push(&[receiver.address]).await;

    assert_eq!(receiver.received().len(), 1);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_when_it_said_under_the_same_topic() {
    let (world, receiver) = (
        World::new().await,
        Receiver::new(&[BROKEN, BUSY, "stall", TAKEN]).await,
    );
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    world.post(50, "Hello").await;

    world.push(&[receiver.address]).await;
    world.push(&[receiver.address]).await;
    assert_eq!(receiver.received().len(), 1, "not before it is time");
    world.clock.advance(Duration::from_secs(60));
    world.push(&[receiver.address]).await;
    assert_eq!(receiver.received().len(), 2);
    world.clock.advance(Duration::from_secs(7_199));
    world.push(&[receiver.address]).await;
    assert_eq!(receiver.received().len(), 2, "it asked for two hours");
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(3_600));
        world.push(&[receiver.address]).await;
    }

    let received = receiver.received();
    assert_eq!(received.len(), 4);
    let topic = received[0].header("topic");
    assert!(received.iter().all(|told| told.header("topic") == topic));
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_push_service_that_keeps_failing_is_left_within_a_day_and_nobody_is_bothered() {
    let (world, receiver) = (World::new().await, Receiver::new(&[BROKEN]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    world.post(50, "Hello").await;

    for _ in 0..(24 * 4) {
        world.push(&[receiver.address]).await;
        world.clock.advance(Duration::from_secs(15 * 60));
    }

    assert_eq!(receiver.received().len(), 10);
    assert!(world.parked().await.is_empty());
    assert_eq!(world.n_devices().await, 1);
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten() {
    let (world, receiver) = (World::new().await, Receiver::new(&[GONE, TAKEN]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    world.post(50, "Hello").await;
    world.post(51, "Hello again").await;

    world.push(&[receiver.address]).await;
    world.post(52, "And again").await;
    world.push(&[receiver.address]).await;

    assert!(receiver.received().len() <= 2);
    assert_eq!(world.n_devices().await, 0);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_forbidden_place_is_not_asked_and_forgotten() {
    let (world, receiver) = (World::new().await, Receiver::new(&[TAKEN]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    world.post(50, "Hello").await;

    world.push(&[]).await;

    assert!(receiver.received().is_empty());
    assert_eq!(world.n_devices().await, 0);
}

#[tokio::test]
async fn a_refusal_is_for_a_person_to_look_at() {
    let (world, receiver) = (World::new().await, Receiver::new(&[REFUSED]).await);
    world.bob_follows(&receiver, MailPace::AtOnce).await;
    world.post(50, "Hello").await;

    world.push(&[receiver.address]).await;

    assert_eq!(world.parked().await, ["the push service answered 403"]);
    assert_eq!(world.n_devices().await, 1);
}

//! Deliveries to real receivers on this machine.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egress::{Client, ClientPolicy};
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{Clock as _, ErratumId, FixedRandom, PageId, RecordingId, Time};
use rejoinder_jobs::WebhookHandler;
use serde_json::json;
use store::integrations::webhooks::{self, Delivery, DeliveryState, NewWebhook};
use store::passages::deciding::{self, CorrectionAcceptance};
use store::passages::errata::ErratumTiming;
use store::publication::sites;
use store::recordings::attaching::{self, NewRecording, RecordingSource};
use store::recordings::listing;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::{SITE, STORY, World};

/// What a receiver was sent.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: String,
    /// The body as it came, which need not be text.
    pub(crate) bytes: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        let line = |line: &&str| line.to_lowercase().starts_with(&format!("{name}:"));
        let line = self.head.lines().find(line).unwrap();
        line.split_once(':').unwrap().1.trim()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn is_signed_by(&self, secret: &WebhookSecret) -> bool {
        let seconds: i64 = self.header("webhook-timestamp").parse().unwrap();
        let at = Time::from_micros(seconds * 1_000_000);
        let signature = secret.sign(self.header("webhook-id"), at, self.body.as_bytes());
        self.header("webhook-signature")
            .split(' ')
            .any(|own| own == signature)
    }
}

/// Something that listens, and answers each request with the next of its answers; the last stays.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    more: Arc<Notify>,
}

impl Receiver {
    pub(crate) async fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let more = Arc::new(Notify::new());
        let (keep, tell) = (received.clone(), more.clone());
        tokio::spawn(async move {
            for n in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let received = read(&mut stream).await;
                keep.lock().unwrap().push(received);
                tell.notify_one();
                let answer = answers.get(n).or(answers.last()).unwrap();
                if *answer == "stall" {
                    std::mem::forget(stream);
                    continue;
                }
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self {
            address,
            received,
            more,
        }
    }

    /// Wait until `n` requests have come.
    async fn reached(&self, n: usize) {
        while self.received().len() < n {
            self.more.notified().await;
        }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

pub(crate) async fn read(stream: &mut tokio::net::TcpStream) -> Received {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = vec![0; 4_096];
        let n = stream.read(&mut chunk).await.unwrap();
        bytes.extend_from_slice(&chunk[..n]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let (head, body) = (&bytes[..end], &bytes[end + 4..]);
        let received = Received {
            head: String::from_utf8(head.to_vec()).unwrap(),
            body: String::from_utf8_lossy(body).into_owned(),
            bytes: body.to_vec(),
        };
        let length: usize = received.header("content-length").parse().unwrap();
        if n == 0 || received.bytes.len() >= length {
            return received;
        }
    }
}

const OK: &str = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
const BROKEN: &str = "HTTP/1.1 500 Broken\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

fn random() -> FixedRandom {
    FixedRandom::seeded(5)
}

impl World {
    async fn listen_at(&self, id: i64, url: String) {
        let now = self.clock.now();
        let new = NewWebhook {
            id,
            url,
            kinds: WebhookEvent::ALL.to_vec(),
            secret: WebhookSecret::new(&random()),
        };
        self.store
            .write(move |tx| webhooks::add(tx, now, SITE, &new))
            .await
            .unwrap();
    }

    async fn listen(&self, receiver: &Receiver) {
        self.listen_at(1, format!("http://{}/hook", receiver.address))
            .await;
    }

    /// Do what is due, with the sockets of `open` opened by the operator.
    async fn deliver(&self, open: &[SocketAddr]) {
        self.deliver_within(Duration::from_secs(1), open).await;
    }

    async fn deliver_within(&self, timeout: Duration, open: &[SocketAddr]) {
        let client = Client::new(ClientPolicy {
            also_public: open.to_vec(),
            ..ClientPolicy::default()
        });
        let base = "https://comments.example";
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let handler =
            WebhookHandler::new(store, client.unwrap(), clock, base).with_timeout(timeout);
        self.worker(Arc::new(handler)).run_due().await.unwrap();
    }

    async fn deliveries(&self) -> Vec<Delivery> {
        let read = self
            .store
            .read(|tx| webhooks::deliveries(tx, SITE, 1, None, 100));
        let mut deliveries = read.await.unwrap();
        deliveries.sort_by_key(|delivery| delivery.message.version);
        deliveries
    }
}

#[tokio::test]
async fn an_event_is_told_once_and_signed() {
    let (world, receiver) = (World::new().await, Receiver::new(&[OK]).await);
    world.listen(&receiver).await;
    let id = world.post(7, "Good **morning**").await;

    for _ in 0..3 {
        world.deliver(&[receiver.address]).await;
        world.clock.advance(Duration::from_secs(3_600));
    }

    let [told] = <[_; 1]>::try_from(receiver.received()).unwrap();
    assert!(told.head.starts_with("POST /hook HTTP/1.1"));
    assert!(told.is_signed_by(&WebhookSecret::new(&random())));
    assert!(!told.is_signed_by(&WebhookSecret::new(&FixedRandom::seeded(6))));
    assert_eq!(told.header("content-type"), "application/json");
    let json = told.json();
    assert_eq!(json["type"], "comment.published");
    assert_eq!(
        json["timestamp"],
        world.deliveries().await[0].created_at.to_string()
    );
    assert_eq!(json["data"]["site"], "news.example");
    assert_eq!(json["data"]["page"]["title"], "A story");
    assert_eq!(json["data"]["comment"]["id"], id.to_string());
    assert_eq!(json["data"]["comment"]["author"]["name"], "Ann");
    assert_eq!(
        json["data"]["comment"]["html"],
        "<p>Good <strong>morning</strong></p>"
    );
    for personal in ["secret.example", "192.0.2.7", "ann@"] {
        assert!(!told.body.contains(personal) && !told.head.contains(personal));
    }
}

#[tokio::test]
async fn a_recording_is_told_with_what_everybody_may_hear_of_it() {
    let (world, receiver) = (World::new().await, Receiver::new(&[OK, OK]).await);
    world.post(7, "Hello").await;
    world.deliver(&[]).await;
    world.listen(&receiver).await;
    let now = world.clock.now();
    let attach = move |tx: &mut store::Tx<'_>| {
        let new = NewRecording {
            id: RecordingId(5),
            page: PageId(1),
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Player {
                address: "https://youtu.be/aqz-KE-bpKQ".to_owned(),
                duration_ms: Some(60_000),
            },
            by: None,
        };
        attaching::attach(tx, now, SITE, &new)
    };
    assert!(world.store.write(attach).await.unwrap());
    world.deliver(&[receiver.address]).await;
    let remove = move |tx: &mut store::Tx<'_>| {
        let own = listing::find(tx, SITE, RecordingId(5))?.unwrap();
        attaching::remove(tx, now, &own)
    };
    world.store.write(remove).await.unwrap();
    world.deliver(&[receiver.address]).await;

    let [published, removed] = <[_; 2]>::try_from(receiver.received()).unwrap();
    let (published, removed) = (published.json(), removed.json());
    assert_eq!(published["type"], "recording.published");
    let own = &published["data"]["recording"];
    assert_eq!(own["id"], RecordingId(5).to_string());
    assert_eq!(
        (&own["title"], &own["duration_ms"]),
        (&json!("A talk"), &json!(60_000))
    );
    let url = own["url"].as_str().unwrap();
    assert!(url.starts_with("https://comments.example/embed/recording?site=news.example&page="));
    assert_eq!(own.get("file"), None);
    assert_eq!(removed["type"], "recording.removed");
    let gone = json!({ "id": RecordingId(5).to_string() });
    assert_eq!(removed["data"]["recording"], gone);
}

#[tokio::test]
async fn a_correction_is_told_when_it_comes_and_when_it_is_decided_and_never_what_its_sender_wrote()
{
    for world in World::on_each().await {
        let receiver = Receiver::new(&[OK]).await;
        world.listen(&receiver).await;
        let id = world.correct_on(STORY, "CANARY is wrong").await;
        world.deliver(&[receiver.address]).await;
        world.clock.advance(Duration::from_secs(60));
        let (now, it) = (
            world.clock.now(),
            World::deciding_because(id, "CANARY was right"),
        );
        let how = CorrectionAcceptance {
            erratum: ErratumId(9),
            line: Some("A day was wrong.".to_owned()),
            is_thanked: true,
            when: ErratumTiming::Now,
        };
        let accept = move |tx: &mut store::Tx<'_>| deciding::accept(tx, now, &it, &how);
        world.store.write(accept).await.unwrap();
        for _ in 0..2 {
            world.deliver(&[receiver.address]).await;
        }

        let told = receiver.received();
        let kind = |own: &Received| own.json()["type"].as_str().unwrap().to_owned();
        assert_eq!(kind(&told[0]), "correction.received");
        // Those of one moment come in any order.
        let mut kinds: Vec<String> = told[1..].iter().map(kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["correction.decided", "page.changed"]);
        let last = told.iter().find(|own| kind(own) == "correction.decided");
        let last = last.unwrap();
        let received = told[0].json()["data"]["correction"].clone();
        let home = "https://comments.example/edit/news.example/corrections";
        assert_eq!(
            received,
            json!({
                "id": id.to_string(), "state": "open", "made_at": received["made_at"],
                "decided_at": null, "url": format!("{home}?state=open"), "listed": null,
            })
        );
        let decided = last.json()["data"]["correction"].clone();
        assert_eq!(
            decided,
            json!({
                "id": id.to_string(), "state": "accepted", "made_at": received["made_at"],
                "decided_at": now.to_string(), "url": format!("{home}?state=accepted"),
                "listed": {
                    "line": "A day was wrong.", "thanks": null, "version": null,
                    "published_at": now.to_string(),
                },
            })
        );
        assert!(told.iter().all(|own| !own.body.contains("CANARY")));
        assert!(
            told.iter()
                .all(|own| !own.body.contains("ann@mail.example"))
        );
        assert!(last.is_signed_by(&WebhookSecret::new(&random())));
    }
}

#[tokio::test]
async fn of_a_correction_that_is_decided_before_it_could_be_told_the_decision_alone_is_told() {
    let (world, receiver) = (World::new().await, Receiver::new(&[OK]).await);
    world.listen(&receiver).await;
    let id = world.correct_on(STORY, "It was old").await;
    let (now, it) = (world.clock.now(), World::deciding_because(id, "No"));
    let decline = move |tx: &mut store::Tx<'_>| deciding::decline(tx, now, &it);
    world.store.write(decline).await.unwrap();

    world.deliver(&[receiver.address]).await;

    let [told] = <[_; 1]>::try_from(receiver.received()).unwrap();
    assert_eq!(told.json()["type"], "correction.decided");
    assert_eq!(told.json()["data"]["correction"]["state"], "declined");
}

#[tokio::test]
async fn what_failed_is_told_again_under_the_same_id() {
    let (world, receiver) = (
        World::new().await,
        Receiver::new(&[BROKEN, BROKEN, OK]).await,
    );
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    world.deliver(&[receiver.address]).await;
    world.deliver(&[receiver.address]).await;
    assert_eq!(receiver.received().len(), 1, "not before it is time");
    for seconds in [5, 300] {
        world.clock.advance(Duration::from_secs(seconds));
        world.deliver(&[receiver.address]).await;
    }

    let received = receiver.received();
    assert_eq!(received.len(), 3);
    let ids: Vec<&str> = received.iter().map(|r| r.header("webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let times: Vec<&str> = received
        .iter()
        .map(|r| r.header("webhook-timestamp"))
        .collect();
    assert!(times[0] < times[1] && times[1] < times[2], "{times:?}");
    let delivery = world.deliveries().await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Delivered);
    assert_eq!((delivery.attempts, delivery.status), (3, Some(204)));
}

#[tokio::test]
async fn after_days_of_failing_it_is_given_up_and_the_endpoint_is_off() {
    let (world, receiver) = (World::new().await, Receiver::new(&[BROKEN]).await);
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    for _ in 0..(4 * 24 * 2) {
        world.deliver(&[receiver.address]).await;
        world.clock.advance(Duration::from_secs(30 * 60));
    }

    let delivery = world.deliveries().await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Failed);
    assert!(delivery.attempts >= 8, "{}", delivery.attempts);
    let webhook = world.store.read(|tx| webhooks::find(tx, SITE, 1)).await;
    assert!(webhook.unwrap().unwrap().off_since.is_some());
    let now = world.clock.now();
    let again = world.store.write(move |tx| {
        webhooks::turn_on(tx, SITE, 1)?;
        webhooks::replay_since(tx, now, SITE, 1, Time::from_micros(0))
    });
    assert_eq!(again.await.unwrap(), 1);
    world.deliver(&[receiver.address]).await;
    let last = receiver.received().pop().unwrap();
    assert_eq!(last.header("webhook-id"), delivery.message.to_string());
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let inside = Receiver::new(&[OK]).await;
    let to = format!(
        "HTTP/1.1 307 Go\r\nlocation: http://{}/\r\ncontent-length: 0\r\n\r\n",
        inside.address
    );
    let receiver = Receiver::new(Box::leak(Box::new([&*to.leak()]))).await;
    let world = World::new().await;
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    world.deliver(&[receiver.address, inside.address]).await;

    assert!(inside.received().is_empty());
    let delivery = world.deliveries().await.remove(0);
    assert_eq!(
        (delivery.state, delivery.status),
        (DeliveryState::Waiting, Some(307))
    );
}

#[tokio::test]
async fn a_forbidden_place_is_not_asked() {
    let (world, receiver) = (World::new().await, Receiver::new(&[OK]).await);
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    world.deliver(&[]).await;

    assert!(receiver.received().is_empty());
    let delivery = world.deliveries().await.remove(0);
    let why = delivery.error.unwrap();
    assert_eq!(
        why,
        "the address may not be reached: the host is a numeric address"
    );
}

#[tokio::test]
async fn a_receiver_that_stalls_is_left_and_tried_again() {
    let (world, receiver) = (World::new().await, Receiver::new(&["stall", OK]).await);
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    world.deliver(&[receiver.address]).await;

    let delivery = world.deliveries().await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Waiting);
    assert_eq!(delivery.error.as_deref(), Some("no answer in time"));
}

#[tokio::test]
async fn a_receiver_that_answers_twice_is_told_once() {
    const TWICE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n";
    let (world, receiver) = (World::new().await, Receiver::new(&[TWICE]).await);
    world.listen(&receiver).await;
    world.post(7, "Hello").await;

    world.deliver(&[receiver.address]).await;

    assert_eq!(world.deliveries().await[0].state, DeliveryState::Delivered);
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn what_was_taken_away_meanwhile_is_not_told() {
    let (world, receiver) = (World::new().await, Receiver::new(&[OK]).await);
    world.listen(&receiver).await;
    let gone = world.post(7, "Canary of the removed").await;
    world.remove(gone).await;
    let before = move |tx: &mut store::Tx<'_>| {
        let settings = rejoinder_core::Settings {
            mode: ModerationMode::Before,
            ..rejoinder_core::Settings::default()
        };
        sites::save_settings(tx, SITE, &settings)
    };
    world.store.write(before).await.unwrap();
    let held = world.post(8, "Canary of the held").await;
    world.remove(held).await;

    world.deliver(&[receiver.address]).await;

    let [told] = <[_; 1]>::try_from(receiver.received()).unwrap();
    let json = told.json();
    assert_eq!(json["type"], "comment.removed");
    assert_eq!(
        json["data"]["comment"],
        serde_json::json!({ "id": gone.to_string() })
    );
    let states: Vec<_> = world.deliveries().await.iter().map(|d| d.state).collect();
    assert_eq!(states, [DeliveryState::Obsolete, DeliveryState::Delivered]);
    assert!(!told.body.contains("Canary"));
}

#[tokio::test]
async fn an_endpoint_that_keeps_failing_does_not_hold_up_the_others() {
    let (world, good, bad) = (
        World::new().await,
        Receiver::new(&[OK]).await,
        Receiver::new(&[BROKEN]).await,
    );
    world.listen(&good).await;
    world.listen_at(2, format!("http://{}/", bad.address)).await;
    let open = [good.address, bad.address];
    world.post(7, "First").await;
    world.deliver(&open).await;
    world.clock.advance(Duration::from_secs(70));
    world.deliver(&open).await;
    let n_bad = bad.received().len();

    for n in 0..20 {
        world.post(10 + n, &format!("Comment number {n}")).await;
        world.clock.advance(Duration::from_secs(2));
    }
    world.deliver(&open).await;

    assert_eq!(good.received().len(), 21);
    assert!(
        bad.received().len() <= n_bad + 1,
        "{}",
        bad.received().len()
    );
}

#[tokio::test]
async fn endpoints_that_never_answer_hold_up_no_other() {
    let (world, good) = (World::new().await, Receiver::new(&[OK]).await);
    world.listen(&good).await;
    let (mut open, mut slow) = (vec![good.address], Vec::new());
    for id in 2..=6 {
        let receiver = Receiver::new(&["stall"]).await;
        let url = format!("http://{}/", receiver.address);
        world.listen_at(id, url).await;
        open.push(receiver.address);
        slow.push(receiver);
    }
    for n in 0..20 {
        world.post(10 + n, &format!("Comment number {n}")).await;
        world.clock.advance(Duration::from_secs(10));
    }

    tokio::select! {
        () = world.deliver_within(Duration::from_secs(3_600), &open) => {}
        () = good.reached(20) => {}
    }

    assert_eq!(good.received().len(), 20);
    for receiver in &slow {
        assert!(receiver.received().len() <= 1);
    }
}

//! Mails to subscribers, on their way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use egress::Mailer;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::{AuthorId, Clock, FixedRandom, PageId, PageKey, TokenHash};
use rejoinder_jobs::{FanOutHandler, NoticeHandler, Worker};
use store::notices::subscriptions::{self, NewSubscription};
use store::{Tx, discussion::pages, identity::authors};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::{SITE, World, mails};

const STORY: &str = "https://news.example/story";

impl World {
    pub(crate) fn post_office(&self, mailer: Mailer) -> Worker {
        let fan_out = FanOutHandler::new(self.store.clone(), self.clock.clone());
        let notices = NoticeHandler::new(
            self.store.clone(),
            mailer,
            self.clock.clone(),
            "talk@news.example",
            "https://talk.example",
        );
        let random = Arc::new(FixedRandom::seeded(1));
        let handlers = vec![Arc::new(fan_out) as _, Arc::new(notices) as _];
        Worker::new(self.store.clone(), self.clock.clone(), random, handlers)
    }

    /// Somebody at `email` is told of every comment on the story.
    async fn subscriber(&self, id: i64, email: &str) {
        let now = self.clock.now();
        let wish = NewSubscription {
            id,
            secret: format!("secret-{id}"),
            kind: SubscriptionKind::Page,
            branch: None,
            pace: MailPace::AtOnce,
            email: Some(email.to_owned()),
        };
        let token = TokenHash([u8::try_from(id).unwrap(); 32]);
        let ask = move |tx: &mut Tx<'_>| {
            let key = PageKey::parse(STORY)?;
            let page = pages::find_or_add(tx, now, SITE, PageId(1), &key, Some("A story"))?;
            let author = authors::by_token_or_new(tx, now, SITE, AuthorId(id + 100), &token)?;
            subscriptions::ask(tx, now, &page, &author, &wish)?;
            subscriptions::confirm(tx, now, SITE, &wish.secret)
        };
        self.store.write(ask).await.unwrap();
    }
}

/// The mail server at `address`, which takes what it is given for `n` mails; gives their texts.
async fn taking(address: SocketAddr, n: usize) -> Vec<String> {
    let listener = TcpListener::bind(address).await.unwrap();
    let mut taken = Vec::new();
    while taken.len() < n {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mail.example\r\n").await.unwrap();
        let (mut line, mut mail, mut is_data) = (String::new(), String::new(), false);
        while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
            if !is_data || line == ".\r\n" {
                is_data = !is_data && line.starts_with("DATA");
                if line == ".\r\n" {
                    taken.push(std::mem::take(&mut mail));
                }
                let answer: &[u8] = if is_data {
                    b"354 go on\r\n"
                } else {
                    b"250 ok\r\n"
                };
                stream.write_all(answer).await.unwrap();
            } else {
                mail.push_str(&line);
            }
            line.clear();
        }
    }
    taken
}

#[tokio::test]
async fn while_the_mail_server_is_down_for_an_hour_nothing_is_lost_and_nothing_repeated() {
    let world = World::new().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let worker = world.post_office(format!("smtp://{address}").parse().unwrap());
    for n in 1..=3 {
        world
            .subscriber(n, &format!("reader{n}@mail.example"))
            .await;
    }
    world.post(50, "Heard late").await;
    let canary = world.post(51, "CANARY").await;

    for _minute in 0..60 {
        worker.run_due().await.unwrap();
        world.clock.advance(Duration::from_secs(60));
    }
    world.remove(canary).await;
    let server = tokio::spawn(taking(address, 3));
    for _hour in 0..6 {
        world.clock.advance(Duration::from_secs(3_600));
        worker.run_due().await.unwrap();
    }

    let mut to: Vec<String> = Vec::new();
    for mail in server.await.unwrap() {
        assert!(
            mail.contains("Heard late") && !mail.contains("CANARY"),
            "{mail}"
        );
        to.extend(
            mail.lines()
                .find(|line| line.starts_with("To: "))
                .map(str::to_owned),
        );
    }
    to.sort();
    let expected: Vec<String> = (1..=3)
        .map(|n| format!("To: reader{n}@mail.example"))
        .collect();
    assert_eq!(to, expected);
    assert!(world.parked().await.is_empty());
}

#[tokio::test]
async fn a_mail_quotes_the_comment_as_text_and_can_be_left_with_one_click() {
    let world = World::new().await;
    let folder = world.folder.path().join("mails");
    let worker = world.post_office(Mailer::Folder(folder.clone()));
    world.subscriber(7, "reader@mail.example").await;
    let text = "Look **here**: <img src=x onerror=alert(1)>\n\nhttps://evil.example/pixel.png";
    world.post(50, text).await;

    while worker.run_due().await.unwrap() > 0 {}

    assert_eq!(mails(&folder), 1);
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap();
    let mail = std::fs::read_to_string(file.path()).unwrap();
    let unfolded = mail.replace("=\r\n", "").replace("=20", " ");
    let (_, html) = unfolded.split_once("<!doctype html>").unwrap();
    for part in [
        "To: reader@mail.example",
        "Subject: Ann commented on A story",
        "List-Unsubscribe: <https://talk.example/notices/news.example/secret-7>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Id: <0000000000001.news.example>",
        "> Look here: ",
        "-- ",
    ] {
        assert!(unfolded.contains(part), "{part}\n{mail}");
    }
    assert!(
        !html.contains("<img") && !html.contains("src=\"http"),
        "{mail}"
    );
}

//! A reader who writes and votes as fast as the server answers, and remembers every answer.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::Sender;

use rejoinder_core::FixedRandom;
use serde_json::{Value, json};

/// What the server said that it has done.
#[derive(Default)]
pub(crate) struct Acknowledged {
    /// Texts by the ids of their comments.
    pub(crate) comments: HashMap<String, String>,
    /// Votes by comment and voter.
    pub(crate) votes: HashMap<(String, usize), i64>,
}

/// What was sent, and not acknowledged yet.
#[derive(Clone)]
enum Open {
    Post { key: String, body: Value },
    Vote { comment: String, value: i64 },
}

/// One reader.
pub(crate) struct Writer {
    number: usize,
    agent: ureq::Agent,
    random: FixedRandom,
    cookie: Option<String>,
    n_posts: usize,
    open: Option<Open>,
}

/// The server is gone.
#[derive(Debug)]
pub(crate) struct Gone;

impl Writer {
    pub(crate) fn new(number: usize, seed: u64) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            number,
            agent: config.build().into(),
            random: FixedRandom::seeded(seed),
            cookie: None,
            n_posts: 0,
            open: None,
        }
    }

    /// Post and vote until the server is gone; `told` hears of every answer.
    pub(crate) fn write(&mut self, base: &str, all: &Mutex<Acknowledged>, told: &Sender<()>) {
        loop {
            self.open = Some(self.next(&all.lock().unwrap()));
            if self.send(base, all).is_err() || told.send(()).is_err() {
                return;
            }
        }
    }

    /// A vote on someone else's comment, a reply to one, or a comment.
    fn next(&mut self, all: &Acknowledged) -> Open {
        let mine = format!(" of {},", self.number);
        let others = all
            .comments
            .iter()
            .filter(|(_, text)| !text.contains(&mine));
        let other = others.min_by_key(|_| self.random.next());
        let what = self.random.below(3);
        if let Some((comment, _)) = other.filter(|_| what == 0) {
            let value = if self.random.below(4) == 0 { -1 } else { 1 };
            return Open::Vote {
                comment: comment.clone(),
                value,
            };
        }
        self.n_posts += 1;
        let parent = other.filter(|_| what == 1);
        let page = match parent.and_then(|(_, text)| text.rsplit_once(' ')) {
            Some((_, page)) => page.to_owned(),
            None => format!("page-{}", self.random.below(4)),
        };
        let body = json!({
            "site": "news.example",
            "page": page,
            "parent": parent.map(|(id, _)| id),
            "text": format!("Comment {} of {}, on {page}", self.n_posts, self.number),
            "name": format!("Writer {}", self.number),
        });
        Open::Post {
            key: format!("{}-{}", self.number, self.n_posts),
            body,
        }
    }

    /// Send what is open, for the first time or again.
    pub(crate) fn send(&mut self, base: &str, all: &Mutex<Acknowledged>) -> Result<(), Gone> {
        match self.open.clone() {
            None => return Ok(()),
            Some(Open::Post { key, body }) => {
                let request = self.agent.post(format!("{base}/api/v1/comments"));
                let request = request.header("Idempotency-Key", key);
                let answer = self.dressed(request, base).send_json(&body);
                let (status, answer) = self.read(answer)?;
                assert_eq!(status, 201, "{answer}");
                let id = answer["comment"]["id"].as_str().unwrap().to_owned();
                let text = body["text"].as_str().unwrap().to_owned();
                all.lock().unwrap().comments.insert(id, text);
            }
            Some(Open::Vote { comment, value }) => {
                let path = format!("/api/v1/comments/{comment}/vote?site=news.example");
                let request = self.agent.put(format!("{base}{path}"));
                let answer = self
                    .dressed(request, base)
                    .send_json(json!({ "value": value }));
                let (status, answer) = self.read(answer)?;
                assert_eq!((status, &answer["mine"]), (200, &json!(value)), "{answer}");
                all.lock()
                    .unwrap()
                    .votes
                    .insert((comment, self.number), value);
            }
        }
        self.open = None;
        Ok(())
    }

    fn dressed(
        &self,
        request: ureq::RequestBuilder<ureq::typestate::WithBody>,
        base: &str,
    ) -> ureq::RequestBuilder<ureq::typestate::WithBody> {
        let request = request.header("Origin", base);
        let request = request.header("X-Forwarded-For", format!("10.0.0.{}", self.number + 1));
        match &self.cookie {
            Some(cookie) => request.header("Cookie", cookie),
            None => request,
        }
    }

    /// A request that got no whole answer was not acknowledged.
    fn read(
        &mut self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<(u16, Value), Gone> {
        let mut answer = answer.map_err(|_| Gone)?;
        if let Some(cookie) = answer.headers().get("Set-Cookie") {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(cookie.to_owned());
        }
        let status = answer.status().as_u16();
        Ok((status, answer.body_mut().read_json().map_err(|_| Gone)?))
    }
}

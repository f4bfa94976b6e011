//! HTTP/2 without encryption, as proxies speak it, on real sockets and by a client of its own.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use h2::client::{Builder, ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use rejoinder_server::{ConnectionLimits, RequestPace};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinHandle;

use super::connections::{SHORT, WIDE, connect, limited};
use crate::support::{NEWS, STORY, TestApp, thread_path};

/// A connection of HTTP/2.
struct Proxy {
    requests: SendRequest<Bytes>,
    /// Ends with the connection.
    ended: JoinHandle<Result<(), h2::Error>>,
}

impl Proxy {
    async fn connect(to: SocketAddr) -> Self {
        Self::with(&Builder::new(), to).await
    }

    async fn with(builder: &Builder, to: SocketAddr) -> Self {
        let stream = connect(2, to).await;
        let (requests, connection) = builder.handshake(stream).await.unwrap();
        Self {
            requests,
            ended: tokio::spawn(connection),
        }
    }

    /// Begin a request; its body is sent by the stream that comes back, unless it has none.
    async fn begin(
        &mut self,
        method: Method,
        path: &str,
        has_body: bool,
    ) -> Result<(ResponseFuture, SendStream<Bytes>), h2::Error> {
        let mut ready = self.requests.clone().ready().await?;
        let request = Request::builder()
            .method(method)
            .uri(format!("https://comments.example{path}"))
            .header("content-type", "application/json")
            .header("origin", NEWS)
            .body(())
            .unwrap();
        ready.send_request(request, !has_body)
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let begun = self.begin(method, path, body.is_some()).await;
        let (response, mut stream) = begun.unwrap();
        if let Some(body) = body {
            stream.send_data(body.to_string().into(), true).unwrap();
        }
        Answer::of(response).await.unwrap()
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn of(response: ResponseFuture) -> Result<Self, h2::Error> {
        let (parts, mut stream) = response.await?.into_parts();
        let mut body = Vec::new();
        while let Some(piece) = stream.data().await {
            let piece = piece?;
            body.extend_from_slice(&piece);
            stream.flow_control().release_capacity(piece.len())?;
        }
        Ok(Self {
            status: parts.status,
            headers: parts.headers,
            body,
        })
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is larger than is kept of an answer for a client that does not take it.
const LARGE: &str = "/openapi.json";

fn comment(text: &str) -> Value {
    json!({"site": "news.example", "page": STORY, "text": text, "name": "Ann"})
}

#[tokio::test]
async fn a_proxy_that_speaks_http2_is_answered_as_any_other() {
    let (app, address) = limited(WIDE).await;
    let mut proxy = Proxy::connect(address).await;

    let posted = proxy
        .send(Method::POST, "/api/v1/comments", Some(comment("First")))
        .await;
    assert_eq!(posted.status, StatusCode::CREATED);
    assert!(posted.headers.contains_key("set-cookie"));

    // All at once, and some of them more than once from the page cache.
    let paths = [
        "/embed.js",
        &thread_path(STORY),
        "/nothing",
        &thread_path(STORY),
    ];
    let mut asked = Vec::new();
    for path in paths.iter().cycle().take(100) {
        let (response, _) = proxy.begin(Method::GET, path, false).await.unwrap();
        asked.push(tokio::spawn(Answer::of(response)));
    }
    for (answer, path) in asked.into_iter().zip(paths.iter().cycle()) {
        let answer = answer.await.unwrap().unwrap();
        let expected = match *path {
            "/nothing" => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        };
        assert_eq!(answer.status, expected, "{path}");
    }
    let thread = proxy.get(&thread_path(STORY)).await.json();
    assert_eq!(thread["n_comments"], 1);
    assert_eq!(thread["n_comments"], app.thread(STORY).await["n_comments"]);
}

#[tokio::test]
async fn a_host_that_is_no_name_of_the_server_is_refused_over_http2_as_well() {
    let app = TestApp::with(|config| config.base = None).await;
    let mut proxy = Proxy::connect(app.listen().await).await;
    assert_eq!(proxy.get("/").await.status, StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn only_so_many_requests_are_under_way_on_a_connection() {
    let (_app, address) = limited(WIDE).await;
    let mut proxy = Proxy::connect(address).await;
    proxy.get("/embed.js").await;
    assert_eq!(proxy.requests.current_max_send_streams(), 128);
}

#[tokio::test]
async fn an_answer_of_which_nothing_is_taken_is_given_up_and_the_others_go_on() {
    let (_app, address) = limited(ConnectionLimits {
        write_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut small = Builder::new();
    small.initial_window_size(10);
    let mut proxy = Proxy::with(&small, address).await;

    let (response, _) = proxy.begin(Method::GET, LARGE, false).await.unwrap();
    let mut body = response.await.unwrap().into_body();
    let first = body.data().await.unwrap().unwrap();
    assert_eq!(first.len(), 10);
    let given_up = body.data().await.unwrap().unwrap_err();
    assert!(given_up.is_reset(), "{given_up}");

    let head = proxy.send(Method::HEAD, "/embed.js", None).await;
    assert_eq!(head.status, StatusCode::OK);
}

#[tokio::test]
async fn who_follows_live_is_waited_for_however_little_happens() {
    let (app, address) = limited(ConnectionLimits {
        write_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut proxy = Proxy::connect(address).await;
    let live = format!("/api/v1/events?site=news.example&page={STORY}");
    let (response, _) = proxy.begin(Method::GET, &live, false).await.unwrap();
    let mut body = response.await.unwrap().into_body();

    // Another answer of the same server is given up in this time.
    let mut small = Builder::new();
    small.initial_window_size(10);
    let mut other = Proxy::with(&small, address).await;
    let (stalled, _) = other.begin(Method::GET, LARGE, false).await.unwrap();
    let mut stalled = stalled.await.unwrap().into_body();
    while let Some(Ok(_)) = stalled.data().await {}

    app.reader("Ann").post(STORY, "News").await.good();
    let mut told = String::new();
    while !told.contains("News") {
        let piece = body.data().await.unwrap().unwrap();
        told.push_str(str::from_utf8(&piece).unwrap());
    }
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_and_the_connection_goes_on() {
    let (_app, address) = limited(ConnectionLimits {
        body_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut proxy = Proxy::connect(address).await;

    let (response, mut stream) = proxy
        .begin(Method::POST, "/api/v1/comments", true)
        .await
        .unwrap();
    stream.send_data("{\"site\":".into(), false).unwrap();
    let late = Answer::of(response).await.unwrap();

    assert_eq!(late.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(late.json()["code"], "body_late");
    assert_eq!(proxy.get("/embed.js").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_connection_of_http2_on_which_nothing_more_is_asked_ends() {
    let (_app, address) = limited(ConnectionLimits {
        idle_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut proxy = Proxy::connect(address).await;
    assert_eq!(proxy.get("/embed.js").await.status, StatusCode::OK);
    // However it ends.
    let _ = proxy.ended.await.unwrap();
}

#[tokio::test]
async fn a_connection_of_http2_on_which_nothing_is_asked_at_all_ends() {
    let (_app, address) = limited(ConnectionLimits {
        head_timeout: SHORT,
        ..WIDE
    })
    .await;
    let proxy = Proxy::connect(address).await;
    let _ = proxy.ended.await.unwrap();
}

#[tokio::test]
async fn who_takes_requests_back_all_the_time_is_let_go_and_others_are_answered() {
    let (app, address) = limited(WIDE).await;
    let mut proxy = Proxy::connect(address).await;
    let mut n_begun = 0;
    while n_begun < 20_000 && !proxy.ended.is_finished() {
        let Ok((_, mut stream)) = proxy.begin(Method::POST, "/api/v1/preview", true).await else {
            break;
        };
        stream.send_reset(Reason::CANCEL);
        n_begun += 1;
        tokio::task::yield_now().await;
    }
    assert!(n_begun < 20_000, "{n_begun}");

    let mut other = Proxy::connect(address).await;
    assert_eq!(other.get("/embed.js").await.status, StatusCode::OK);
    app.thread(STORY).await;
}

#[tokio::test]
async fn requests_on_one_connection_have_the_pace_of_their_network() {
    let pace = RequestPace {
        burst: 5,
        period: Duration::from_secs(600),
    };
    let (_app, address) = limited(ConnectionLimits {
        pace: Some(pace),
        ..WIDE
    })
    .await;
    let mut proxy = Proxy::connect(address).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(proxy.get("/embed.js").await.status);
    }
    assert_eq!(statuses[..5], [StatusCode::OK; 5]);
    assert_eq!(statuses[5], StatusCode::TOO_MANY_REQUESTS);
}

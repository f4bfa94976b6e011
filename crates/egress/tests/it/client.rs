//! The guarded client against real sockets and a resolver that lies.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use egress::{
    Client, ClientPolicy, Exception, Feature, FetchError, FetchLimits, ForbiddenTarget, Lookup,
    Method, Request,
};
use rejoinder_egress as egress;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each look-up with the next of its lists; the last one stays.
struct Script(Mutex<VecDeque<Vec<SocketAddr>>>);

impl Script {
    fn of(answers: &[&[SocketAddr]]) -> Arc<Self> {
        Arc::new(Self(Mutex::new(
            answers.iter().map(|list| list.to_vec()).collect(),
        )))
    }
}

impl Lookup for Script {
    fn lookup(
        &self,
        _host: String,
        _port: u16,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let mut answers = self.0.lock().unwrap();
        let next = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        };
        Box::pin(async move { Ok(next.unwrap_or_default()) })
    }
}

/// A server that gives each connection the next of `answers`, and where it listens.
pub(crate) async fn server(answers: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

pub(crate) fn page(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: Text/HTML; charset=utf-8\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

pub(crate) fn redirect(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
}

/// A client on whose public internet `sockets` are, too.
fn client(lookup: Arc<dyn Lookup>, sockets: &[SocketAddr]) -> Client {
    Client::new(ClientPolicy {
        lookup,
        also_public: sockets.to_vec(),
        ..ClientPolicy::default()
    })
    .unwrap()
}

fn get(url: &str) -> Request {
    Request {
        feature: Feature::Webhooks,
        method: Method::GET,
        url: url.to_owned(),
        headers: Vec::new(),
        body: None,
        limits: FetchLimits {
            max_bytes: 1_000,
            timeout: Duration::from_secs(8),
            max_redirects: 3,
        },
    }
}

#[tokio::test]
async fn a_public_server_answers() {
    let address = server(vec![page("hello")]).await;
    let client = client(Script::of(&[&[address]]), &[address]);

    let answer = client
        .send(get(&format!("http://hook.example:{}/", address.port())))
        .await
        .unwrap();

    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (200, "text/html")
    );
    assert_eq!(answer.body, b"hello");
}

#[tokio::test]
async fn a_name_for_a_private_place_is_refused() {
    let private: SocketAddr = "10.0.0.7:80".parse().unwrap();
    let public: SocketAddr = "1.1.1.1:80".parse().unwrap();
    let client = client(Script::of(&[&[public, private]]), &[]);

    let refused = client.send(get("http://news.example/")).await.unwrap_err();

    assert!(
        matches!(refused, FetchError::Forbidden(ForbiddenTarget::Private)),
        "{refused}"
    );
}

#[tokio::test]
async fn what_was_looked_at_is_what_is_connected_to() {
    let looked_at = server(vec![page("public")]).await;
    let rebound: SocketAddr = "127.0.0.2:80".parse().unwrap();
    let client = client(Script::of(&[&[looked_at], &[rebound]]), &[looked_at]);
    let url = format!("http://news.example:{}/", looked_at.port());

    let first = client.send(get(&url)).await.unwrap();
    let second = client.send(get(&url)).await;

    assert_eq!(first.body, b"public");
    assert!(
        matches!(second, Err(FetchError::Forbidden(ForbiddenTarget::Private))),
        "{second:?}"
    );
}

#[tokio::test]
async fn an_exception_opens_one_place_to_one_feature() {
    let (hook, other) = (server(vec![page("hook")]).await, server(vec![]).await);
    let named = Exception::socket(Feature::Webhooks, hook);
    let by_name = format!("filters=filter.home.arpa:{}", hook.port());
    let policy = ClientPolicy {
        lookup: Script::of(&[&[hook]]),
        exceptions: vec![named, by_name.parse().unwrap()],
        ..ClientPolicy::default()
    };
    let client = Client::new(policy).unwrap();
    let (hook_url, other_url) = (format!("http://{hook}/"), format!("http://{other}/"));
    let named_url = format!("http://filter.home.arpa:{}/", hook.port());
    let rebound_url = format!("http://rebound.example:{}/", hook.port());

    for feature in Feature::ALL {
        for url in [&hook_url, &other_url, &named_url, &rebound_url] {
            let may = client.may_reach(feature, url).await.is_ok();
            let is_open = match feature {
                Feature::Webhooks => url == &hook_url,
                Feature::Filters => url == &named_url,
                Feature::SignIn
                | Feature::Push
                | Feature::Cards
                | Feature::Recordings
                | Feature::Payments
                | Feature::Articles => false,
            };
            assert_eq!(may, is_open, "{feature:?} {url}");
        }
    }
    let answer = client.send(get(&hook_url)).await.unwrap();
    assert_eq!(answer.body, b"hook");
}

#[tokio::test]
async fn a_redirect_to_a_place_of_another_feature_is_refused() {
    let inside = server(vec![page("inside")]).await;
    let outside = server(vec![redirect(&format!("http://{inside}/"))]).await;
    let client = Client::new(ClientPolicy {
        lookup: Script::of(&[&[outside]]),
        also_public: vec![outside],
        exceptions: vec![Exception::socket(Feature::Webhooks, inside)],
    })
    .unwrap();
    let mut request = get(&format!("http://news.example:{}/", outside.port()));
    request.feature = Feature::Cards;

    let refused = client.send(request).await;

    assert!(
        matches!(
            refused,
            Err(FetchError::Forbidden(ForbiddenTarget::Literal))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_redirect_is_looked_at_again() {
    for (target, reason) in [
        ("http://127.0.0.1/", ForbiddenTarget::Literal),
        ("http://2130706433/", ForbiddenTarget::Literal),
        ("http://localhost/", ForbiddenTarget::LocalName),
        ("ftp://news.example/", ForbiddenTarget::Scheme),
        ("http://a:b@news.example/", ForbiddenTarget::Credentials),
        ("http://news.example:22/", ForbiddenTarget::Port(22)),
    ] {
        let address = server(vec![redirect(target)]).await;
        let client = client(Script::of(&[&[address]]), &[address]);

        let refused = client
            .send(get(&format!("http://hook.example:{}/", address.port())))
            .await;

        match refused {
            Err(FetchError::Forbidden(why)) => assert_eq!(why, reason, "{target}"),
            other => panic!("{target}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_redirect_leads_to_no_other_origin_than_was_said() {
    let address = server(vec![
        redirect("/again"),
        page("here"),
        redirect("http://other.example/"),
    ])
    .await;
    let client = client(Script::of(&[&[address]]), &[address]);
    let origin = format!("http://hook.example:{}", address.port());
    let url = format!("{origin}/");
    let among = std::slice::from_ref(&origin);

    let here = client.send_among(get(&url), among).await.unwrap();
    let elsewhere = client.send_among(get(&url), among).await;
    let from_the_start = client.send_among(get(&url), &[]).await;

    assert_eq!(here.body, b"here");
    assert!(
        matches!(elsewhere, Err(FetchError::Elsewhere)),
        "{elsewhere:?}"
    );
    assert!(matches!(from_the_start, Err(FetchError::Elsewhere)));
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_only() {
    let again = || redirect("/again");
    let address = server(vec![again(), again(), again(), again(), again()]).await;
    let client = client(Script::of(&[&[address]]), &[address]);

    let refused = client
        .send(get(&format!("http://hook.example:{}/", address.port())))
        .await;

    assert!(
        matches!(refused, Err(FetchError::TooManyRedirects { max: 3 })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn without_redirects_the_redirect_is_the_answer() {
    let address = server(vec![redirect("/elsewhere")]).await;
    let client = client(Script::of(&[&[address]]), &[address]);
    let mut request = get(&format!("http://hook.example:{}/", address.port()));
    request.limits.max_redirects = 0;

    assert_eq!(client.send(request).await.unwrap().status, 302);
}

#[tokio::test]
async fn headers_and_body_do_not_follow_a_redirect() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = tokio::spawn(async move {
        let mut requests = Vec::new();
        for answer in [redirect("/next"), page("")] {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let n = stream.read(&mut request).await.unwrap();
            requests.push(String::from_utf8_lossy(&request[..n]).into_owned());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        requests
    });
    let client = client(Script::of(&[&[address]]), &[address]);
    let mut request = get(&format!("http://hook.example:{}/", address.port()));
    request.method = Method::POST;
    request.headers = vec![("x-secret", "s3cret".to_owned())];
    request.body = Some(b"payload".to_vec());

    client.send(request).await.unwrap();

    let requests = seen.await.unwrap();
    assert!(requests[0].starts_with("POST /") && requests[0].contains("s3cret"));
    assert!(requests[1].starts_with("GET /next") && !requests[1].contains("s3cret"));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_announced_or_not() {
    let long = "x".repeat(1_001);
    let unannounced = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    for answer in [page(&long), unannounced] {
        let address = server(vec![answer]).await;
        let client = client(Script::of(&[&[address]]), &[address]);

        let refused = client
            .send(get(&format!("http://hook.example:{}/", address.port())))
            .await;

        assert!(
            matches!(refused, Err(FetchError::TooLarge { max: 1_000 })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_stalls_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = client(Script::of(&[&[address]]), &[address]);
    let mut request = get(&format!("http://hook.example:{}/", address.port()));
    request.limits.timeout = Duration::from_millis(50);

    assert!(matches!(
        client.send(request).await,
        Err(FetchError::Timeout)
    ));
    drop(listener);
}

#[tokio::test]
async fn a_long_answer_comes_piece_by_piece_as_far_as_it_may_be() {
    let whole = "x".repeat(1_000);
    let address = server(vec![page(&whole), page(&"x".repeat(1_001)), chunked(1_001)]).await;
    let client = client(Script::of(&[&[address]]), &[address]);
    let url = format!("http://{address}/");

    let mut download = client.open(get(&url)).await.unwrap();
    let mut n_bytes = 0;
    while let Some(piece) = download.next().await.unwrap() {
        n_bytes += piece.len();
    }
    let announced = client.open(get(&url)).await;
    let mut silent = client.open(get(&url)).await.unwrap();
    let mut last = silent.next().await;
    while let Ok(Some(_)) = last {
        last = silent.next().await;
    }

    assert_eq!((download.status, n_bytes), (200, 1_000));
    assert!(matches!(
        announced,
        Err(FetchError::TooLarge { max: 1_000 })
    ));
    assert!(matches!(last, Err(FetchError::TooLarge { max: 1_000 })));
}

/// An answer that does not say how long it is.
fn chunked(length: usize) -> String {
    let body = "x".repeat(length);
    format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
    )
}

#[tokio::test]
async fn what_comes_piece_by_piece_comes_from_nowhere_else() {
    let inside = server(vec![page("inside")]).await;
    let outside = server(vec![redirect(&format!("http://{inside}/"))]).await;
    let client = client(Script::of(&[&[outside]]), &[outside]);

    let led_inside = client.open(get(&format!("http://{outside}/"))).await;
    let inside = client.open(get(&format!("http://{inside}/"))).await;

    assert!(matches!(led_inside, Err(FetchError::Forbidden(_))));
    assert!(matches!(inside, Err(FetchError::Forbidden(_))));
}

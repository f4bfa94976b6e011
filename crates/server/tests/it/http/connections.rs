//! Connections that keep the server waiting, on real sockets.

use std::net::SocketAddr;
use std::time::Duration;

use rejoinder_server::{Config, ConnectionLimits, RateLimits, RequestPace};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{STORY, TestApp, thread_path};

/// Longer than a test.
pub(super) const LONG: Duration = Duration::from_secs(600);

/// So short that a test can wait for it.
pub(super) const SHORT: Duration = Duration::from_millis(100);

/// Limits that no test reaches by itself.
pub(super) const WIDE: ConnectionLimits = ConnectionLimits {
    max: 1_000,
    max_per_network: 1_000,
    head_timeout: LONG,
    body_timeout: LONG,
    idle_timeout: LONG,
    write_timeout: LONG,
    pace: None,
};

const ASK: &[u8] = b"GET /embed.js HTTP/1.1\r\nHost: comments.example\r\n\r\n";

const FOLLOW: &[u8] = b"GET /api/v1/events?site=news.example&page=story HTTP/1.1\r\n\
    Host: comments.example\r\n\r\n";

/// What counts the answers of the page cache.
const HITS: &str = "rejoinder_page_cache_hits_total ";

pub(super) async fn limited(limits: ConnectionLimits) -> (TestApp, SocketAddr) {
    limited_with(limits, |_| {}).await
}

async fn limited_with(
    limits: ConnectionLimits,
    change: impl FnOnce(&mut Config),
) -> (TestApp, SocketAddr) {
    let app = TestApp::with(|config| {
        config.rate_limits = RateLimits::On;
        config.connections = limits;
        change(config);
    })
    .await;
    let address = app.listen().await;
    (app, address)
}

/// A connection from a network of one's own: the `n`th address of this machine.
pub(crate) async fn connect(n: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, n], 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Ask on `stream`, and give the head of the answer.
pub(crate) async fn ask(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.unwrap();
    head(stream).await
}

async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// Wait until the server has ended a connection; gives what it still said.
async fn end(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // However it ends.
    let _ = stream.read_to_end(&mut rest).await;
    String::from_utf8_lossy(&rest).into_owned()
}

#[tokio::test]
async fn idle_connections_of_one_network_make_way_for_each_other_and_keep_nobody_else_out() {
    let (_app, address) = limited(ConnectionLimits {
        max_per_network: 5,
        ..WIDE
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..30 {
        idle.push(connect(2, address).await);
    }

    for oldest in &mut idle[..25] {
        assert_eq!(end(oldest).await, "");
    }

    let mut other = connect(3, address).await;
    assert!(ask(&mut other, ASK).await.starts_with("HTTP/1.1 200"));
    for newest in &mut idle[25..] {
        assert!(ask(newest, ASK).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn when_the_house_is_full_those_go_first_that_were_idle_longest() {
    let (_app, address) = limited(ConnectionLimits { max: 4, ..WIDE }).await;
    let mut first = connect(2, address).await;
    let mut second = connect(3, address).await;
    assert!(ask(&mut second, ASK).await.starts_with("HTTP/1.1 200"));
    let mut follower = connect(4, address).await;
    assert!(ask(&mut follower, FOLLOW).await.starts_with("HTTP/1.1 200"));
    // One that has begun to ask is ended after those that do nothing.
    let mut begun = connect(5, address).await;
    begun.write_all(b"GET /").await.unwrap();

    let mut newer = connect(6, address).await;
    assert_eq!(end(&mut first).await, "");
    assert!(ask(&mut newer, ASK).await.starts_with("HTTP/1.1 200"));

    drop((second, newer, begun));
    assert!(
        ask(&mut connect(7, address).await, ASK)
            .await
            .contains("200")
    );
    let mut byte = [0];
    assert!(
        follower.read(&mut byte).await.unwrap() > 0,
        "it still follows"
    );
}

#[tokio::test]
async fn what_is_being_answered_stays_and_newcomers_are_told_to_come_again() {
    let (_app, address) = limited(ConnectionLimits { max: 2, ..WIDE }).await;
    let mut followers = [connect(2, address).await, connect(3, address).await];
    for follower in &mut followers {
        assert!(ask(follower, FOLLOW).await.starts_with("HTTP/1.1 200"));
    }

    let refused = end(&mut connect(4, address).await).await;

    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.contains("Retry-After: 10\r\n"), "{refused}");
    let [gone, _stays] = followers;
    drop(gone);
    // The server learns of it by the next thing that it writes or reads.
    loop {
        let mut newcomer = connect(4, address).await;
        if newcomer.write_all(ASK).await.is_ok()
            && head(&mut newcomer).await.starts_with("HTTP/1.1 200")
        {
            break;
        }
    }
}

#[tokio::test]
async fn a_trusted_proxy_speaks_for_many() {
    let limits = ConnectionLimits {
        max_per_network: 2,
        ..WIDE
    };
    let proxies =
        |config: &mut Config| config.trusted_proxies = vec!["127.0.0.2/32".parse().unwrap()];
    let (_app, address) = limited_with(limits, proxies).await;
    let mut proxied = Vec::new();
    for _ in 0..10 {
        proxied.push(connect(2, address).await);
    }

    for stream in &mut proxied {
        assert!(ask(stream, ASK).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection_however_slowly_it_drips() {
    let (_app, address) = limited(ConnectionLimits {
        head_timeout: SHORT,
        ..WIDE
    })
    .await;
    let (mut begun, dripping) = (connect(2, address).await, connect(3, address).await);
    begun
        .write_all(b"GET /embed.js HTTP/1.1\r\nHost: com")
        .await
        .unwrap();
    let (mut reads, mut writes) = dripping.into_split();
    writes.write_all(b"GET /").await.unwrap();
    let drip = tokio::spawn(async move {
        while writes.write_all(b"a").await.is_ok() {
            tokio::task::yield_now().await;
        }
    });

    assert_eq!(end(&mut begun).await, "");
    assert_ne!(reads.read(&mut [0; 16]).await.unwrap_or(0), 16);
    drip.await.unwrap();
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_and_ends_the_connection() {
    let (_app, address) = limited(ConnectionLimits {
        body_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut stream = connect(2, address).await;
    let request = b"POST /api/v1/preview HTTP/1.1\r\nHost: comments.example\r\n\
        Origin: https://news.example\r\nContent-Type: application/json\r\n\
        Content-Length: 100\r\n\r\n{";

    let head = ask(&mut stream, request).await;

    assert!(head.starts_with("HTTP/1.1 408"), "{head}");
    assert!(head.contains("connection: close"), "{head}");
    assert!(end(&mut stream).await.contains("body_late"));
}

#[tokio::test]
async fn a_connection_on_which_nothing_more_is_asked_ends() {
    let (_app, address) = limited(ConnectionLimits {
        idle_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut follower = connect(2, address).await;
    assert!(ask(&mut follower, FOLLOW).await.starts_with("HTTP/1.1 200"));
    let (mut silent, mut answered) = (connect(3, address).await, connect(4, address).await);
    assert!(ask(&mut answered, ASK).await.starts_with("HTTP/1.1 200"));

    end(&mut silent).await;
    end(&mut answered).await;

    let mut byte = [0];
    assert!(
        follower.read(&mut byte).await.unwrap() > 0,
        "it still follows"
    );
}

#[tokio::test]
async fn a_client_that_asks_and_asks_and_never_reads_is_let_go() {
    let (app, address) = limited(ConnectionLimits {
        write_timeout: SHORT,
        ..WIDE
    })
    .await;
    let mut stream = connect(2, address).await;
    let many = ASK.repeat(1_000);

    while stream.write_all(&many).await.is_ok() {}

    let told = app.inside("/metrics").await.text();
    assert!(
        told.contains("\nrejoinder_connections_ended_total 1\n"),
        "{told}"
    );
}

#[tokio::test]
async fn a_head_without_end_is_refused_before_it_fills_the_memory() {
    let (_app, address) = limited(WIDE).await;
    let mut stream = connect(2, address).await;
    let line = [b"a: ".as_slice(), &[b'a'; 70_000], b"\r\n"].concat();
    let request = [b"GET / HTTP/1.1\r\n".as_slice(), &line].concat();
    // The server may have hung up before it has all.
    let _ = stream.write_all(&request).await;

    let refused = head(&mut stream).await;

    assert!(
        refused.is_empty() || refused.starts_with("HTTP/1.1 431"),
        "{refused}"
    );
}

/// What the server has counted as `name`.
async fn counted(app: &TestApp, name: &str) -> u64 {
    let told = app.inside("/metrics").await.text();
    let line = told.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().trim().parse().unwrap()
}

/// A request for a thread that is in the page cache, so that it is counted when it is answered.
async fn cached(app: &TestApp, text: &str) -> Vec<u8> {
    app.reader("Ann").post(STORY, text).await.good();
    let path = thread_path(STORY);
    app.get(&path).await.good();
    format!("GET {path} HTTP/1.1\r\nHost: comments.example\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn to_one_who_never_reads_little_is_answered() {
    let limits = ConnectionLimits {
        write_timeout: SHORT,
        ..WIDE
    };
    let (app, address) = limited(limits).await;
    let many = cached(&app, &"word ".repeat(1_900)).await.repeat(1_000);
    let n_before = counted(&app, HITS).await;
    let length = app.get(&thread_path(STORY)).await.text().len() as u64;
    let mut stream = connect(2, address).await;

    while stream.write_all(&many).await.is_ok() {}

    let n_answered = counted(&app, HITS).await - n_before;
    assert!(n_answered * length < 1 << 20, "{n_answered} of {length}");
}

#[tokio::test]
async fn one_who_asks_for_much_at_once_is_answered_in_turns_with_others() {
    const N: u64 = 20;
    let (app, address) = limited(WIDE).await;
    let request = cached(&app, "First").await;
    let (mut greedy, mut modest) = (connect(2, address).await, connect(3, address).await);
    let head_alone = [b"HEAD", &request[3..]].concat();
    ask(&mut modest, &head_alone).await;
    let n_before = counted(&app, HITS).await;
    greedy.write_all(&request.repeat(500)).await.unwrap();

    for _ in 0..N {
        let answer = ask(&mut modest, &head_alone).await;
        assert!(answer.starts_with("HTTP/1.1 200"));
    }

    let n_answered = counted(&app, HITS).await - n_before;
    assert!(n_answered < N * 12, "{n_answered} for {N}");
}

#[tokio::test]
async fn whoever_asks_too_quickly_is_told_so_and_nobody_else_is() {
    let pace = RequestPace {
        burst: 3,
        period: LONG,
    };
    let (_app, address) = limited(ConnectionLimits {
        pace: Some(pace),
        ..WIDE
    })
    .await;
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(ask(&mut connect(2, address).await, ASK).await);
    }

    let other = ask(&mut connect(3, address).await, ASK).await;

    let status = |answer: &String| answer[9..12].to_owned();
    let statuses: Vec<_> = answers.iter().map(status).collect();
    assert_eq!(statuses, ["200", "200", "200", "429", "429"]);
    assert!(answers[4].contains("retry-after: 1\r\n"), "{}", answers[4]);
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_a_pace_of_its_own() {
    let pace = RequestPace {
        burst: 1,
        period: LONG,
    };
    let limits = ConnectionLimits {
        pace: Some(pace),
        ..WIDE
    };
    let proxies =
        |config: &mut Config| config.trusted_proxies = vec!["127.0.0.2/32".parse().unwrap()];
    let (_app, address) = limited_with(limits, proxies).await;
    let mut statuses = Vec::new();
    for client in ["192.0.2.1", "192.0.2.1", "192.0.2.2"] {
        let request = format!(
            "GET /embed.js HTTP/1.1\r\nHost: comments.example\r\nX-Forwarded-For: {client}\r\n\r\n"
        );
        let answer = ask(&mut connect(2, address).await, request.as_bytes()).await;
        statuses.push(answer[9..12].to_owned());
    }

    assert_eq!(statuses, ["200", "429", "200"]);
}

#[tokio::test]
async fn whoever_is_refused_for_quickness_and_goes_on_is_soon_answered_no_more() {
    const GUESS: &[u8] = b"GET /api/v1/me?site=news.example&page=a HTTP/1.1\r\n\
        Host: comments.example\r\nAuthorization: Bearer rjt_1_00\r\n\r\n";
    let pace = RequestPace {
        burst: 100,
        period: LONG,
    };
    let limits = ConnectionLimits {
        pace: Some(pace),
        ..WIDE
    };
    let (app, address) = limited(limits).await;

    // Thirty guesses are free; each further one counts as twenty-five requests.
    for _ in 0..34 {
        ask(&mut connect(2, address).await, GUESS).await;
    }

    assert_eq!(counted(&app, "rejoinder_answers_refused_total ").await, 33);
}

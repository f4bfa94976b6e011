//! What an operator's collector is told of a request, and of what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use egress::{Collector, Mailer};
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::{Clock as _, FixedClock, FixedRandom, SiteId};
use rejoinder_server::Config;
use serde_json::{Value, json};
use store::integrations::webhooks::{self, NewWebhook};
use tokio::net::TcpListener;
use tokio::sync::watch;
use traces::{Attribute, Kind, Name, Sampling, Span, Tracer, Waiting};

use crate::log::Log;
use crate::moderation::canaries::{subscribe, worker};
use crate::support::{STORY, TestApp, TestReader, thread_path};

/// As a proxy says it.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A tracer, and the queue of its spans.
pub(crate) fn tracer() -> (Tracer, Waiting) {
    let clock = FixedClock::at("2026-11-23T05:00:00Z".parse().unwrap());
    let random = FixedRandom::seeded(3);
    Tracer::new(Sampling::ALL, Arc::new(clock), Arc::new(random))
}

fn trace_parent() -> String {
    format!("00-{TRACE}-{PARENT}-01")
}

/// Something that is asked, as a collector and as a publisher's program are: where, with which headers, and
/// what it was told.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<(String, HeaderMap, String)>>>);

impl Asked {
    /// It is asked from here on, at the address that is given.
    async fn listen() -> (Self, SocketAddr) {
        let asked = Self::default();
        let keep = asked.clone();
        let router = Router::new().fallback(move |at: Uri, headers: HeaderMap, body: String| {
            let mut all = keep.0.lock().unwrap();
            all.push((at.path().to_owned(), headers, body));
            std::future::ready("{}")
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (asked, address)
    }

    fn at(&self, path: &str) -> Vec<(HeaderMap, String)> {
        let all = self.0.lock().unwrap();
        let there = all.iter().filter(|(at, ..)| at == path);
        there
            .map(|(_, headers, body)| (headers.clone(), body.clone()))
            .collect()
    }

    /// The spans that a collector got.
    fn spans(&self) -> Vec<Value> {
        let bodies = self.at("/v1/traces").into_iter();
        let bodies = bodies.map(|(headers, body)| {
            assert_eq!(headers["content-type"], "application/json");
            serde_json::from_str::<Value>(&body).unwrap()
        });
        let resources = bodies.flat_map(|body| body["resourceSpans"].as_array().unwrap().clone());
        let scopes = resources.flat_map(|own| own["scopeSpans"].as_array().unwrap().clone());
        scopes
            .flat_map(|own| own["spans"].as_array().unwrap().clone())
            .collect()
    }
}

/// Send all that waits to a collector.
async fn deliver(waiting: Waiting, address: SocketAddr) {
    let collector = format!("http://{address}").parse().unwrap();
    let headers = "authorization=Bearer%20collecting".parse().unwrap();
    let collector = Collector::new(collector, headers, "comments".to_owned()).unwrap();
    let (_tell, stop) = watch::channel(true);
    collector.deliver(waiting, stop).await;
}

/// The names of the spans of a trace, each behind those that it stands below.
fn paths(spans: &[Value], trace: &str) -> BTreeSet<String> {
    let own: BTreeMap<&str, &Value> = spans
        .iter()
        .filter(|span| span["traceId"] == trace)
        .map(|span| (span["spanId"].as_str().unwrap(), span))
        .collect();
    let path = |span: &Value| {
        let mut names = vec![span["name"].as_str().unwrap()];
        let mut parent = span["parentSpanId"].as_str().unwrap();
        while let Some(above) = own.get(parent) {
            names.push(above["name"].as_str().unwrap());
            parent = above["parentSpanId"].as_str().unwrap();
        }
        names.reverse();
        names.join(" > ")
    };
    own.values().map(|span| path(span)).collect()
}

fn trusting(config: &mut Config, tracer: &Tracer) {
    config.tracer = Some(tracer.clone());
    config.mail_from = Some("talk@comments.example".to_owned());
    config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
}

async fn listen_to_all(app: &TestApp, address: SocketAddr) {
    let now = app.clock.now();
    let listens = move |tx: &mut store::Tx<'_>| {
        let new = NewWebhook {
            id: 1,
            url: format!("http://{address}/hook"),
            kinds: WebhookEvent::ALL.to_vec(),
            secret: WebhookSecret::new(&FixedRandom::seeded(5)),
        };
        webhooks::add(tx, now, SiteId(1), &new).map(drop)
    };
    app.store.write(listens).await.unwrap();
}

/// What a comment says that everything follows from.
async fn post(reader: &TestReader, headers: &[(&str, &str)]) {
    let body = json!({
        "site": "news.example", "page": STORY, "name": reader.name,
        "text": "Ann of ann@mail.example saw https://pages.example/lighthouse",
    });
    let posted = reader.send_with(Method::POST, "/api/v1/comments", headers, body);
    posted.await.good();
}

/// A comment is posted, a webhook and a mail tell of it, and all of that is sent to a collector.
async fn one_trace(app: &TestApp, tracer: Tracer, waiting: Waiting) -> Asked {
    let (asked, address) = Asked::listen().await;
    listen_to_all(app, address).await;
    let mails = tempfile::tempdir().unwrap();
    let worker = worker(app, address, Mailer::Folder(mails.path().to_owned()));
    let worker = worker.traced(Some(tracer));
    subscribe(app, &worker, mails.path()).await;
    let parent = trace_parent();
    let headers = [
        ("traceparent", parent.as_str()),
        ("x-request-id", "edge-41"),
    ];
    post(&app.reader("Ann"), &headers).await;
    while worker.run_due().await.unwrap() > 0 {}
    deliver(waiting, address).await;
    asked
}

fn assert_one_trace(asked: &Asked, database: &str) {
    let spans = asked.spans();
    let paths = paths(&spans, TRACE);
    let root = "POST /api/v1/comments";
    let write = format!("{root} > write reader::posting::post");
    for expected in [
        root,
        &write,
        &format!("{write} > queue"),
        &format!("{write} > run"),
        &format!("{write} > commit"),
        &format!("{write} > run > job webhook > POST webhooks"),
        &format!("{write} > run > job fan_out"),
    ] {
        assert!(paths.contains(expected), "{expected}\n{paths:#?}");
    }
    let mail = |path: &&String| path.contains("> job fan_out > ") && path.ends_with("> mail");
    assert!(paths.iter().any(|path| mail(&path)), "{paths:#?}");
    let named = |name: &str| {
        let found = spans
            .iter()
            .find(|span| span["name"] == name && span["traceId"] == TRACE);
        found.unwrap_or_else(|| panic!("{name}"))
    };
    let root = named(root);
    assert_eq!(root["parentSpanId"], PARENT);
    assert_eq!(root["kind"], 2);
    assert_eq!(said(root, "rejoinder.request.id"), "edge-41");
    assert_eq!(said(root, "http.response.status_code"), "201");
    assert_eq!(said(root, "rejoinder.site.id"), "1");
    let write = named("write reader::posting::post");
    assert_eq!(said(write, "db.system.name"), database);
    // Who is told by a webhook is told of the trace, too.
    let call = named("POST webhooks")["spanId"].as_str().unwrap();
    let parent = format!("00-{TRACE}-{call}-01");
    let hooks = asked.at("/hook");
    assert!(
        hooks
            .iter()
            .any(|(headers, _)| headers["traceparent"] == parent),
        "{hooks:?}"
    );
}

/// What a span says by a name.
fn said(span: &Value, key: &str) -> String {
    let attributes = span["attributes"].as_array().unwrap();
    let own = attributes.iter().find(|own| own["key"] == key);
    let value = &own.unwrap_or_else(|| panic!("{key}: {span}"))["value"];
    let text = value.get("stringValue").or_else(|| value.get("intValue"));
    text.unwrap().as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_post_and_what_follows_from_it_are_one_trace_on_sqlite() {
    let (tracer, waiting) = tracer();
    let app = TestApp::with(|config| trusting(config, &tracer)).await;

    let asked = one_trace(&app, tracer, waiting).await;

    assert_one_trace(&asked, "sqlite");
}

#[tokio::test]
async fn a_post_and_what_follows_from_it_are_one_trace_on_postgres() {
    let (tracer, waiting) = tracer();
    let app = TestApp::on_postgres_with(|config| trusting(config, &tracer)).await;

    let asked = one_trace(&app, tracer, waiting).await;

    assert_one_trace(&asked, "postgresql");
}

#[tokio::test]
async fn nothing_of_a_reader_is_sent_to_a_collector() {
    let (tracer, waiting) = tracer();
    let app = TestApp::with(|config| trusting(config, &tracer)).await;
    let ann = app.reader("Ann");
    let secret = "4a6f7920746f2074686520776f726c64";
    ann.get(&format!(
        "/notices/news.example/{secret}?to=ann@mail.example"
    ))
    .await;
    let made_up = Method::from_bytes(b"ANN-OF-MAIL").unwrap();
    ann.ask(
        made_up,
        "/lighthouse",
        &[("user-agent", "lighthouse")],
        "".into(),
    )
    .await;

    let asked = one_trace(&app, tracer, waiting).await;

    let bodies = asked.at("/v1/traces");
    let cookie = ann.cookie.lock().unwrap().clone().unwrap_or_default();
    for (headers, body) in &bodies {
        assert_eq!(headers["authorization"], "Bearer collecting");
        for reader in [
            "Ann",
            "ANN",
            "Bob",
            "lighthouse",
            "mail.example",
            "reader.example",
            "pages.example",
            "news.example",
            "192.0.2.",
            "198.18.",
            "127.0.0.1",
            secret,
            &cookie,
            "Bearer",
        ] {
            let is_there = !reader.is_empty() && body.contains(reader);
            assert!(!is_there, "{reader}: {body}");
        }
    }
    let spans = asked.spans();
    let attributes = spans
        .iter()
        .flat_map(|span| span["attributes"].as_array().unwrap());
    let sent: BTreeSet<&str> = attributes.map(|own| own["key"].as_str().unwrap()).collect();
    assert_eq!(sent, BTreeSet::from(Attribute::KEYS));
    let told = include_str!("../../../../../docs/operators/traces.md");
    for key in Attribute::KEYS {
        assert!(
            told.contains(&format!("`{key}`")),
            "{key} is not documented"
        );
    }
    let names: BTreeSet<&str> = spans
        .iter()
        .map(|span| span["name"].as_str().unwrap())
        .collect();
    for expected in ["_OTHER nowhere", "GET /notices/{site}/{secret}"] {
        assert!(names.contains(expected), "{names:?}");
    }
}

#[tokio::test]
async fn nobody_but_a_trusted_proxy_says_in_which_trace_a_request_is() {
    let (tracer, waiting) = tracer();
    let (asked, address) = Asked::listen().await;
    let app = TestApp::with(|config| config.tracer = Some(tracer)).await;
    let (log, _hears) = Log::hear();

    let parent = trace_parent();
    post(&app.reader("Ann"), &[("traceparent", &parent)]).await;
    app.stranger()
        .submit("/auth/link", &[("site", "news.example"), ("token", "none")])
        .await;
    drop(app);
    deliver(waiting, address).await;

    let spans = asked.spans();
    let root = spans
        .iter()
        .find(|span| span["name"] == "POST /api/v1/comments");
    assert_eq!(root.unwrap()["parentSpanId"], "");
    assert!(spans.iter().all(|span| span["traceId"] != TRACE));
    // The log says of which trace a line is.
    let signing_in = spans.iter().find(|span| span["name"] == "POST /auth/link");
    let trace_id = signing_in.unwrap()["traceId"].as_str().unwrap();
    let [line] = &log.of("sign_in_failed")[..] else {
        panic!("{}", log.text());
    };
    assert!(line.contains(&format!("trace_id={trace_id}")), "{line}");
}

#[tokio::test]
async fn what_a_proxy_leaves_out_is_left_out_and_said_to_whoever_goes_on() {
    let (tracer, waiting) = tracer();
    let app = TestApp::with(|config| trusting(config, &tracer)).await;
    let (asked, address) = Asked::listen().await;
    listen_to_all(&app, address).await;
    let worker = worker(&app, address, Mailer::Folder("nowhere".into()));
    let worker = worker.traced(Some(tracer));

    let parent = format!("00-{TRACE}-{PARENT}-00");
    post(&app.reader("Ann"), &[("traceparent", &parent)]).await;
    while worker.run_due().await.unwrap() > 0 {}
    deliver(waiting, address).await;

    assert_eq!(paths(&asked.spans(), TRACE), BTreeSet::new());
    let (headers, _) = &asked.at("/hook")[0];
    let told = headers["traceparent"].to_str().unwrap();
    assert!(
        told.starts_with(&format!("00-{TRACE}-")) && told.ends_with("-00"),
        "{told}"
    );
}

#[tokio::test]
async fn without_the_option_no_trace_is_made_or_passed_on() {
    let app = TestApp::with(|config| {
        config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
    })
    .await;
    let (asked, address) = Asked::listen().await;
    listen_to_all(&app, address).await;
    let worker = worker(&app, address, Mailer::Folder("nowhere".into()));
    let (log, _hears) = Log::hear();

    let parent = trace_parent();
    post(&app.reader("Ann"), &[("traceparent", &parent)]).await;
    app.stranger()
        .submit("/auth/link", &[("site", "news.example"), ("token", "none")])
        .await;
    while worker.run_due().await.unwrap() > 0 {}

    let (headers, _) = &asked.at("/hook")[0];
    assert!(!headers.contains_key("traceparent"), "{headers:?}");
    assert!(!log.text().contains("trace_id"), "{}", log.text());
    assert!(!app.inside("/metrics").await.text().contains("trace"));
    assert_eq!(asked.0.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_collector_that_hangs_holds_nobody_up_and_costs_no_more_than_a_full_queue() {
    let (tracer, waiting) = tracer();
    let app = TestApp::with(|config| trusting(config, &tracer)).await;
    let hanging = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = hanging.local_addr().unwrap();
    let collector = format!("http://{address}").parse().unwrap();
    let collector = Collector::new(collector, "".parse().unwrap(), "comments".to_owned()).unwrap();
    let (_tell, stop) = watch::channel(false);
    let sending = tokio::spawn(collector.deliver(waiting, stop));
    app.thread(STORY).await;
    let (_held, _) = hanging.accept().await.unwrap();

    for _ in 0..10_000 {
        drop(Span::root(
            &tracer,
            None,
            Kind::Internal,
            Name::only("one of many"),
        ));
    }
    let answer = app.get(&thread_path(STORY)).await;
    post(&app.reader("Ann"), &[]).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert!(!sending.is_finished());
    let counts = tracer.counts();
    assert_eq!(counts.sent, 0);
    assert!(counts.dropped >= 10_000 - 2_048, "{counts:?}");
    let metrics = app.inside("/metrics").await;
    let line = format!("rejoinder_trace_spans_dropped_total {}", counts.dropped);
    assert!(metrics.text().contains(&line), "{}", metrics.text());
    sending.abort();
}

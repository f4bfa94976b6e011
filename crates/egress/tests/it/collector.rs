//! What becomes of spans, by what the collector answers.

use std::sync::Arc;

use egress::Collector;
use rejoinder_core::{FixedClock, FixedRandom, Time};
use rejoinder_egress as egress;
use tokio::sync::watch;
use traces::{Counts, Kind, Name, Sampling, Span, Tracer};

use crate::client::{page, redirect, server};

/// How many of five spans were sent and dropped, where the collector gives these answers.
async fn sent(answers: Vec<String>) -> Counts {
    let address = server(answers).await;
    let clock = Arc::new(FixedClock::at(Time::from_micros(0)));
    let random = Arc::new(FixedRandom::seeded(1));
    let (tracer, waiting) = Tracer::new(Sampling::ALL, clock, random);
    for _ in 0..5 {
        drop(Span::root(
            &tracer,
            None,
            Kind::Internal,
            Name::only("one of five"),
        ));
    }
    let collector = format!("http://{address}").parse().unwrap();
    let collector = Collector::new(collector, "".parse().unwrap(), "comments".to_owned());
    let (_tell, stop) = watch::channel(true);
    collector.unwrap().deliver(waiting, stop).await;
    tracer.counts()
}

fn counts(sent: u64, dropped: u64) -> Counts {
    Counts { sent, dropped }
}

#[tokio::test]
async fn a_collector_that_says_nothing_useful_has_taken_what_it_was_sent() {
    for body in [
        "",
        "{}",
        "<p>Thanks</p>",
        r#"{"partialSuccess":{"rejectedSpans":"many"}}"#,
    ] {
        assert_eq!(sent(vec![page(body)]).await, counts(5, 0), "{body}");
    }
    let endless = page(&"x".repeat(100_000));
    assert_eq!(sent(vec![endless]).await, counts(5, 0));
}

#[tokio::test]
async fn what_a_collector_says_that_it_rejected_counts_as_dropped() {
    for (rejected, n) in [("2", 2), ("\"2\"", 2), ("9999999", 5), ("-1", 0)] {
        let body = format!(r#"{{"partialSuccess":{{"rejectedSpans":{rejected}}}}}"#);
        assert_eq!(sent(vec![page(&body)]).await, counts(5 - n, n), "{body}");
    }
}

#[tokio::test]
async fn a_collector_that_is_busy_is_asked_once_more_and_one_that_refuses_is_not() {
    let busy = || page("{}").replace("200 OK", "503 Service Unavailable");
    let refuses = page("{}").replace("200 OK", "400 Bad Request");
    assert_eq!(sent(vec![busy(), page("{}")]).await, counts(5, 0));
    assert_eq!(sent(vec![busy(), busy(), page("{}")]).await, counts(0, 5));
    assert_eq!(sent(vec![refuses, page("{}")]).await, counts(0, 5));
    assert_eq!(sent(Vec::new()).await, counts(0, 5));
}

#[tokio::test]
async fn a_collector_leads_nowhere_else() {
    let elsewhere = server(vec![page("{}")]).await;
    let leads = redirect(&format!("http://{elsewhere}/v1/traces"));
    assert_eq!(sent(vec![leads]).await, counts(0, 5));
}

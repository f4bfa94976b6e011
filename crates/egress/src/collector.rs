//! Where traces go: to the operator's own collector, by OTLP over HTTP.
//!
//! The operator names the address, as that of the mail server, so it may be at home. Nobody waits for it:
//! what it does not take in time is dropped, and counted.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{StatusCode, redirect};
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::sleep;
use traces::{Ended, Resource, Waiting};
use tracing::{info, warn};
use url::Url;

use crate::client::{CONNECT_TIMEOUT, FetchError, USER_AGENT, tls, why};

/// Where a collector takes traces, below its own address.
const PATH: &str = "/v1/traces";

/// So many spans are sent at once.
const MAX_BATCH: usize = 512;

/// For so long the first of them waits for others.
const GATHERING: Duration = Duration::from_secs(1);

/// How long the collector may take for them.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Then they are sent once more, after this, where that may help.
const PAUSE: Duration = Duration::from_secs(2);

/// So much is read of its answer, in bytes.
const MAX_ANSWER: usize = 64 << 10;

/// The address of a collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorAddress(Url);

/// What was read is no address of a collector.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a collector, such as http://127.0.0.1:4318")]
pub struct NotACollector;

impl FromStr for CollectorAddress {
    type Err = NotACollector;

    /// Reads the collector's own address, or that at which it takes traces.
    fn from_str(text: &str) -> Result<Self, NotACollector> {
        let mut url = Url::parse(text).map_err(|_| NotACollector)?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
            return Err(NotACollector);
        }
        let path = url.path().trim_end_matches('/');
        if !path.ends_with(PATH) {
            let path = [path, PATH].concat();
            url.set_path(&path);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for CollectorAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a collector is shown beside the traces, such as a token. It does not print itself.
#[derive(Clone, Default)]
pub struct CollectorHeaders(HeaderMap);

impl fmt::Debug for CollectorHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CollectorHeaders(…)")
    }
}

/// What was read are no headers.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not headers such as authorization=Bearer%20TOKEN, with commas between them")]
pub struct NotHeaders;

impl FromStr for CollectorHeaders {
    type Err = NotHeaders;

    fn from_str(text: &str) -> Result<Self, NotHeaders> {
        let header = |item: &str| {
            let (name, value) = item.split_once('=')?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
            let mut value = HeaderValue::from_str(&value).ok()?;
            value.set_sensitive(true);
            Some((name, value))
        };
        let items = text.split(',').filter(|item| !item.trim().is_empty());
        let headers: Option<HeaderMap> = items.map(header).collect();
        headers.map(Self).ok_or(NotHeaders)
    }
}

/// The operator's collector.
pub struct Collector {
    http: reqwest::Client,
    address: CollectorAddress,
    headers: HeaderMap,
    resource: Resource,
    /// Whether it did not take what it was sent last.
    is_failing: bool,
}

/// What became of what was sent.
enum Delivery {
    /// It was taken, but for so many spans.
    Taken { n_rejected: u64 },
    /// It was not taken now.
    Later(String),
    /// It will never be taken.
    Never(String),
}

impl Collector {
    /// The collector at `address`, for spans of `service`.
    pub fn new(
        address: CollectorAddress,
        headers: CollectorHeaders,
        service: String,
    ) -> Result<Self, FetchError> {
        let refused = |error: String| FetchError::Network(error);
        let tls = tls().map_err(|error| refused(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| refused(error.to_string()))?;
        let version = env!("CARGO_PKG_VERSION");
        Ok(Self {
            http,
            address,
            headers: headers.0,
            resource: Resource { service, version },
            is_failing: false,
        })
    }

    /// Send what waits, until `stop` turns true; then what is left.
    pub async fn deliver(mut self, mut waiting: Waiting, mut stop: watch::Receiver<bool>) {
        loop {
            let mut batch = Vec::new();
            let is_over = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => true,
                () = waiting.fill(&mut batch, MAX_BATCH, GATHERING) => false,
            };
            waiting.take(&mut batch, MAX_BATCH);
            if !batch.is_empty() {
                self.send(&batch, &waiting, &mut stop).await;
            } else if is_over {
                return;
            }
        }
    }

    /// Send `batch`, and once more where that may help.
    async fn send(&mut self, batch: &[Ended], waiting: &Waiting, stop: &mut watch::Receiver<bool>) {
        let body = traces::body(&self.resource, batch);
        let mut delivery = self.once(body.clone()).await;
        if matches!(delivery, Delivery::Later(_)) {
            tokio::select! {
                () = sleep(PAUSE) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
            delivery = self.once(body).await;
        }
        let n = batch.len() as u64;
        match delivery {
            Delivery::Taken { n_rejected } => {
                let n_rejected = n_rejected.min(n);
                waiting.count(n - n_rejected, n_rejected);
                if std::mem::take(&mut self.is_failing) {
                    info!("The collector takes traces again");
                }
            }
            Delivery::Later(why) | Delivery::Never(why) => {
                waiting.count(0, n);
                // The same is not said each second.
                if !std::mem::replace(&mut self.is_failing, true) {
                    let address = &self.address;
                    warn!("Traces are dropped: {address} does not take them ({why})");
                }
            }
        }
    }

    async fn once(&self, body: Vec<u8>) -> Delivery {
        let call = self.http.post(self.address.0.clone());
        let call = call.headers(self.headers.clone());
        let call = call.header(CONTENT_TYPE, "application/json").body(body);
        let answer = match call.send().await {
            Ok(answer) => answer,
            Err(error) => return Delivery::Later(why(&error).to_string()),
        };
        match answer.status() {
            status if status.is_success() => Delivery::Taken {
                n_rejected: n_rejected(answer).await,
            },
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => Delivery::Later(status.to_string()),
            status => Delivery::Never(status.to_string()),
        }
    }
}

/// How many spans the collector says that it did not take; none where it says nothing that can be read.
async fn n_rejected(mut answer: reqwest::Response) -> u64 {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        if text.len() + chunk.len() > MAX_ANSWER {
            return 0;
        }
        text.extend_from_slice(&chunk);
    }
    let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
    let rejected = &answer["partialSuccess"]["rejectedSpans"];
    let number = rejected.as_str().and_then(|text| text.parse().ok());
    number.or_else(|| rejected.as_u64()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_where_traces_are_taken() {
        let leads = |text: &str| text.parse::<CollectorAddress>().map(|own| own.to_string());
        for (given, expected) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("http://otel.lan:4318/", "http://otel.lan:4318/v1/traces"),
            (
                "https://otel.example/otlp",
                "https://otel.example/otlp/v1/traces",
            ),
            (
                "https://otel.example/v1/traces",
                "https://otel.example/v1/traces",
            ),
        ] {
            assert_eq!(leads(given).as_deref(), Ok(expected));
        }
        for bad in [
            "",
            "127.0.0.1:4318",
            "grpc://otel.lan:4317",
            "http://me:secret@otel.lan",
            "http://otel.lan/?key=secret",
        ] {
            assert_eq!(leads(bad), Err(NotACollector), "{bad}");
        }
    }

    #[test]
    fn headers_are_read_as_opentelemetry_writes_them_and_do_not_print_themselves() {
        let read: CollectorHeaders = "authorization=Basic%20YWI6Yys=, x-scope=a".parse().unwrap();
        assert_eq!(read.0["authorization"], "Basic YWI6Yys=");
        assert_eq!(read.0["x-scope"], "a");
        assert_eq!(format!("{read:?}"), "CollectorHeaders(…)");
        for bad in ["authorization", "a b=c", "a=b%0d%0ac"] {
            assert!(bad.parse::<CollectorHeaders>().is_err(), "{bad}");
        }
    }
}

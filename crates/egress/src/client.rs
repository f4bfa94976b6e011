//! The guarded HTTP client.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, redirect};
use rustls::{ClientConfig, RootCertStore};
use traces::{Attribute, Kind, Name, Span};
use url::{Host, Url};

use crate::exception::{Exception, Feature};
use crate::gate::{self, ForbiddenTarget, Lookup, SystemLookup};

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
pub(crate) const USER_AGENT: &str =
    concat!("RejoinderBot/1 (Rejoinder ", env!("CARGO_PKG_VERSION"), ")");

/// What the client may reach. The default is the public internet, on ports 80 and 443.
#[derive(Clone)]
pub struct ClientPolicy {
    /// How names are resolved.
    pub lookup: Arc<dyn Lookup>,
    /// Sockets that count as the public internet, for tests that have one of their own.
    pub also_public: Vec<SocketAddr>,
    /// What the operator has opened to single features although it is not public.
    pub exceptions: Vec<Exception>,
}

impl Default for ClientPolicy {
    fn default() -> Self {
        Self {
            lookup: Arc::new(SystemLookup),
            also_public: Vec::new(),
            exceptions: Vec::new(),
        }
    }
}

/// How much one request may take.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// The longest body, in bytes; a longer one is an error.
    pub max_bytes: usize,
    /// From the first connection to the last byte, over all redirects.
    pub timeout: Duration,
    /// How many redirects are followed; with 0 a redirect is the answer.
    pub max_redirects: usize,
}

/// A request to the outside.
#[derive(Debug, Clone)]
pub struct Request {
    /// What asks.
    pub feature: Feature,
    /// The method of the first hop; redirects are followed by GET.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// Headers, by name.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// How much it may take.
    pub limits: FetchLimits,
}

/// An answer from the outside.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The media type without parameters, in lower case; empty when none was given.
    pub content_type: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Vec<u8>,
    /// Where the answer came from, after redirects.
    pub url: Url,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address, or one that it led to, may not be asked.
    #[error("the address may not be reached: {0}")]
    Forbidden(#[from] ForbiddenTarget),
    /// The body is longer than the limit.
    #[error("the answer is longer than {max} bytes")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// More redirects than allowed.
    #[error("more than {max} redirects")]
    TooManyRedirects {
        /// The limit.
        max: usize,
    },
    /// A redirect led to an origin at which nothing is to be asked.
    #[error("it leads to another origin")]
    Elsewhere,
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// The connection failed.
    #[error("no connection: {0}")]
    Network(String),
}

impl FetchError {
    /// Its word, in which nothing stands of who was asked.
    const fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "forbidden",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::Elsewhere => "elsewhere",
            Self::Timeout => "timeout",
            Self::Network(_) => "network",
        }
    }
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    tls: ClientConfig,
    policy: ClientPolicy,
}

impl Client {
    /// A client that keeps to `policy`.
    pub fn new(policy: ClientPolicy) -> Result<Self, FetchError> {
        let tls = tls().map_err(|error| FetchError::Network(error.to_string()))?;
        Ok(Self { tls, policy })
    }

    /// Make `request`, follow its redirects as far as they may go, and read the answer whole.
    pub async fn send(&self, request: Request) -> Result<Response, FetchError> {
        self.within(request, None, OversizeHandling::Refuse).await
    }

    /// As [`Client::send`], but nothing is asked at another origin than these, whatever a redirect says.
    pub async fn send_among(
        &self,
        request: Request,
        origins: &[String],
    ) -> Result<Response, FetchError> {
        self.within(request, Some(origins), OversizeHandling::Refuse)
            .await
    }

    /// As [`Client::send`], but of a body that is longer than the limit its beginning is enough.
    pub async fn send_for_start(&self, request: Request) -> Result<Response, FetchError> {
        self.within(request, None, OversizeHandling::Leave).await
    }

    /// As [`Client::send`], but the body comes piece by piece, for what does not fit in memory. The
    /// timeout of the limits is for the head and for each piece.
    pub async fn open(&self, request: Request) -> Result<Download, FetchError> {
        let FetchLimits {
            max_bytes, timeout, ..
        } = request.limits;
        let opening = async {
            let opening = tokio::time::timeout(timeout, self.hops(&request, None));
            opening.await.map_err(|_| FetchError::Timeout)?
        };
        let status = |(answer, _): &(reqwest::Response, Url)| answer.status().as_u16();
        let (answer, url) = traced(&request, opening, status).await?;
        if answer.content_length().unwrap_or(0) > max_bytes as u64 {
            return Err(FetchError::TooLarge { max: max_bytes });
        }
        Ok(Download {
            status: answer.status().as_u16(),
            url,
            answer,
            max_bytes,
            n_bytes: 0,
            timeout,
        })
    }

    async fn within(
        &self,
        request: Request,
        origins: Option<&[String]>,
        beyond: OversizeHandling,
    ) -> Result<Response, FetchError> {
        let asking = async {
            let asking = self.follow(&request, origins, beyond);
            let answer = tokio::time::timeout(request.limits.timeout, asking);
            answer.await.map_err(|_| FetchError::Timeout)?
        };
        traced(&request, asking, |answer| answer.status).await
    }

    async fn follow(
        &self,
        request: &Request,
        origins: Option<&[String]>,
        beyond: OversizeHandling,
    ) -> Result<Response, FetchError> {
        let (answer, url) = self.hops(request, origins).await?;
        read(answer, url, request.limits.max_bytes, beyond).await
    }

    /// The answer to `request`, after its redirects, and where it came from; with `origins` from one of
    /// these.
    async fn hops(
        &self,
        request: &Request,
        origins: Option<&[String]>,
    ) -> Result<(reqwest::Response, Url), FetchError> {
        let max_redirects = request.limits.max_redirects;
        let is_among = |url: &Url| {
            let origin = url.origin().ascii_serialization();
            origins.is_none_or(|origins| origins.contains(&origin))
        };
        let mut url = Url::parse(&request.url).map_err(|_| ForbiddenTarget::Unreadable)?;
        if !is_among(&url) {
            return Err(FetchError::Elsewhere);
        }
        let mut answer = self.hop(request, &url, true).await?;
        for hops in 1.. {
            let Some(next) = redirect_target(&answer, &url) else {
                break;
            };
            if max_redirects == 0 {
                break;
            }
            if hops > max_redirects {
                return Err(FetchError::TooManyRedirects { max: max_redirects });
            }
            let next = next?;
            if url.scheme() == "https" && next.scheme() == "http" {
                return Err(ForbiddenTarget::Downgrade.into());
            }
            if !is_among(&next) {
                return Err(FetchError::Elsewhere);
            }
            answer = self.hop(request, &next, false).await?;
            url = next;
        }
        Ok((answer, url))
    }

    /// Whether `feature` may ask `url` as things are now. What is kept to be asked later is looked at
    /// once when it is given, so that whoever gives it hears why not, and again each time.
    pub async fn may_reach(&self, feature: Feature, url: &str) -> Result<(), FetchError> {
        let url = Url::parse(url).map_err(|_| ForbiddenTarget::Unreadable)?;
        let found = tokio::time::timeout(CONNECT_TIMEOUT, self.vetted(feature, &url));
        found.await.map_err(|_| FetchError::Timeout)?.map(drop)
    }

    /// The sockets that `feature` may connect to for `url`: what its name resolves to, looked at; none
    /// where the host is a number already.
    async fn vetted(&self, feature: Feature, url: &Url) -> Result<Vec<SocketAddr>, FetchError> {
        let ClientPolicy {
            lookup,
            also_public,
            exceptions,
        } = &self.policy;
        let is_excepted = exceptions.iter().any(|open| open.covers(feature, url));
        if is_excepted {
            gate::check_form(url)?;
        } else {
            gate::check(url, also_public)?;
        }
        let Some(Host::Domain(host)) = url.host() else {
            return Ok(Vec::new());
        };
        let port = url.port_or_known_default().unwrap_or(0);
        let found = lookup.lookup(host.to_owned(), port).await;
        let found = found.map_err(|error| FetchError::Network(error.to_string()))?;
        if !is_excepted {
            gate::vet(&found, also_public)?;
        }
        Ok(found)
    }

    /// A client for one hop, which connects to what was looked at and to nothing else: another look-up
    /// could be answered differently.
    async fn connecting(&self, feature: Feature, url: &Url) -> Result<reqwest::Client, FetchError> {
        let vetted = self.vetted(feature, url).await?;
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .no_proxy()
            .redirect(redirect::Policy::none())
            .resolve_to_addrs(url.host_str().unwrap_or_default(), &vetted)
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| FetchError::Network(error.to_string()))
    }

    /// One request to one place. Headers and body go to the first place only: they may hold secrets.
    async fn hop(
        &self,
        request: &Request,
        url: &Url,
        is_first: bool,
    ) -> Result<reqwest::Response, FetchError> {
        let http = self.connecting(request.feature, url).await?;
        let method = if is_first {
            request.method.clone()
        } else {
            Method::GET
        };
        let mut call = http.request(method, url.clone());
        if is_first {
            call = call.headers(headers(&request.headers));
            if let Some(parent) = trace_parent(request.feature) {
                call = call.header("traceparent", parent);
            }
            if let Some(body) = &request.body {
                call = call.body(body.clone());
            }
        }
        call.send().await.map_err(|error| why(&error))
    }
}

/// Do `asking` as a span of the trace that it is for, if there is one. Whom it asks does not stand there:
/// many addresses are what somebody wrote.
async fn traced<T>(
    request: &Request,
    asking: impl Future<Output = Result<T, FetchError>>,
    status: impl FnOnce(&T) -> u16,
) -> Result<T, FetchError> {
    let (method, feature) = (
        traces::method(request.method.as_str()),
        request.feature.as_str(),
    );
    let mut span = Span::child(Kind::Client, Name::of(method, feature));
    span.set(Attribute::Method(method));
    span.set(Attribute::Feature(feature));
    let answer = span.scope().around(asking).await;
    match &answer {
        Ok(answer) => span.set(Attribute::Status(status(answer))),
        Err(error) => span.fail(error.code()),
    }
    answer
}

/// What whoever is asked is told of the trace: those alone whose address the publisher named, so that no
/// stranger can tell which requests belong together.
fn trace_parent(feature: Feature) -> Option<String> {
    let parent = feature.is_owners().then(traces::current)??;
    Some(parent.to_string())
}

fn headers(given: &[(&'static str, String)]) -> HeaderMap {
    let pairs = given.iter().filter_map(|(name, value)| {
        Some((
            HeaderName::from_static(name),
            HeaderValue::from_str(value).ok()?,
        ))
    });
    pairs.collect()
}

fn redirect_target(answer: &reqwest::Response, from: &Url) -> Option<Result<Url, ForbiddenTarget>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers().get(LOCATION)?;
    let target = location.to_str().ok().and_then(|text| from.join(text).ok());
    Some(target.ok_or(ForbiddenTarget::Unreadable))
}

/// An answer whose body comes piece by piece.
#[derive(Debug)]
pub struct Download {
    /// The status code.
    pub status: u16,
    /// Where the answer came from, after redirects.
    pub url: Url,
    answer: reqwest::Response,
    max_bytes: usize,
    n_bytes: usize,
    timeout: Duration,
}

impl Download {
    /// The next piece of the body; `None` at its end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        let chunk = tokio::time::timeout(self.timeout, self.answer.chunk());
        let chunk = chunk.await.map_err(|_| FetchError::Timeout)?;
        let chunk = chunk.map_err(|error| why(&error))?;
        self.n_bytes += chunk.as_ref().map_or(0, Bytes::len);
        if self.n_bytes > self.max_bytes {
            return Err(FetchError::TooLarge {
                max: self.max_bytes,
            });
        }
        Ok(chunk)
    }
}

/// What becomes of a body beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OversizeHandling {
    /// It is an error.
    Refuse,
    /// It is not read.
    Leave,
}

async fn read(
    mut answer: reqwest::Response,
    url: Url,
    max: usize,
    beyond: OversizeHandling,
) -> Result<Response, FetchError> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > max as u64 && beyond == OversizeHandling::Refuse {
        return Err(FetchError::TooLarge { max });
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| why(&error))? {
        let room = max - body.len();
        if chunk.len() > room && beyond == OversizeHandling::Refuse {
            return Err(FetchError::TooLarge { max });
        }
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == max && beyond == OversizeHandling::Leave {
            break;
        }
    }
    let media = answer
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = media
        .unwrap_or("")
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_lowercase();
    let status = answer.status().as_u16();
    Ok(Response {
        status,
        content_type,
        headers: answer.headers().clone(),
        body,
        url,
    })
}

/// The reason for a failure: the innermost cause.
pub(crate) fn why(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Timeout;
    }
    let mut cause = error.source();
    let mut innermost = String::from("the request could not be made");
    while let Some(inner) = cause {
        innermost = inner.to_string();
        cause = inner.source();
    }
    FetchError::Network(innermost)
}

/// The certificates that the system trusts, read once.
pub(crate) fn tls() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

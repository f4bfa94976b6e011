//! The guarded HTTP client.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Method, redirect};
use url::{Host, Url};

use crate::gate::{self, Forbidden, Lookup, SystemLookup};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const USER_AGENT: &str = concat!("RejoinderBot/1 (Rejoinder ", env!("CARGO_PKG_VERSION"), ")");

/// What the client may reach. The default is the public internet, on ports 80 and 443.
#[derive(Clone)]
pub struct Policy {
    /// How names are resolved.
    pub lookup: Arc<dyn Lookup>,
    /// Sockets that the operator has opened although they are not public.
    pub excepted: Vec<SocketAddr>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lookup: Arc::new(SystemLookup),
            excepted: Vec::new(),
        }
    }
}

/// How much one request may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
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
    /// The method of the first hop; redirects are followed by GET.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// Headers, by name.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// How much it may take.
    pub limits: Limits,
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
    Forbidden(#[from] Forbidden),
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
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// The connection failed.
    #[error("no connection: {0}")]
    Network(String),
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    policy: Policy,
}

impl Client {
    /// A client that keeps to `policy`.
    pub fn new(policy: Policy) -> Result<Self, FetchError> {
        let guard = Guard(policy.clone());
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .dns_resolver(Arc::new(guard))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(0)
            .user_agent(USER_AGENT)
            .build()
            .map_err(|error| FetchError::Network(error.to_string()))?;
        Ok(Self { http, policy })
    }

    /// Make `request`, follow its redirects as far as they may go, and read the answer whole.
    pub async fn send(&self, request: Request) -> Result<Response, FetchError> {
        self.within(request, Beyond::Refuse).await
    }

    /// As [`Client::send`], but of a body that is longer than the limit its beginning is enough.
    pub async fn send_for_start(&self, request: Request) -> Result<Response, FetchError> {
        self.within(request, Beyond::Leave).await
    }

    async fn within(&self, request: Request, beyond: Beyond) -> Result<Response, FetchError> {
        let timeout = request.limits.timeout;
        tokio::time::timeout(timeout, self.follow(request, beyond))
            .await
            .map_err(|_| FetchError::Timeout)?
    }

    async fn follow(&self, request: Request, beyond: Beyond) -> Result<Response, FetchError> {
        let Limits {
            max_bytes,
            max_redirects,
            ..
        } = request.limits;
        let mut url = Url::parse(&request.url).map_err(|_| Forbidden::Unreadable)?;
        let mut answer = self.hop(&request, &url, true).await?;
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
                return Err(Forbidden::Downgrade.into());
            }
            answer = self.hop(&request, &next, false).await?;
            url = next;
        }
        read(answer, url, max_bytes, beyond).await
    }

    /// Whether `url` may be asked as things are now. What is kept to be asked later is looked at
    /// once when it is given, so that whoever gives it hears why not, and again each time.
    pub async fn may_reach(&self, url: &str) -> Result<(), FetchError> {
        let Policy { lookup, excepted } = &self.policy;
        let url = Url::parse(url).map_err(|_| Forbidden::Unreadable)?;
        gate::check(&url, excepted)?;
        let Some(Host::Domain(host)) = url.host() else {
            return Ok(());
        };
        let port = url.port_or_known_default().unwrap_or(0);
        let found = tokio::time::timeout(CONNECT_TIMEOUT, lookup.lookup(host.to_owned(), port));
        let found = found.await.map_err(|_| FetchError::Timeout)?;
        let found = found.map_err(|error| FetchError::Network(error.to_string()))?;
        Ok(gate::vet(&found, excepted)?)
    }

    /// Look at `url` before it is asked. The guard in the resolver looks again at what is connected
    /// to, but does not see the port, which matters where the operator opened a single socket.
    async fn check(&self, url: &Url) -> Result<(), FetchError> {
        let Policy { lookup, excepted } = &self.policy;
        gate::check(url, excepted)?;
        let (Some(Host::Domain(host)), false) = (url.host(), excepted.is_empty()) else {
            return Ok(());
        };
        let port = url.port_or_known_default().unwrap_or(0);
        let found = lookup.lookup(host.to_owned(), port).await;
        let found = found.map_err(|error| FetchError::Network(error.to_string()))?;
        Ok(gate::vet(&found, excepted)?)
    }

    /// One request to one place. Headers and body go to the first place only: they may hold secrets.
    async fn hop(
        &self,
        request: &Request,
        url: &Url,
        is_first: bool,
    ) -> Result<reqwest::Response, FetchError> {
        self.check(url).await?;
        let method = if is_first {
            request.method.clone()
        } else {
            Method::GET
        };
        let mut call = self.http.request(method, url.clone());
        if is_first {
            call = call.headers(headers(&request.headers));
            if let Some(body) = &request.body {
                call = call.body(body.clone());
            }
        }
        call.send().await.map_err(|error| why(&error))
    }
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

fn redirect_target(answer: &reqwest::Response, from: &Url) -> Option<Result<Url, Forbidden>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = answer.headers().get(LOCATION)?;
    let target = location.to_str().ok().and_then(|text| from.join(text).ok());
    Some(target.ok_or(Forbidden::Unreadable))
}

/// What becomes of a body beyond the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// It is an error.
    Refuse,
    /// It is not read.
    Leave,
}

async fn read(
    mut answer: reqwest::Response,
    url: Url,
    max: usize,
    beyond: Beyond,
) -> Result<Response, FetchError> {
    let announced = answer.content_length().unwrap_or(0);
    if announced > max as u64 && beyond == Beyond::Refuse {
        return Err(FetchError::TooLarge { max });
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| why(&error))? {
        let room = max - body.len();
        if chunk.len() > room && beyond == Beyond::Refuse {
            return Err(FetchError::TooLarge { max });
        }
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == max && beyond == Beyond::Leave {
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

/// The reason for a failure: the guard's word where it spoke, else the innermost cause.
fn why(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::Timeout;
    }
    let mut cause = error.source();
    let mut innermost = String::from("the request could not be made");
    while let Some(inner) = cause {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return forbidden.clone().into();
        }
        innermost = inner.to_string();
        cause = inner.source();
    }
    FetchError::Network(innermost)
}

/// Resolves and vets in one step, so that what was looked at is what is connected to.
struct Guard(Policy);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let mut vetted = Vec::new();
            for socket in policy.lookup.lookup(host, 443).await? {
                let excepted = policy.excepted.iter().any(|open| open.ip() == socket.ip());
                if !excepted {
                    gate::vet(&[socket], &[])?;
                }
                vetted.push(socket);
            }
            if vetted.is_empty() {
                return Err(Forbidden::Private.into());
            }
            vetted.iter_mut().for_each(|socket| socket.set_port(0));
            Ok(Box::new(vetted.into_iter()) as Addrs)
        })
    }
}

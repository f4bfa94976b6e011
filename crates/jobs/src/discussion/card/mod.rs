//! Asking pages what they say about themselves, for the cards that stand for links to them.
//!
//! Only the links of published comments are followed, and only as the site's settings say when it
//! happens. What goes wrong is not told to anyone: it would tell a stranger what our network is
//! like. A card that is there already stays.

mod icon;
mod oembed;
mod pace;
mod page;
mod picture;
mod unused;

pub use unused::UnusedCardHandler;

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, Feature, FetchError, FetchLimits, Method, Request, Response};
use rejoinder_core::{Clock, SiteId, discussion::card};
use store::discussion::cards::{self, FetchCard, FetchedCard, NewCardPicture};
use store::jobs::Job;
use store::{Result, Store, publication::sites};
use tokio::sync::Semaphore;
use url::Url;

use crate::worker::{Handler, JobOutcome};
use oembed::Oembed;
use pace::HostThrottle;

/// How much of a page is read, in bytes.
const MAX_PAGE: usize = 512 * 1_024;

/// How much may be said in oEmbed, in bytes.
const MAX_OEMBED: usize = 64 * 1_024;

/// The largest picture that is read, in bytes.
const MAX_PICTURE: usize = 2 * 1_024 * 1_024;

/// The largest icon that is read, in bytes.
const MAX_ICON: usize = 256 * 1_024;

/// How long a page or a picture may take.
const TIMEOUT: Duration = Duration::from_secs(8);

const MAX_REDIRECTS: usize = 3;

/// After so many attempts a page says nothing.
const MAX_ATTEMPTS: i64 = 4;

/// Makes cards.
pub struct CardHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    pace: HostThrottle,
    /// Pictures take memory, so they are made small one after the other.
    shrinking: Arc<Semaphore>,
    timeout: Duration,
}

impl CardHandler {
    /// A handler that asks through `client`.
    pub fn new(store: Arc<Store>, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            client,
            clock,
            pace: HostThrottle::default(),
            shrinking: Arc::new(Semaphore::new(1)),
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another timeout for a page.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Whether a published comment links to `url`, and the site lets it unfold.
    async fn may_ask(&self, site: SiteId, url: &str) -> Result<bool> {
        let url = url.to_owned();
        let read = self.store.read(move |tx| {
            let settings = sites::by_id(tx, site)?.map(|site| site.settings);
            let is_wanted = cards::is_wanted(tx, site, &url)?;
            Ok(is_wanted && settings.is_some_and(|settings| settings.unfolds(&url)))
        });
        read.await
    }

    async fn read(&self, url: &str) -> std::result::Result<Option<FetchedCard>, FetchError> {
        let accept = "text/html, application/xhtml+xml";
        let answer = self
            .client
            .send_for_start(self.get(url, accept, MAX_PAGE))
            .await?;
        let Some(metadata) = page::metadata(&answer) else {
            return Ok(None);
        };
        let more = match metadata.oembed.and_then(|href| answer.url.join(&href).ok()) {
            Some(href) => self.oembed(&answer.url, &href).await.unwrap_or_default(),
            None => Oembed::default(),
        };
        let Some(title) = metadata.title.or(more.title).or(metadata.heading) else {
            return Ok(None);
        };
        let src = metadata.picture.and_then(|src| answer.url.join(&src).ok());
        let icon = metadata.icon.as_deref().unwrap_or("/favicon.ico");
        let icon = answer.url.join(icon).ok().filter(|_| !metadata.is_quiet);
        let (picture, icon) = tokio::join!(
            self.picture(
                &answer.url,
                src.or(more.picture),
                MAX_PICTURE,
                picture::small
            ),
            self.picture(&answer.url, icon, MAX_ICON, icon::small),
        );
        Ok(Some(FetchedCard {
            title,
            site: metadata.site.or(more.site),
            author: more.author,
            description: metadata.description,
            picture,
            icon,
        }))
    }

    fn get(&self, url: &str, accept: &str, max_bytes: usize) -> Request {
        Request {
            feature: Feature::Cards,
            method: Method::GET,
            url: url.to_owned(),
            headers: vec![("accept", accept.to_owned())],
            body: None,
            limits: FetchLimits {
                max_bytes,
                timeout: self.timeout,
                max_redirects: MAX_REDIRECTS,
            },
        }
    }

    /// What is at `part`, which `page` names. A page may lead us to another host no more often than
    /// we would ask that host of ourselves.
    async fn part(&self, page: &Url, part: &Url, accept: &str, max: usize) -> Option<Response> {
        let (host, now) = (part.host_str()?, self.clock.steady());
        if page.host_str() != Some(host) && self.pace.pause(host, now).is_some() {
            return None;
        }
        let answer = self.client.send(self.get(part.as_str(), accept, max)).await;
        answer.ok().filter(is_plain)
    }

    /// What the page's oEmbed at `href` says; a page without one is a page, too.
    async fn oembed(&self, page: &Url, href: &Url) -> Option<Oembed> {
        let answer = self.part(page, href, oembed::ACCEPT, MAX_OEMBED).await?;
        oembed::read(&answer)
    }

    /// The picture at `src`, made anew by `small`; without one a card is a card, too.
    async fn picture(
        &self,
        page: &Url,
        src: Option<Url>,
        max: usize,
        small: fn(&[u8]) -> Option<NewCardPicture>,
    ) -> Option<NewCardPicture> {
        let answer = self.part(page, &src?, picture::ACCEPT, max).await?;
        if !picture::ACCEPT
            .split(", ")
            .any(|kind| kind == answer.content_type)
        {
            return None;
        }
        let turn = Arc::clone(&self.shrinking).acquire_owned().await.ok()?;
        // The turn ends with the work, and not with whoever waits for it.
        let small = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            small(&answer.body)
        });
        small.await.ok().flatten()
    }
}

/// Whether it may go better another time.
const fn is_passing(error: &FetchError) -> bool {
    matches!(error, FetchError::Timeout | FetchError::Network(_))
}

/// Whether an answer is a good one, and its body what it is: nothing was asked for in a packed form.
fn is_plain(answer: &Response) -> bool {
    let packed = answer.headers.get("content-encoding");
    answer.status == 200 && packed.is_none_or(|packed| packed == "identity")
}

impl Handler for CardHandler {
    type Payload = FetchCard;

    async fn run(&self, job: &Job, FetchCard { url, .. }: FetchCard) -> Result<JobOutcome> {
        let (site, now) = (job.site, self.clock.now());
        if !self.may_ask(site, &url).await? {
            self.store
                .write(move |tx| cards::forget(tx, site, &url))
                .await?;
            return Ok(JobOutcome::Done);
        }
        let host = card::host(&url).unwrap_or_default();
        if let Some(pause) = self.pace.pause(host, self.clock.steady()) {
            return Ok(JobOutcome::RetryAt(
                now.after(pause),
                "its site was asked often lately".to_owned(),
            ));
        }
        let found = match self.read(&url).await {
            Ok(found) => found,
            Err(why) if is_passing(&why) && job.attempts < MAX_ATTEMPTS => {
                return Ok(JobOutcome::Retry(why.to_string()));
            }
            Err(_) => None,
        };
        let now = self.clock.now();
        self.store
            .write(move |tx| match cards::is_wanted(tx, site, &url)? {
                true => cards::save(tx, now, site, &url, found.as_ref()),
                false => cards::forget(tx, site, &url),
            })
            .await?;
        Ok(JobOutcome::Done)
    }
}

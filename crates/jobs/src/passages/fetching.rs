//! Fetching the text of an article from its publisher's page.

use std::sync::Arc;
use std::time::Duration;

use egress::{Client, Feature, FetchError, FetchLimits, Method, Request, Response};
use rejoinder_core::passages::fetching::{FetchProblem, MAX_TEXT, may_fetch};
use rejoinder_core::{Clock, PageKey, Site};
use store::discussion::pages;
use store::jobs::Job;
use store::passages::fetching::{self, FetchArticle};
use store::publication::sites;
use store::{Result, Store, StoreError, Tx};

use crate::worker::{Handler, JobOutcome};

/// How long a page may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest page that is read, in bytes.
const MAX_PAGE: usize = 4 << 20;

const MAX_REDIRECTS: usize = 3;

/// Fetches the texts of articles.
///
/// An editor has asked for it and waits: it is tried once, and what went wrong is kept for them to read.
pub struct ArticleHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    timeout: Duration,
}

impl ArticleHandler {
    /// A handler that asks through `client`.
    pub fn new(store: Arc<Store>, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            client,
            clock,
            timeout: TIMEOUT,
        }
    }

    /// This handler, with another timeout for a page.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    async fn text(
        &self,
        site: &Site,
        key: &PageKey,
    ) -> Result<std::result::Result<String, FetchProblem>> {
        // Its origins may be others by now.
        let Ok(address) = may_fetch(site, key) else {
            return Ok(Err(FetchProblem::GivenUp));
        };
        let request = Request {
            feature: Feature::Articles,
            method: Method::GET,
            url: address.to_owned(),
            headers: vec![("accept", "text/html, application/xhtml+xml".to_owned())],
            body: None,
            limits: FetchLimits {
                max_bytes: MAX_PAGE,
                timeout: self.timeout,
                max_redirects: MAX_REDIRECTS,
            },
        };
        let answer = match self.client.send_among(request, &site.origins).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(problem(&error))),
        };
        // A long page takes a while.
        let read = tokio::task::spawn_blocking(move || read(answer));
        read.await
            .map_err(|error| StoreError::Internal(error.into()))
    }
}

const fn problem(error: &FetchError) -> FetchProblem {
    match error {
        FetchError::Forbidden(_) => FetchProblem::Forbidden,
        FetchError::TooLarge { .. } => FetchProblem::TooLarge,
        FetchError::TooManyRedirects { .. } => FetchProblem::Redirects,
        FetchError::Elsewhere => FetchProblem::Elsewhere,
        FetchError::Timeout => FetchProblem::Timeout,
        FetchError::Network(_) => FetchProblem::Unreachable,
    }
}

/// The text of the article in an answer.
fn read(answer: Response) -> std::result::Result<String, FetchProblem> {
    if answer.status != 200 {
        return Err(FetchProblem::Status(answer.status));
    }
    let is_html = matches!(
        answer.content_type.as_str(),
        "text/html" | "application/xhtml+xml"
    );
    if !is_html {
        return Err(FetchProblem::NotHtml);
    }
    let html = String::from_utf8(answer.body).map_err(|_| FetchProblem::NotUtf8)?;
    let html = html.replace('\0', "");
    let part = markup::article_part(&html).ok_or(FetchProblem::NoArticle)?;
    let text = markup::article_text(part);
    match text.len() {
        0 => Err(FetchProblem::Empty),
        1..=MAX_TEXT => Ok(text),
        _ => Err(FetchProblem::TooLarge),
    }
}

impl Handler for ArticleHandler {
    type Payload = FetchArticle;

    async fn run(&self, job: &Job, fetch: FetchArticle) -> Result<JobOutcome> {
        let id = job.site;
        let read = self.store.read(move |tx: &mut Tx<'_>| {
            let page = fetching::due(tx, id, fetch)?;
            Ok::<_, StoreError>(page.zip(sites::by_id(tx, id)?))
        });
        let Some((page, site)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        let found = self.text(&site, &page.key).await?;
        let now = self.clock.now();
        let end = move |tx: &mut Tx<'_>| {
            let page = pages::lock(tx, id, fetch.page)?;
            let found = match &found {
                Ok(text) => Ok(text.as_str()),
                Err(problem) => Err(*problem),
            };
            fetching::end(tx, now, &page, fetch.asked_at, found)
        };
        self.store.write(end).await?;
        Ok(JobOutcome::Done)
    }
}

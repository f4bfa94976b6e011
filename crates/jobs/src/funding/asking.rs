//! Asking processors: what an invoice came to, whether they sent a message, what became of an account.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use egress::{Client, Feature, FetchLimits, Method, Request};
use rejoinder_core::funding::processors::{
    MessageRefusal, PaymentEvent, Processor, btcpay, liberapay, open_collective, paypal,
};
use rejoinder_core::{Clock, IdSource, Random};
use serde::Deserialize;
use store::funding::asking::{AskProcessor, ProcessorQueryJson};
use store::funding::hooks::{self, ProcessorHook};
use store::funding::intake;
use store::jobs::Job;
use store::{Result, Store, Tx};

use crate::worker::{Handler, JobOutcome};

/// How long a processor may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 1 << 20;

/// Where processors are asked that have one address for everybody.
#[derive(Debug, Clone)]
pub struct ProcessorAddresses {
    /// PayPal's interface.
    pub paypal: String,
    /// Open Collective's.
    pub open_collective: String,
    /// Liberapay's site.
    pub liberapay: String,
}

impl Default for ProcessorAddresses {
    fn default() -> Self {
        Self {
            paypal: paypal::ADDRESS.to_owned(),
            open_collective: open_collective::ADDRESS.to_owned(),
            liberapay: liberapay::ADDRESS.to_owned(),
        }
    }
}

/// Asks processors, and takes what they answer into the ledger.
pub struct AskHandler {
    store: Arc<Store>,
    client: Client,
    clock: Arc<dyn Clock>,
    ids: Arc<IdSource>,
    addresses: ProcessorAddresses,
}

/// What a processor answered.
enum AskOutcome {
    /// This.
    Told(std::result::Result<PaymentEvent, MessageRefusal>),
    /// Nothing that can be used now; the reason.
    NotNow(String),
}

impl AskHandler {
    /// A handler that asks through `client`.
    pub fn new(
        store: Arc<Store>,
        client: Client,
        clock: Arc<dyn Clock>,
        random: &dyn Random,
        addresses: ProcessorAddresses,
    ) -> Self {
        Self {
            store,
            client,
            clock,
            ids: Arc::new(IdSource::new(random)),
            addresses,
        }
    }

    async fn ask(&self, hook: &ProcessorHook, about: &ProcessorQueryJson) -> AskOutcome {
        let account = hook.account.as_deref().unwrap_or_default();
        let key = hook.key.as_deref().unwrap_or_default();
        let answer = match (hook.processor, about) {
            (Processor::Btcpay, ProcessorQueryJson::Invoice(id)) => {
                self.invoice(account, key, id).await
            }
            (
                Processor::Btcpay,
                ProcessorQueryJson::Payout {
                    pull_payment,
                    payout,
                },
            ) => self.payout(account, pull_payment, payout).await,
            (Processor::Paypal, ProcessorQueryJson::Message(kept)) => {
                self.message(account, key, kept).await
            }
            (Processor::OpenCollective, ProcessorQueryJson::Account) => {
                self.collective(account, key).await
            }
            (Processor::Liberapay, ProcessorQueryJson::Account) => self.receiving(account).await,
            _ => Ok(Err(MessageRefusal::Unreadable)),
        };
        match answer {
            Ok(told) => AskOutcome::Told(told),
            Err(why) => AskOutcome::NotNow(why),
        }
    }

    async fn invoice(&self, store: &str, key: &str, id: &str) -> AskResult {
        let Some(url) = btcpay::invoice_address(store, id) else {
            return Ok(Err(MessageRefusal::Unreadable));
        };
        let key = ("authorization", format!("token {key}"));
        let answer = self.send(Method::GET, url, vec![key], None).await?;
        let movements = btcpay::invoice(store, id, &answer);
        Ok(movements.map(|movements| moved("InvoiceSettled", movements)))
    }

    /// What everybody is told who knows the ids: the key is not shown.
    async fn payout(&self, store: &str, pull_payment: &str, payout: &str) -> AskResult {
        let Some([of, own]) = btcpay::payout_addresses(store, pull_payment, payout) else {
            return Ok(Err(MessageRefusal::Unreadable));
        };
        let of = self.send(Method::GET, of, Vec::new(), None).await?;
        let own = self.send(Method::GET, own, Vec::new(), None).await?;
        let movements = btcpay::payout((pull_payment, payout), [&of, &own]);
        Ok(movements.map(|movements| moved("PayoutUpdated", movements)))
    }

    /// The message is read once PayPal has said that it sent it.
    async fn message(&self, webhook: &str, key: &str, kept: &str) -> AskResult {
        let base = &self.addresses.paypal;
        let basic = ("authorization", format!("Basic {}", STANDARD.encode(key)));
        let form = (
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        );
        let answer = self.send(
            Method::POST,
            format!("{base}/v1/oauth2/token"),
            vec![basic, form],
            Some("grant_type=client_credentials".to_owned()),
        );
        let token: AccessToken =
            serde_json::from_slice(&answer.await?).map_err(|_| "it gave no token".to_owned())?;
        let bearer = ("authorization", format!("Bearer {}", token.access_token));
        let answer = self.send(
            Method::POST,
            format!("{base}/v1/notifications/verify-webhook-signature"),
            vec![bearer, json()],
            Some(paypal::verification_request(kept, webhook)),
        );
        Ok(match paypal::is_verified(&answer.await?) {
            true => paypal::verified(kept),
            false => Err(MessageRefusal::Signature),
        })
    }

    async fn collective(&self, slug: &str, key: &str) -> AskResult {
        let mut headers = vec![json()];
        if !key.is_empty() {
            headers.push(("personal-token", key.to_owned()));
        }
        let url = self.addresses.open_collective.clone();
        let asked = Some(open_collective::transactions_query(slug));
        let answer = self.send(Method::POST, url, headers, asked).await?;
        let movements = open_collective::transactions(&answer);
        Ok(movements.map(|movements| moved("transactions", movements)))
    }

    async fn receiving(&self, account: &str) -> AskResult {
        let url = liberapay::address(&self.addresses.liberapay, account);
        let answer = self.send(Method::GET, url, Vec::new(), None).await?;
        let movements = liberapay::receiving(account, self.clock.now(), &answer);
        Ok(movements.map(|movements| moved("receiving", movements)))
    }

    /// The answer's body, or why there is none. What it says of an error is not repeated: it may hold
    /// what was asked.
    async fn send(
        &self,
        method: Method,
        url: String,
        mut headers: Vec<(&'static str, String)>,
        body: Option<String>,
    ) -> std::result::Result<Vec<u8>, String> {
        headers.push(("accept", "application/json".to_owned()));
        let request = Request {
            feature: Feature::Payments,
            method,
            url,
            headers,
            body: body.map(String::into_bytes),
            limits: FetchLimits {
                max_bytes: MAX_ANSWER,
                timeout: TIMEOUT,
                // Keys go where an owner, or we, named it.
                max_redirects: 0,
            },
        };
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.status {
            200..=299 => Ok(answer.body),
            status => Err(format!("it answered {status}")),
        }
    }
}

/// What a processor told, or why it could not be asked.
type AskResult = std::result::Result<std::result::Result<PaymentEvent, MessageRefusal>, String>;

#[derive(Deserialize)]
struct AccessToken {
    access_token: String,
}

fn json() -> (&'static str, String) {
    ("content-type", "application/json".to_owned())
}

fn moved(
    event: &str,
    movements: Vec<rejoinder_core::funding::processors::PaymentMovement>,
) -> PaymentEvent {
    PaymentEvent {
        event: event.to_owned(),
        movements,
        question: None,
    }
}

impl Handler for AskHandler {
    type Payload = AskProcessor;

    async fn run(&self, job: &Job, asked: AskProcessor) -> Result<JobOutcome> {
        let (site, id, message) = (job.site, asked.hook, asked.message);
        let hook = self
            .store
            .read(move |tx| hooks::by_id(tx, site, id))
            .await?;
        // Whoever took it away wants nothing more counted, and what it was asked with is missing.
        let Some(hook) = hook.filter(|hook| hook.known().is_some()) else {
            return Ok(JobOutcome::Done);
        };
        let (now, ids) = (self.clock.now(), Arc::clone(&self.ids));
        match self.ask(&hook, &asked.about).await {
            AskOutcome::Told(told) => {
                let take = move |tx: &mut Tx<'_>| {
                    intake::receive_answer(tx, now, &ids, &hook, (message, &told)).map(drop)
                };
                self.store.write(take).await?;
                Ok(JobOutcome::Done)
            }
            AskOutcome::NotNow(why) => {
                let note = move |tx: &mut Tx<'_>| intake::note_unanswered(tx, &hook, message);
                self.store.write(note).await?;
                Ok(match asked.about {
                    // The clock asks again, and no sooner.
                    ProcessorQueryJson::Account => JobOutcome::Done,
                    ProcessorQueryJson::Invoice(_)
                    | ProcessorQueryJson::Payout { .. }
                    | ProcessorQueryJson::Message(_) => JobOutcome::Retry(why),
                })
            }
        }
    }
}

//! Where processors tell of payments: whoever knows the address, and signs what they say.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use rejoinder_core::Token;
use rejoinder_core::funding::processors::{
    MAX_MESSAGE, Processor, ProcessorMessage, RequestHeaders,
};
use rejoinder_core::publication::settings::ReceiptMails;
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::funding::hooks::{self, ProcessorHook};
use store::funding::intake::{self, MessageOutcome, ReceivedMessage};

use crate::access::Access;
use crate::http::error::ApiError;
use crate::http::extract::{Raw, Visitor};
use crate::http::limits::Act;
use crate::http::route::{Route, post, route};
use crate::state::{App, hash_of};

/// One address for each processor that an owner has connected.
pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/hooks/{site}/{processor}/{secret}";
    vec![route(PATH, Access::Secret, post(take)).takes(MAX_MESSAGE)]
}

/// The headers of a request, as processors name them.
#[derive(Debug)]
struct PaymentHeaders(HeaderMap);

impl RequestHeaders for PaymentHeaders {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// `POST /hooks/{site}/{processor}/{secret}`: a message, whose bytes are kept nowhere.
async fn take(
    State(app): State<App>,
    visitor: Visitor,
    Path((host, processor, secret)): Path<(String, String, String)>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<StatusCode, ApiError> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, &host).await?;
    let processor = Processor::parse(&processor).ok_or_else(ApiError::not_found)?;
    let token: Token = secret.parse().map_err(|_| ApiError::not_found())?;
    let mails_receipts =
        site.settings.receipt_mails == ReceiptMails::On && app.config.mail_from.is_some();
    let (site, hash) = (site.id, hash_of(&token));
    let find = app
        .store
        .read(move |tx| hooks::by_token(tx, site, processor, &hash));
    let hook = find.await?.ok_or_else(ApiError::not_found)?;
    let mut arrived = arrived(&app, &hook, &PaymentHeaders(headers), &body);
    if let Some(Ok(event)) = arrived.event.as_mut().filter(|_| mails_receipts) {
        event.read_mail_to(processor, &body);
    }
    let (now, own) = (app.now(), app.clone());
    let take = move |tx: &mut Tx<'_>| intake::receive(tx, now, &own.ids, &hook, &arrived);
    let outcome = app.store.write(take).await?;
    match outcome.is_taken() {
        true => Ok(StatusCode::OK),
        false => Err(refused(outcome)),
    }
}

fn arrived(
    app: &App,
    hook: &ProcessorHook,
    header: &PaymentHeaders,
    body: &[u8],
) -> ReceivedMessage {
    let now = app.now();
    let message = ProcessorMessage { header, body };
    let known = hook.known();
    ReceivedMessage {
        id: app.ids.next(now),
        event: known.map(|known| hook.processor.read(known, now, message)),
        hash: Sha256::digest(body).into(),
    }
}

/// The sender is told what the owner finds in the log.
fn refused(outcome: MessageOutcome) -> ApiError {
    let detail = match outcome {
        MessageOutcome::Refused(why) => format!("The message was not taken: {why}."),
        _ => "The message was not taken: the owner has not entered all it needs yet.".to_owned(),
    };
    ApiError::new(StatusCode::BAD_REQUEST, "message_refused", detail)
}

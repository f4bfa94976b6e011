//! Answers by mail: a mail to the address that a notice carried becomes a comment, by the way that any
//! other takes.
//!
//! Whoever delivers such mails shows the operator's secret. Whose a comment is says the address alone. What
//! is understood is answered with 200, whatever became of it, so that no mail program sends it back to
//! anyone; an error means that it is worth another try, or that the delivery is set up wrongly.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest as _, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use egress::Mail;
use jobs::SendMail;
use markup::{ReceivedMail, WrittenMail, received_mail};
use rejoinder_core::notices::reply_address::{AnsweredMail, InboundAddress, ReplyToken};
use rejoinder_core::{Author, CommentId, CommentState, Page, Site, Time};
use render::identity::MailText;
use render::notices::notice::SubscriptionContext;
use render::{UnshownAnswer, answer_mail};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::discussion::idempotency::Idempotency;
use store::discussion::posting::PostingOutcome;
use store::discussion::{comments, pages};
use store::jobs::{self as queue, NewJob};
use store::notices::answers;
use store::notices::subscriptions::Subscription;
use store::{Tx, publication::sites};
use tracing::info;
use utoipa::ToSchema;

use super::posting::{self, CommentDraft};
use super::work::Proof;
use crate::access::Access;
use crate::auth::mail::domain;
use crate::http::error::{ApiError, Problem};
use crate::http::extract::{Raw, Visitor, bearer};
use crate::http::limits::{Act, Who};
use crate::http::route::{Route, post, route};
use crate::public::threads::context;
use crate::state::App;

/// The largest message that is looked at, with all that is attached to it, in bytes.
const MAX_MESSAGE: usize = 5 * 1_024 * 1_024;

/// Where the operator's mail server, or provider, delivers answers.
pub(crate) fn routes() -> Vec<Route> {
    const PATH: &str = "/api/v1/inbound-mail";
    vec![route(PATH, Access::Secret, post(take)).takes(MAX_MESSAGE)]
}

/// What became of a mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboundOutcome {
    /// `published`, `held` (it waits for a moderator), `refused` (its author is told why) or `ignored`.
    #[schema(example = "published")]
    outcome: &'static str,
    /// The comment that it has become.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    comment: Option<CommentId>,
    /// Why it was refused or ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "page_closed")]
    reason: Option<String>,
}

impl InboundOutcome {
    /// Nobody is told.
    fn ignored(reason: &str) -> Self {
        Self {
            outcome: "ignored",
            comment: None,
            reason: Some(reason.to_owned()),
        }
    }

    fn refused(reason: &str) -> Self {
        Self {
            outcome: "refused",
            ..Self::ignored(reason)
        }
    }

    fn posted(posted: &PostingOutcome) -> Self {
        let reason = posted.comment.reason.as_ref();
        Self {
            outcome: match posted.comment.state {
                CommentState::Published => "published",
                CommentState::Held => "held",
                CommentState::Rejected | CommentState::Spam | CommentState::Removed => "refused",
            },
            comment: Some(posted.comment.id),
            reason: reason
                .filter(|_| !posted.comment.is_published())
                .map(|reason| reason.as_str().to_owned()),
        }
    }
}

/// Deliver an answer to a mail: the message as it came, of at most 5 MB. It needs the secret of the option
/// `mail.inbound_secret`, as `Authorization: Bearer …`.
#[utoipa::path(
    post, path = "/api/v1/inbound-mail", tag = "writing",
    request_body(content = String, content_type = "message/rfc822", description = "The message (RFC 5322), with the headers that say to whom it was delivered"),
    responses((status = 200, body = InboundOutcome, description = "It was understood"), (status = "4XX", body = Problem)),
)]
pub(crate) async fn take(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    request: Request,
) -> Response {
    match deliver(&app, visitor, &headers, request).await {
        Ok(outcome) => Json(outcome).into_response(),
        Err(error) => error.into_program_response(),
    }
}

async fn deliver(
    app: &App,
    visitor: Visitor,
    headers: &HeaderMap,
    request: Request,
) -> Result<InboundOutcome, ApiError> {
    let inbound = app.config.inbound.as_ref();
    let inbound = inbound.ok_or_else(ApiError::not_found)?;
    if !bearer(headers).is_some_and(|shown| inbound.is_secret(shown)) {
        app.limits.take(Act::Token, &visitor, app.steady())?;
        let detail = "This is not the secret of the option `mail.inbound_secret`.";
        let wrong = ApiError::new(StatusCode::UNAUTHORIZED, "inbound_secret_invalid", detail);
        return Err(wrong.field("Authorization"));
    }
    let Raw(message) = Raw::from_request(request, app).await?;
    let outcome = receive(app, visitor, &inbound.address, message).await?;
    let (became, reason) = (outcome.outcome, outcome.reason.as_deref());
    info!(became, reason, "A mail came in: {became}");
    Ok(outcome)
}

async fn receive(
    app: &App,
    visitor: Visitor,
    inbound: &InboundAddress,
    message: Vec<u8>,
) -> Result<InboundOutcome, ApiError> {
    let reading = move || {
        let hash: [u8; 32] = Sha256::digest(&message).into();
        (received_mail(&message), hash)
    };
    let (read, hash) = app.slots.run(Who::of(&visitor), reading).await?;
    let written = match read {
        None => return Ok(InboundOutcome::ignored("unreadable")),
        Some(ReceivedMail::Automatic { header }) => {
            info!(header, "Left out a mail that a program has written");
            return Ok(InboundOutcome::ignored("automatic"));
        }
        Some(ReceivedMail::Written(written)) => written,
    };
    let mut named = written.recipients.iter();
    let Some(token) = named.find_map(|header| inbound.token_in(header)) else {
        return Ok(InboundOutcome::ignored("address_unknown"));
    };
    let Some(answer) = Answer::find(app, &token).await? else {
        return Ok(InboundOutcome::ignored("address_unknown"));
    };
    answer.take(app, visitor, &written, hash).await
}

/// A mail that was answered, and by whom.
struct Answer {
    site: Arc<Site>,
    mail: AnsweredMail,
    /// Names the address, which nobody can make of it.
    fingerprint: u64,
    subscription: Subscription,
    author: Author,
    /// The page of the comment that the mail told of.
    page: Page,
}

impl Answer {
    /// The mail that an address with `token` answers; nothing where it is none of ours, and where whom it
    /// told is gone.
    async fn find(app: &App, token: &ReplyToken) -> Result<Option<Self>, ApiError> {
        let (own, fingerprint) = (*token, token.fingerprint());
        let find = move |tx: &mut Tx<'_>| {
            let Some(mail) = answers::answered(tx, &own)? else {
                return Ok(None);
            };
            let by = answers::answerer(tx, mail.site, mail.subscription)?;
            let Some((site, (author, subscription))) = sites::by_id(tx, mail.site)?.zip(by) else {
                return Ok(None);
            };
            let page = match comments::by_id(tx, mail.site, mail.comment)? {
                Some(comment) => pages::by_id(tx, mail.site, comment.page)?,
                None => None,
            };
            Ok(page.map(|page| Self {
                site: Arc::new(site),
                mail,
                fingerprint,
                subscription,
                author,
                page,
            }))
        };
        Ok(app.store.read(find).await?)
    }

    async fn take(
        &self,
        app: &App,
        visitor: Visitor,
        written: &WrittenMail,
        hash: [u8; 32],
    ) -> Result<InboundOutcome, ApiError> {
        let visitor = visitor.by_mail(&self.site, self.author.clone(), self.subscription.id);
        if self.mail.is_over(app.now()) {
            self.tell(app, &visitor, &UnshownAnswer::Late).await?;
            return Ok(InboundOutcome::refused("address_expired"));
        }
        if written.text.is_empty() {
            self.tell(app, &visitor, &UnshownAnswer::Empty).await?;
            return Ok(InboundOutcome::refused("text_missing"));
        }
        let posted = match posting::post(app, &visitor, &self.site, self.draft(written, hash)).await
        {
            Ok((posted, _)) => posted,
            Err(error) if is_worth_another_try(&error) => return Err(error),
            Err(error) => {
                let code = error.code;
                let told = error.told_in(self.site.settings.language);
                let refused = UnshownAnswer::Refused(&told.detail);
                self.tell(app, &visitor, &refused).await?;
                return Ok(InboundOutcome::refused(code));
            }
        };
        let unshown = match posted.comment.state {
            CommentState::Held => Some(UnshownAnswer::Held),
            CommentState::Rejected | CommentState::Spam => {
                Some(UnshownAnswer::Rejected(posted.comment.reason.as_ref()))
            }
            CommentState::Published | CommentState::Removed => None,
        };
        if let Some(unshown) = unshown.filter(|_| !posted.is_replay) {
            self.tell(app, &visitor, &unshown).await?;
        }
        Ok(InboundOutcome::posted(&posted))
    }

    /// The comment. The same mail again is the same comment, as long as posting knows its keys.
    fn draft(&self, written: &WrittenMail, hash: [u8; 32]) -> CommentDraft {
        let mut said = Sha256::new_with_prefix(self.mail.comment.0.to_be_bytes());
        match &written.message_id {
            Some(id) => said.update(id),
            None => said.update(hash),
        }
        let fingerprint: [u8; 32] = said.finalize().into();
        let key = fingerprint.iter().map(|byte| format!("{byte:02x}"));
        CommentDraft {
            page: self.page.key.clone(),
            title: None,
            parent: Some(self.mail.comment),
            text: written.text.clone(),
            name: None,
            email: None,
            website: None,
            target: None,
            sources: None,
            images: Vec::new(),
            notify: None,
            proof: Proof::Form,
            idempotency: Some(Idempotency {
                key: key.collect(),
                fingerprint,
            }),
        }
    }

    /// Tell by one mail, to where the one that was answered went, why the answer is not shown; no more
    /// than one an hour for each address.
    async fn tell(
        &self,
        app: &App,
        visitor: &Visitor,
        answer: &UnshownAnswer<'_>,
    ) -> Result<(), ApiError> {
        let Some(from) = &app.config.mail_from else {
            return Ok(());
        };
        let (site, base) = (&self.site, visitor.base.in_mails());
        let manage = format!("{base}/notices/{}/{}", site.host, self.subscription.secret);
        let about = SubscriptionContext {
            page: &self.page,
            kind: self.subscription.kind,
            pace: self.subscription.pace,
            email: &self.subscription.email,
            manage: &manage,
        };
        let MailText {
            subject,
            text,
            html,
        } = answer_mail(&context(app, site, base), &about, answer);
        let now = app.now();
        let mail = Mail {
            from_name: site.name().to_owned(),
            from: from.clone(),
            to: self.subscription.email.clone(),
            reply_to: None,
            subject,
            text,
            html,
            message_id: self.message_id(now, domain(from)),
            references: Vec::new(),
            list_id: None,
            unsubscribe_url: Some(manage.clone()),
        };
        let job = NewJob::new(site.id, &SendMail(mail), now)?;
        let add = move |tx: &mut Tx<'_>| queue::add(tx, now, &job);
        if app.store.write(add).await? {
            (app.wake)();
        }
        Ok(())
    }

    fn message_id(&self, now: Time, domain: &str) -> String {
        let hour = now.seconds().div_euclid(60 * 60);
        format!("answer-{:016x}-{hour}@{domain}", self.fingerprint)
    }
}

/// Whether what was refused now may be taken later as it is.
fn is_worth_another_try(error: &ApiError) -> bool {
    error.status.is_server_error() || error.status == StatusCode::TOO_MANY_REQUESTS
}

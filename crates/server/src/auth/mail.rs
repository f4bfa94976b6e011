//! Signing in by a link in a mail.
//!
//! What is answered never tells whether an address has an account: asking is the same for both, and
//! an account is made only when its link is opened.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use egress::Mail;
use jobs::{NewJob, SendMail};
use rejoinder_core::{AuthorId, Refusal, Site, Token, identity::author};
use render::FormProblem;
use render::identity::{self, MailedLink, OpenedLink, SignInForm};
use sha2::{Digest, Sha256};
use store::identity::mail_sign_ins::{
    self, LinkSignIn, LinkSignInOutcome, PendingSignIn, SignInRequest,
};

use super::{
    SignInOrigin, asking, from_own_page, new_session, own_path, private, providers, token,
};
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::http::limits::Act;
use crate::http::security::{self, RefusedFor, SignedIn};
use crate::public::threads::context;
use crate::state::{App, hash_of};

/// `POST /auth/mail`: send a link, and say where it works.
pub(super) async fn ask(
    State(app): State<App>,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    let site = visitor.at(&app, fields.site()?).await?;
    let typed = fields.get("email").unwrap_or_default();
    let email = author::parse_email(typed).ok().flatten();
    let email = email.map(|email| email.to_ascii_lowercase());
    limit(&app, &visitor, &site, email.as_deref()).await?;
    let from = app.config.mail_from.as_deref();
    let from = from.ok_or_else(ApiError::not_found)?;
    let way = SignInOrigin::of(&visitor.base, &site, &fields);
    let context = context(&app, &site, &visitor.base.0);
    let Some(email) = email else {
        let error = ApiError::from(Refusal::EmailInvalid).told_in(site.settings.language);
        let providers = providers(&app, &site).await?;
        let asking = SignInForm {
            email: typed,
            problem: Some(problem(&error)),
            ..asking(&app, &visitor.base, &way, &providers)
        };
        return Ok(way.private(error.status, identity::ask_page(&context, &asking)));
    };
    let asked = match visitor.asked() {
        Some(known) => known.clone(),
        None => Token::new(&*app.random),
    };
    let wish = wish(&app, &visitor, &site, &way, from, &email, &asked);
    let wish = wish?;
    let now = app.now();
    let ask = move |tx: &mut store::Tx<'_>| mail_sign_ins::ask(tx, now, &wish);
    if app.store.write(ask).await? {
        (app.wake)();
    }
    let code = code_of(&asked);
    let sent = MailedLink {
        door: way.door(),
        email: &email,
        code: &format!("{} {}", &code[..3], &code[3..]),
    };
    let page = identity::sent_page(&context, &sent);
    Ok((
        visitor.keep_asked(&asked),
        way.private(StatusCode::OK, page),
    )
        .into_response())
}

/// Count one wish for a mail of whoever asks. Strangers of the same network do not use up those of a
/// browser that has signed in with the address.
async fn limit(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    email: Option<&str>,
) -> Result<(), ApiError> {
    let now = app.now();
    if let (Some(email), Some(known)) = (email, visitor.known().map(hash_of)) {
        let (site, email) = (site.id, email.to_owned());
        let is_known =
            move |tx: &mut store::Tx<'_>| mail_sign_ins::is_known(tx, now, site, &email, &known);
        if app.store.read(is_known).await? {
            return app.limits.take_of_browser(Act::Mail, known, app.steady());
        }
    }
    app.limits.take(Act::Mail, visitor, app.steady())
}

fn wish(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    way: &SignInOrigin,
    from: &str,
    email: &str,
    asked: &Token,
) -> store::Result<SignInRequest> {
    let now = app.now();
    let token = Token::new(&*app.random);
    let context = context(app, site, visitor.base.in_mails());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("site", &site.host);
    query.append_pair("token", &token.reveal());
    if let Some(to) = &way.to {
        query.append_pair("to", to);
    }
    let link = format!("{}/auth/link?{}", visitor.base.in_mails(), query.finish());
    let text = identity::sign_in_mail(&context, &link);
    let id = AuthorId(app.ids.next(now));
    let mail = Mail {
        from_name: site.name().to_owned(),
        from: from.to_owned(),
        to: email.to_owned(),
        reply_to: None,
        subject: text.subject,
        text: text.text,
        html: text.html,
        message_id: format!("sign-in-{id}@{}", domain(from)),
        references: Vec::new(),
        list_id: None,
        unsubscribe_url: None,
    };
    Ok(SignInRequest {
        site: site.id,
        email: email.to_owned(),
        mailbox: author::mailbox(email),
        token: hash_of(&token),
        browser: hash_of(asked),
        known: visitor.known().map(hash_of),
        code: code_of(asked),
        mail: NewJob::new(site.id, &SendMail(mail), now)?,
    })
}

pub(crate) fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

/// What a browser that asked shows, the same for all its links: six digits that follow from its
/// secret.
fn code_of(asked: &Token) -> String {
    let mut hasher = Sha256::new_with_prefix(b"code");
    hasher.update(asked.bytes());
    let bytes: [u8; 32] = hasher.finalize().into();
    let number = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    format!("{:06}", number % 1_000_000)
}

/// `GET /auth/link`: what a link opens. Nothing happens before the button is pressed.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ErrorPage> {
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    let token = token(&params)?;
    let pending = pending(&app, &visitor, &site, &token).await?;
    let known = visitor.reader(&app, &site).await?.author;
    let name = known.map(|known| known.name).unwrap_or_default();
    let page = page(&app, &visitor, &site, &params, &pending, &name, None);
    Ok(private(StatusCode::OK, page))
}

async fn pending(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    token: &Token,
) -> Result<PendingSignIn, ApiError> {
    let (now, site, hash) = (app.now(), site.id, hash_of(token));
    let browser = visitor.asked().map(hash_of);
    let read = move |tx: &mut store::Tx<'_>| {
        mail_sign_ins::pending(tx, now, site, &hash, browser.as_ref())
    };
    let pending = app.store.read(read);
    Ok(pending.await?.ok_or(Refusal::LinkUsed)?)
}

/// The page of a link; `name` is what a new account would be called.
fn page(
    app: &App,
    visitor: &Visitor,
    site: &Site,
    params: &Params,
    pending: &PendingSignIn,
    name: &str,
    problem: Option<FormProblem<'_>>,
) -> String {
    let to = params.get("to").and_then(|to| own_path(&visitor.base, to));
    let link = OpenedLink {
        to: to.as_deref(),
        token: params.get("token").unwrap_or_default(),
        email: &pending.email,
        needs_code: !pending.is_from_here,
        name: pending.account.is_none().then_some(name),
        problem,
    };
    identity::link_page(&context(app, site, &visitor.base.0), &link)
}

/// `POST /auth/link`: use the link up. The session has a token of its own, so one that somebody knew
/// before is worth nothing now.
pub(super) async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    from_own_page(&visitor)?;
    app.limits.take(Act::Preview, &visitor, app.steady())?;
    let site = visitor.at(&app, fields.site()?).await?;
    let token = token(&fields)?;
    let pending = pending(&app, &visitor, &site, &token).await?;
    let typed = fields.get("name").unwrap_or_default();
    let again = |status, problem| {
        let page = page(
            &app,
            &visitor,
            &site,
            &fields,
            &pending,
            typed,
            Some(problem),
        );
        Ok(private(status, page))
    };
    let name = match (&pending.account, author::name(typed)) {
        (Some(_), _) => None,
        (None, Ok(name)) => Some(name),
        (None, Err(refusal)) => {
            let error = ApiError::from(refusal).told_in(site.settings.language);
            return again(error.status, problem(&error));
        }
    };
    let now = app.now();
    let (cookie, session) = new_session(&app, &visitor, &headers);
    let code = fields.get("code").unwrap_or_default();
    let known = match visitor.known() {
        Some(known) => known.clone(),
        None => Token::new(&*app.random),
    };
    let opened = LinkSignIn {
        site: Site::clone(&site),
        token: hash_of(&token),
        browser: visitor.asked().map(hash_of),
        known: hash_of(&known),
        code: code.chars().filter(char::is_ascii_digit).collect(),
        author: AuthorId(app.ids.next(now)),
        name,
        session,
    };
    let enter = move |tx: &mut store::Tx<'_>| mail_sign_ins::sign_in(tx, now, &opened);
    let entered = match app.store.write(enter).await.map_err(ApiError::from) {
        Err(error) if error.field.as_deref() == Some("name") => {
            let error = error.told_in(site.settings.language);
            return again(error.status, problem(&error));
        }
        entered => entered?,
    };
    match entered {
        LinkSignInOutcome::As(account) => {
            let signed_in = Extension(SignedIn {
                account: account.id,
                way: "mail",
            });
            let to = fields.get("to").and_then(|to| own_path(&visitor.base, to));
            let cookies = AppendHeaders(visitor.keep_known(&known));
            Ok((signed_in, cookie.headers(), cookies, go(&site, to)).into_response())
        }
        LinkSignInOutcome::CodeWrong => {
            let wrong = identity::code_wrong(site.settings.language);
            let problem = FormProblem {
                field: Some("code"),
                detail: wrong,
            };
            let again = again(StatusCode::UNPROCESSABLE_ENTITY, problem);
            again.map(|page| security::beside(page, RefusedFor("code_wrong")))
        }
    }
}

fn problem(error: &ApiError) -> FormProblem<'_> {
    FormProblem {
        field: error.field.as_deref(),
        detail: &error.detail,
    }
}

/// To where one wanted to go, else to the page that says who one is.
pub(super) fn go(site: &Site, to: Option<String>) -> Response {
    let here = || {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("site", &site.host);
        format!("/auth/sign-in?{}", query.finish())
    };
    let to = HeaderValue::from_str(&to.unwrap_or_else(here));
    let to = to.unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

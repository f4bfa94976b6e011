//! Who else signs the readers of a site in, by OpenID Connect.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::publication::audit::AuditActor;
use render::catalogue::{NewsroomProblemsTexts, fill};
use render::{
    newsroom::FlashMessage,
    publication::{OpenidView, ProviderForm, ProviderLine, openid_page},
};
use store::identity::openid::{self, MAX_PROVIDERS, OpenidProvider};
use store::{Tx, publication::owners};

use crate::auth;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, PathId, Visitor};
use crate::newsroom::{Newsroom, PageHead, RailPosition, see_other};

/// The longest name of a provider, in letters.
const MAX_LABEL: usize = 40;

/// The longest of everything else, in bytes.
const MAX_TYPED: usize = 1_000;

/// `GET /admin/{site}/openid`.
pub(super) async fn show(
    newsroom: Newsroom,
    visitor: Visitor,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let flash = match params.get("did") {
        Some("added") => Some(FlashMessage::new(newsroom.texts().flash.provider_added)),
        Some("removed") => Some(FlashMessage::new(newsroom.texts().flash.provider_removed)),
        _ => None,
    };
    page(&newsroom, &visitor, ProviderForm::default(), flash.as_ref()).await
}

async fn page(
    newsroom: &Newsroom,
    visitor: &Visitor,
    new: ProviderForm<'_>,
    flash: Option<&FlashMessage>,
) -> Result<Html<String>, ErrorPage> {
    let site = newsroom.site.id;
    let read = newsroom.read(move |tx, _| openid::list(tx, site));
    let (context, providers) = read.await?;
    let line = |provider: &OpenidProvider| ProviderLine {
        id: provider.id,
        label: provider.label.clone(),
        issuer: provider.issuer.clone(),
        client_id: provider.client_id.clone(),
        created_at: provider.created_at,
    };
    let of = OpenidView {
        providers: providers.iter().map(line).collect(),
        redirect: auth::openid::redirect(&visitor.base, &newsroom.site),
        new,
    };
    let head = PageHead {
        title: newsroom.texts().titles.openid,
        at: RailPosition::Admin("/openid"),
        flash,
    };
    Ok(newsroom.page(&context, head, |frame| openid_page(frame, &of)))
}

/// `POST /admin/{site}/openid`: add a provider that answers as one.
pub(super) async fn add(
    newsroom: Newsroom,
    visitor: Visitor,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let field = |name| fields.get(name).unwrap_or_default().trim();
    let new = ProviderForm {
        label: field("label"),
        issuer: field("issuer"),
        client_id: field("client_id"),
        problem: None,
    };
    let secret = field("client_secret").to_owned();
    let refused = async |problem: &str| {
        let new = ProviderForm {
            problem: Some(problem),
            ..new
        };
        let page = page(&newsroom, &visitor, new, None).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let texts = &newsroom.texts().problems;
    if let Some(problem) = problem(texts, &new, &secret) {
        return refused(problem).await;
    }
    let now = newsroom.app.now();
    let issuer = match newsroom.app.openid.find(new.issuer).await {
        Ok(issuer) => issuer,
        Err(failure) => {
            let problem = fill(texts.provider_unusable, &[("why", &failure)]);
            return refused(&problem).await;
        }
    };
    let provider = OpenidProvider {
        id: newsroom.app.ids.next(now),
        label: new.label.to_owned(),
        issuer,
        client_id: new.client_id.to_owned(),
        client_secret: secret,
        created_at: now,
    };
    let (site, by) = (newsroom.site.id, AuditActor::owner(&newsroom.author));
    let add = move |tx: &mut Tx<'_>| owners::add_provider(tx, now, &by, site, &provider);
    if !newsroom.app.store.write(add).await? {
        let problem = fill(texts.providers_full, &[("max", &MAX_PROVIDERS)]);
        return refused(&problem).await;
    }
    let to = format!("/admin/{}/openid?did=added", newsroom.site.host);
    Ok(see_other(&to))
}

/// Why a provider cannot be had as typed.
fn problem<'a>(
    texts: &'a NewsroomProblemsTexts,
    new: &ProviderForm<'_>,
    secret: &str,
) -> Option<&'a str> {
    let is_odd = |typed: &str| typed.len() > MAX_TYPED || typed.chars().any(char::is_control);
    if new.label.is_empty() || new.label.chars().count() > MAX_LABEL {
        return Some(texts.provider_label);
    }
    if new.client_id.is_empty() {
        return Some(texts.provider_client);
    }
    if [new.label, new.issuer, new.client_id, secret]
        .into_iter()
        .any(is_odd)
    {
        return Some(texts.provider_odd);
    }
    None
}

/// `POST /admin/{site}/openid/{id}/remove`.
pub(super) async fn remove(
    newsroom: Newsroom,
    PathId(id): PathId<i64>,
) -> Result<Response, ErrorPage> {
    let site = newsroom.site.id;
    let (now, by) = (newsroom.app.now(), AuditActor::owner(&newsroom.author));
    let remove = move |tx: &mut Tx<'_>| owners::remove_provider(tx, now, &by, site, id);
    if !newsroom.app.store.write(remove).await? {
        return Err(ApiError::not_found().into());
    }
    let to = format!("/admin/{}/openid?did=removed", newsroom.site.host);
    Ok(see_other(&to))
}

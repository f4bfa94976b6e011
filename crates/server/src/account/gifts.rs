//! What a reader gave: making it their own by its receipt, and what they want of it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rejoinder_core::{EntryId, Site};
use render::funding::{GiftRow, GiftsView, gifts_page};
use store::Tx;
use store::funding::gifts::{self, GiftWish, OwnGift};

use crate::access::Member;
use crate::http::error::ApiError;
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Form, Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// The longest receipt, in bytes.
const MAX_RECEIPT: usize = 200;

/// `GET /account/{site}/gifts`: one's gifts; a processor's page leads here with the receipt.
pub(super) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    let receipt = ["receipt", "tx", "session_id"];
    let receipt = receipt.into_iter().find_map(|name| params.get(name));
    let receipt = receipt.filter(|own| own.len() <= MAX_RECEIPT);
    let asked = GiftsRequest {
        receipt: receipt.unwrap_or_default(),
        is_refused: params.get("did") == Some("unknown"),
        is_saved: params.get("did") == Some("saved"),
    };
    Ok(Html(page(&app, &visitor, &member, asked).await?))
}

/// How the page is asked for.
struct GiftsRequest<'a> {
    receipt: &'a str,
    is_refused: bool,
    is_saved: bool,
}

async fn page(
    app: &App,
    visitor: &Visitor,
    member: &Member,
    asked: GiftsRequest<'_>,
) -> Result<String, ApiError> {
    let (site, author) = (member.site.id, member.author.id);
    let read = app.store.read(move |tx| gifts::of_author(tx, site, author));
    let list: Vec<_> = read.await?.into_iter().map(row).collect();
    let context = context(app, &member.site, &visitor.base.0);
    let view = GiftsView {
        list: &list,
        receipt: asked.receipt,
        is_refused: asked.is_refused,
        is_saved: asked.is_saved,
    };
    Ok(gifts_page(&context, &view))
}

fn row(gift: OwnGift) -> GiftRow {
    GiftRow {
        entry: gift.entry,
        campaign: gift.campaign,
        money: gift.money,
        occurred_at: gift.occurred_at,
        has_badge: gift.wish.badge,
        is_thanked: gift.wish.thanks,
    }
}

/// `POST /account/{site}/gifts`: make one's own what the receipt is of. One of somebody else is refused
/// as one that nobody has.
pub(super) async fn claim(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let typed = fields.get("receipt").unwrap_or_default().trim().to_owned();
    let (site, author, wish) = (member.site.id, member.author.clone(), wish(&fields));
    let receipt = typed.clone();
    let claim = move |tx: &mut Tx<'_>| gifts::claim(tx, now, site, &author, (&receipt, wish));
    let is_usable = typed.len() <= MAX_RECEIPT;
    if is_usable && app.store.write(claim).await? {
        return Ok(to_gifts(&member.site, "did=saved"));
    }
    let mut rest = url::form_urlencoded::Serializer::new("did=unknown".to_owned());
    if is_usable {
        rest.append_pair("receipt", &typed);
    }
    Ok(to_gifts(&member.site, &rest.finish()))
}

/// `POST /account/{site}/gifts/change`: want something else of a gift of one's own.
pub(super) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    member: Member,
    Form(fields): Form,
) -> Result<Response, ErrorPage> {
    let now = app.now();
    app.limits.take(Act::Post, &visitor, app.steady())?;
    let gift = fields.get("gift").and_then(|id| id.parse().ok());
    let gift: EntryId = gift.unwrap_or(EntryId(0));
    let (site, author, wish) = (member.site.id, member.author.id, wish(&fields));
    let change = move |tx: &mut Tx<'_>| gifts::set_wish(tx, now, site, author, (gift, wish));
    let did = match app.store.write(change).await? {
        true => "did=saved",
        // It is nobody's, or somebody else's.
        false => "",
    };
    Ok(to_gifts(&member.site, did))
}

fn wish(fields: &Params) -> GiftWish {
    let is_ticked = |name: &str| fields.get(name) == Some("yes");
    GiftWish {
        badge: is_ticked("badge"),
        thanks: is_ticked("thanks"),
    }
}

fn to_gifts(site: &Site, rest: &str) -> Response {
    let to = format!("/account/{}/gifts?{rest}", site.host);
    let to = HeaderValue::from_str(&to).unwrap_or(HeaderValue::from_static("/"));
    let headers: HeaderMap = [(header::LOCATION, to)].into_iter().collect();
    (StatusCode::SEE_OTHER, headers).into_response()
}

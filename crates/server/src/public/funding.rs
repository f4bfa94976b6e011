//! Campaigns as readers are shown them: a bar, a page, a picture, JSON; all from the page cache.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use rejoinder_core::{CampaignId, PageKey, Site, Time};
use render::RenderContext;
use render::funding::{CampaignView, CampaignsBody};
use store::funding::campaigns::{self as stored, CampaignTotals};
use store::funding::{KEY, gifts, version};

use crate::access::Access::Public;
use crate::http::error::{ApiError, Problem};
use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::http::metrics::Counter;
use crate::http::middleware::headers::{embed_policy, of_public};
use crate::http::page_cache::{
    Form, FundingForm, FundingOf, PageError, Rendered, Shape, Slot, Source, Turns as _, Validators,
};
use crate::http::route::{Route, get, route};
use crate::http::slots::Turn;
use crate::public::cached::{self, ReadRequest};
use crate::public::threads::context;
use crate::state::App;

/// The bar, the campaign's page, its picture, and all campaigns for programs.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        route("/embed/funding", Public, get(bar)),
        route("/embed/campaign", Public, get(page)),
        route("/embed/campaign.svg", Public, get(picture)),
        route("/api/v1/campaigns", Public, get(campaigns)),
    ]
}

/// `GET /embed/funding`: the bar as an HTML fragment; an empty one where no campaign is on.
async fn bar(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(&app, &visitor, &params, FundingForm::Bar, &uri, &asked).await
}

/// `GET /embed/campaign`: a campaign as a whole page.
async fn page(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ErrorPage> {
    Ok(answer(&app, &visitor, &params, FundingForm::Page, &uri, &asked).await?)
}

/// `GET /embed/campaign.svg`: the bar as a picture.
async fn picture(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(&app, &visitor, &params, FundingForm::Picture, &uri, &asked).await
}

/// Read the campaigns of a site, and how far they have come.
#[utoipa::path(
    get, path = "/api/v1/campaigns", tag = "funding",
    params(("site" = String, Query, description = "The site's host")),
    responses((status = 200, body = CampaignsBody), (status = "4XX", body = Problem)),
)]
pub(crate) async fn campaigns(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
    uri: Uri,
    asked: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    answer(&app, &visitor, &params, FundingForm::Json, &uri, &asked).await
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    params: &Params,
    form: FundingForm,
    uri: &Uri,
    asked: &HeaderMap,
) -> Result<Response<Body>, ApiError> {
    app.limits.take(Act::Read, visitor, app.steady())?;
    let site = visitor.at(app, params.site()?).await?;
    let id: Option<CampaignId> = params.read("campaign")?;
    let page = params.get("page").filter(|_| form == FundingForm::Bar);
    let page = page
        .map(|page| visitor.page(app, &site, page))
        .transpose()?;
    let of = of(app, &site, form, id, page.as_ref()).await?;
    let shape = Shape::of(
        Form::Funding(form, of),
        visitor.base.0.clone(),
        &site.settings,
    );
    // What section a page belongs to may change, and its address must not lead past that.
    let raw = page.is_none().then_some(uri);
    let source = FundingSource {
        app,
        asking: ReadRequest::new(app, visitor),
        page,
    };
    cached::answer(app, &site, KEY, &shape, &source, raw, asked).await
}

/// Whose campaigns are asked for.
async fn of(
    app: &App,
    site: &Site,
    form: FundingForm,
    id: Option<CampaignId>,
    page: Option<&PageKey>,
) -> Result<FundingOf, ApiError> {
    let (store, now) = (&app.store, app.steady());
    match (form, id, page) {
        (FundingForm::Json, ..) => Ok(FundingOf::Site),
        (_, Some(id), _) => match app.campaigns.show(store, now, (site.id, id)).await? {
            true => Ok(FundingOf::Campaign(id)),
            false => Err(ApiError::not_found()),
        },
        (FundingForm::Page | FundingForm::Picture, None, _) => Err(ApiError::not_found()),
        (FundingForm::Bar, None, Some(page)) => {
            let known = app.campaigns.of(store, now, site.id).await?;
            Ok(known.section(page))
        }
        (FundingForm::Bar, None, None) => Ok(FundingOf::Site),
    }
}

/// Renders campaigns from the store.
struct FundingSource<'a> {
    app: &'a App,
    asking: ReadRequest,
    /// A page of the section that is asked for.
    page: Option<PageKey>,
}

impl Source for FundingSource<'_> {
    type Turns = ReadRequest;

    fn turns(&self) -> &ReadRequest {
        &self.asking
    }

    async fn version(&self, slot: &Slot) -> Result<i64, PageError> {
        let site = slot.site.id;
        Ok(self.app.store.read(move |tx| version(tx, site)).await?)
    }

    async fn render(&self, slot: &Slot, shape: &Shape, turn: Turn) -> Result<Rendered, PageError> {
        self.app.metrics.count(Counter::Renderings);
        let Form::Funding(form, of) = shape.form else {
            return Err(PageError::broken("it is no campaign"));
        };
        let (site, now, page) = (slot.site.id, self.app.now(), self.page.clone());
        let read = self.app.store.read(move |tx| {
            let found = match (form, of) {
                (FundingForm::Json, _) => stored::list_with_totals(tx, site)?,
                (_, FundingOf::Campaign(id)) => stored::find_with_totals(tx, site, id)?
                    .into_iter()
                    .collect(),
                (_, FundingOf::Section(_) | FundingOf::Site) => {
                    let found = stored::of_page_with_totals(tx, now, site, page.as_ref())?;
                    found.into_iter().collect()
                }
            };
            let named = found
                .first()
                .filter(|own| form == FundingForm::Page && own.campaign.draft.names_supporters);
            let names = match named {
                Some(own) => gifts::named(tx, site, own.campaign.id)?,
                None => Vec::new(),
            };
            Ok((version(tx, site)?, found, names))
        });
        let (version, mut found, names): (i64, Vec<CampaignTotals>, Vec<String>) = read.await?;
        found.retain(|own| own.campaign.hidden_at.is_none());
        let (app, own, base) = (self.app.clone(), slot.site.clone(), shape.base.clone());
        let work = move || body(&context(&app, &own, &base), form, now, (&found, &names));
        let body = ReadRequest::apart(turn, work).await?;
        Ok(Rendered {
            version,
            canonical: None,
            body: body.map_err(PageError::broken)?,
            headers: headers(&slot.site, form),
            validators: Validators::Tag,
        })
    }
}

fn body(
    context: &RenderContext<'_>,
    form: FundingForm,
    now: Time,
    (found, names): (&[CampaignTotals], &[String]),
) -> serde_json::Result<Vec<u8>> {
    let standings: Vec<_> = found.iter().map(|own| own.standing(now)).collect();
    let mut shown = found
        .iter()
        .zip(&standings)
        .map(|(own, standing)| CampaignView {
            campaign: &own.campaign,
            standing,
        });
    let one = |shown| match form {
        FundingForm::Page => render::funding::page(context, shown, names),
        FundingForm::Picture => render::funding::picture(context, shown),
        FundingForm::Bar | FundingForm::Json => render::funding::bar(context, shown),
    };
    if form == FundingForm::Json {
        return serde_json::to_vec(&render::funding::campaigns(context, shown));
    }
    let html = shown.next().map(one);
    Ok(html.unwrap_or_default().into_bytes())
}

fn headers(site: &Site, form: FundingForm) -> HeaderMap {
    let kind = match form {
        FundingForm::Bar | FundingForm::Page => "text/html; charset=utf-8",
        FundingForm::Picture => "image/svg+xml",
        FundingForm::Json => "application/json",
    };
    let policy = (form == FundingForm::Page).then(|| embed_policy(site, &[]));
    of_public(kind, policy)
}

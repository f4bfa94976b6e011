//! How "Agreed across divides" works.

use axum::extract::State;
use axum::response::Html;
use render::discussion::agreed::method_page;

use crate::http::error_page::ErrorPage;
use crate::http::extract::{Params, Visitor};
use crate::http::limits::Act;
use crate::public::threads::context;
use crate::state::App;

/// `GET /embed/agreed`: how it is found what readers of both sides like, as a page.
pub(crate) async fn method(
    State(app): State<App>,
    visitor: Visitor,
    params: Params,
) -> Result<Html<String>, ErrorPage> {
    app.limits.take(Act::Read, &visitor, app.steady())?;
    let site = visitor.at(&app, params.site()?).await?;
    Ok(Html(method_page(&context(&app, &site, &visitor.base.0))))
}

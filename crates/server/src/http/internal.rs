//! What operators and their machines ask, on an address of its own.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use store::publication::sites;

use crate::state::App;

/// `/healthz`, `/readyz` and `/metrics`, for a listener that the outside cannot reach.
pub fn internal_router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app)
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let refused = |why| (StatusCode::SERVICE_UNAVAILABLE, why);
    if app.store.read(sites::list).await.is_err() {
        return refused("the database cannot be reached\n");
    }
    match app.store.expect_writable().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => refused("the database cannot be written\n"),
    }
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics
            .text(&app.connections.counts(), app.live.n_streams()),
    )
}

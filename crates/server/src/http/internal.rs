//! What operators and their machines ask, on an address of its own.

use std::time::Duration;

use ::jobs::Backups;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use store::{StoreError, jobs};
use traces::Tracer;

use crate::http::metrics::Now;
use crate::state::App;

/// `/healthz`, `/readyz` and `/metrics`, for a listener that the outside cannot reach.
pub fn internal_router(app: App) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app)
}

/// Whoever asks has more to do than to wait for a database that does not answer.
const PATIENCE: Duration = Duration::from_secs(1);

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let refused = |why| (StatusCode::SERVICE_UNAVAILABLE, why);
    let asked = async {
        let answer = app.store.expect_answer().await;
        answer.map_err(|_| "the database cannot be reached\n")?;
        match app.store.expect_writable().await {
            Ok(()) => Ok(()),
            Err(StoreError::DiskFull(_)) => Err("the disk of the database is full\n"),
            Err(_) => Err("the database cannot be written\n"),
        }
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(())) => (StatusCode::OK, "ready\n"),
        Ok(Err(why)) => refused(why),
        Err(_) => refused("the database does not answer within a second\n"),
    }
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let at = app.now();
    let asked = app.store.read(move |tx| jobs::backlog(tx, at));
    let backlog = tokio::time::timeout(PATIENCE, asked).await;
    let now = Now {
        at,
        connections: app.connections.counts(),
        n_streams: app.live.n_streams(),
        backups: app.backups.as_ref().map(Backups::status),
        backlog: backlog.ok().and_then(Result::ok),
        spans: app.config.tracer.as_ref().map(Tracer::counts),
        wal_bytes: app.store.wal_bytes(),
    };
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.text(&now),
    )
}

//! The requests of a connection, at the pace of those who ask on it.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode};
use rejoinder_core::identity::address::Network;

use super::connections::Connections;
use super::pace::{MAX_DELAY, Own};
use crate::http::error::ApiError;
use crate::http::extract::network_of;
use crate::state::App;

/// Says how long an answer on a connection has to wait. Cheap to clone.
#[derive(Clone)]
pub(super) struct Paced {
    app: App,
    connections: Connections,
    peer: IpAddr,
    /// The peer's own, unless it is a proxy and speaks for others.
    own: Option<Own>,
}

impl Paced {
    pub(super) fn new(app: &App, connections: &Connections, peer: IpAddr) -> Self {
        let pace = connections.pace();
        let pace = pace.filter(|_| !app.config.trusts(peer));
        Self {
            app: app.clone(),
            own: pace.map(|pace| pace.of(Network::of(peer))),
            connections: connections.clone(),
            peer,
        }
    }

    /// Wait until the client may be answered; too many who wait are sent away, and hear it no sooner.
    pub(super) async fn wait(&self, headers: &HeaderMap) -> Result<Option<Own>, ApiError> {
        let Some(pace) = self.connections.pace() else {
            return Ok(None);
        };
        let own = match &self.own {
            Some(own) => Own::clone(own),
            None => pace.of(network_of(&self.app.config, self.peer, headers)),
        };
        let delay = pace.take(&own);
        let wait = delay.unwrap_or(MAX_DELAY);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        match delay {
            Some(_) => Ok(Some(own)),
            None => Err(ApiError::rate_limited(1)),
        }
    }

    /// Count what was answered with 429.
    pub(super) fn note(&self, own: Option<&Own>, status: StatusCode) {
        if let (Some(pace), Some(own), StatusCode::TOO_MANY_REQUESTS) =
            (self.connections.pace(), own, status)
        {
            pace.charge(own);
        }
    }
}

//! The requests of a connection, at the pace of those who ask on it.

use std::net::IpAddr;

use axum::http::HeaderMap;
use rejoinder_core::identity::address::Network;

use super::connections::Connections;
use super::pace::Own;
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

    /// Wait until the client may be answered; too many who wait are sent away.
    pub(super) async fn wait(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let Some(pace) = self.connections.pace() else {
            return Ok(());
        };
        let delay = match &self.own {
            Some(own) => pace.take(own),
            None => {
                let network = network_of(&self.app.config, self.peer, headers);
                pace.take(&pace.of(network))
            }
        };
        let delay = delay.ok_or_else(|| ApiError::rate_limited(1))?;
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        Ok(())
    }
}

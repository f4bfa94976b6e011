//! Traces on their way to the operator's collector, beside the server.

use std::sync::Arc;
use std::time::Duration;

use egress::Collector;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use traces::Tracer;
use tracing::{info, warn};

use crate::config::TraceRoute;
use crate::failure::Failure;
use crate::system::{SystemClock, SystemRandom};

/// How long sending what is left at the end may take.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Traces that are being sent.
pub(super) struct Traces {
    tracer: Tracer,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Traces {
    /// Send traces where `route` says.
    pub(super) fn start(route: &TraceRoute) -> Result<Self, Failure> {
        let (tracer, waiting) = Tracer::new(
            route.sampling,
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
        );
        let (address, headers) = (route.collector.clone(), route.headers.clone());
        let collector = Collector::new(address, headers, route.service.clone());
        let collector =
            collector.map_err(|error| Failure::failed("traces cannot be sent", &error))?;
        let (stop, told) = watch::channel(false);
        let collector_address = &route.collector;
        info!("Traces go to {collector_address}");
        Ok(Self {
            tracer,
            stop,
            task: tokio::spawn(collector.deliver(waiting, told)),
        })
    }

    pub(super) fn tracer(&self) -> Tracer {
        self.tracer.clone()
    }

    /// Send what is left.
    pub(super) async fn end(self) {
        // Nobody hears it when the task has ended already.
        let _ = self.stop.send(true);
        if tokio::time::timeout(STOP_TIMEOUT, self.task).await.is_err() {
            warn!("The collector did not take the last traces in time");
        }
    }
}

//! Whether traces are sent, and where to.

use egress::{CollectorAddress, CollectorHeaders};
use traces::Sampling;

use super::layers::Layers;
use crate::failure::Failure;

/// What is accepted for the headers that a collector is shown.
pub(super) const ACCEPTS_HEADERS: &str =
    "headers such as authorization=Bearer%20TOKEN, with commas between them";

/// What a collector calls this server, unless the operator says otherwise.
const SERVICE: &str = "rejoinder";

/// The longest name of a service, in bytes.
const MAX_SERVICE: usize = 100;

/// Where traces go, and which.
#[derive(Debug, Clone)]
pub(crate) struct TraceRoute {
    pub(crate) collector: CollectorAddress,
    pub(crate) headers: CollectorHeaders,
    pub(crate) sampling: Sampling,
    pub(crate) service: String,
}

/// The options of traces; nothing where none are sent. What may stand in headers is not repeated.
pub(super) fn traces(layers: &Layers) -> Result<Option<TraceRoute>, Failure> {
    let collector = layers.read("traces", |text| text.parse().ok())?;
    let sampling = layers.read("traces_sampled", |text| Sampling::share(text.parse().ok()?))?;
    let service = layers.read("traces_service", service)?;
    let given = layers.read("traces_headers", |text| Some(text.to_owned()))?;
    let headers = given.as_deref().unwrap_or_default().parse();
    let headers = headers.map_err(|_| {
        Failure::misused(format!(
            "`traces_headers` cannot be `…`: it must be {ACCEPTS_HEADERS}"
        ))
    })?;
    Ok(collector.map(|collector| TraceRoute {
        collector,
        headers,
        sampling: sampling.unwrap_or(Sampling::ALL),
        service: service.unwrap_or_else(|| SERVICE.to_owned()),
    }))
}

fn service(text: &str) -> Option<String> {
    let is_name = !text.is_empty() && text.len() <= MAX_SERVICE && !text.contains(char::is_control);
    is_name.then(|| text.to_owned())
}

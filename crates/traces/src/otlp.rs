//! Spans as collectors read them: OTLP in JSON (opentelemetry-proto, `ExportTraceServiceRequest`).

use serde_json::{Value as Json, json};

use crate::attribute::{Attribute, Value};
use crate::tracer::{Ended, Kind};

/// Whose spans they are.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The name of the service.
    pub service: String,
    /// Its version.
    pub version: &'static str,
}

/// What is sent: `spans` of `resource`.
pub fn body(resource: &Resource, spans: &[Ended]) -> Vec<u8> {
    let Resource { service, version } = resource;
    let spans: Vec<Json> = spans.iter().map(written).collect();
    let body = json!({
        "resourceSpans": [{
            "resource": { "attributes": [
                attribute("service.name", Value::Text(service)),
                attribute("service.version", Value::Text(version)),
            ] },
            "scopeSpans": [{
                "scope": { "name": "rejoinder", "version": version },
                "spans": spans,
            }],
        }],
    });
    body.to_string().into_bytes()
}

fn written(span: &Ended) -> Json {
    let began = nanoseconds(span.began_at.micros());
    let ended = nanoseconds(span.began_at.after(span.took).micros());
    let attributes = span.attributes.iter();
    let attributes: Vec<Json> = attributes
        .map(|own| attribute(Attribute::key(own), own.value()))
        .collect();
    let name = match span.name.which {
        "" => span.name.what.to_owned(),
        which => format!("{} {which}", span.name.what),
    };
    json!({
        "traceId": span.own.trace.to_string(),
        "spanId": span.own.span.to_string(),
        "parentSpanId": span.parent.map(|id| id.to_string()).unwrap_or_default(),
        // Sampled, as W3C Trace Context has it.
        "flags": 1,
        "name": name,
        "kind": number(span.kind),
        "startTimeUnixNano": began,
        "endTimeUnixNano": ended,
        "attributes": attributes,
        "status": if span.is_failed { json!({ "code": 2 }) } else { json!({}) },
    })
}

/// Numbers of 64 bits are texts there.
fn nanoseconds(micros: i64) -> String {
    (i128::from(micros) * 1_000).to_string()
}

fn attribute(key: &str, value: Value<'_>) -> Json {
    let value = match value {
        Value::Text(text) => json!({ "stringValue": text }),
        Value::Number(number) => json!({ "intValue": number.to_string() }),
    };
    json!({ "key": key, "value": value })
}

const fn number(kind: Kind) -> u8 {
    match kind {
        Kind::Internal => 1,
        Kind::Server => 2,
        Kind::Client => 3,
        Kind::Consumer => 5,
    }
}

//! What a request came to, as spans of one trace, for operators who collect them (OpenTelemetry).
//!
//! A [`Tracer`] exists where an operator wants traces. Whoever answers a request or does a job begins a
//! [`Span`] with it; everything below finds that one by itself ([`Span::child`]), across tasks by its
//! [`Scope`], and does nothing where there is none. What has ended waits in a queue of bounded length for
//! whoever sends it.
//!
//! What a span can say is closed: an [`Attribute`] holds numbers and words of the program itself, and of
//! what came from outside the name of a request alone. So nothing that a reader wrote, is called or owns
//! can stand in one.

mod attribute;
mod ids;
mod otlp;
mod span;
mod tracer;

pub use attribute::{Attribute, method};
pub use ids::{NotATraceParent, TraceId, TraceParent};
pub use otlp::{Resource, body};
pub use span::{Scope, Span, current};
pub use tracer::{Counts, Ended, Kind, Name, Sampling, Tracer, Waiting};

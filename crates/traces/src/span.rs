//! Spans, and how what is below one finds it.

use std::future::Future;

use rejoinder_core::Time;

use crate::attribute::Attribute;
use crate::ids::{SpanId, TraceId, TraceParent};
use crate::tracer::{Ended, Kind, Name, Tracer};

tokio::task_local! {
    static CURRENT: Option<Context>;
}

/// The span that something is done for, and what begins others below it.
#[derive(Clone)]
struct Context {
    tracer: Tracer,
    own: TraceParent,
}

/// Something that is done, from its beginning to its end, which is when this is dropped. Where nobody
/// wants to know, it is nothing.
#[derive(Default)]
pub struct Span {
    context: Option<Context>,
    /// What is known of it, where it is going to be sent.
    open: Option<Box<Open>>,
}

struct Open {
    parent: Option<SpanId>,
    kind: Kind,
    name: Name,
    began_at: Time,
    /// The same, for how long it took.
    steady: Time,
    attributes: Vec<Attribute>,
    is_failed: bool,
}

impl Span {
    /// A span that begins a trace, or goes on with one that began elsewhere.
    pub fn root(tracer: &Tracer, parent: Option<TraceParent>, kind: Kind, name: Name) -> Self {
        let own = parent.map_or_else(|| tracer.begin(), |parent| tracer.below(parent));
        let tracer = tracer.clone();
        Self::begin(Context { tracer, own }, parent, kind, name)
    }

    /// A span below the one that this is done for; nothing where there is none.
    pub fn child(kind: Kind, name: Name) -> Self {
        Scope::current().child(kind, name)
    }

    /// A span below this one.
    pub fn below(&self, kind: Kind, name: Name) -> Self {
        match &self.context {
            Some(context) => context.child(kind, name),
            None => Self::default(),
        }
    }

    fn begin(context: Context, parent: Option<TraceParent>, kind: Kind, name: Name) -> Self {
        let clock = context.tracer.clock();
        let open = context.own.is_sampled.then(|| {
            Box::new(Open {
                parent: parent.map(|parent| parent.span),
                kind,
                name,
                began_at: clock.now(),
                steady: clock.steady(),
                attributes: Vec::new(),
                is_failed: false,
            })
        });
        Self {
            context: Some(context),
            open,
        }
    }

    /// Say something of it.
    pub fn set(&mut self, attribute: Attribute) {
        if let Some(open) = &mut self.open {
            open.attributes.push(attribute);
        }
    }

    /// It did not work out, for this reason.
    pub fn fail(&mut self, why: &'static str) {
        self.set(Attribute::Error(why));
        if let Some(open) = &mut self.open {
            open.is_failed = true;
        }
    }

    /// Its trace, where it is going to be sent.
    pub fn trace_id(&self) -> Option<TraceId> {
        self.context.as_ref()?.own.sampled()
    }

    /// What is done for it.
    pub fn scope(&self) -> Scope {
        Scope(self.context.clone())
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let (Some(context), Some(open)) = (&self.context, self.open.take()) else {
            return;
        };
        context.tracer.take(Ended {
            own: context.own,
            parent: open.parent,
            kind: open.kind,
            name: open.name,
            began_at: open.began_at,
            took: context.tracer.clock().steady().since(open.steady),
            attributes: open.attributes,
            is_failed: open.is_failed,
        });
    }
}

impl Context {
    fn child(&self, kind: Kind, name: Name) -> Span {
        let context = Self {
            tracer: self.tracer.clone(),
            own: self.tracer.below(self.own),
        };
        Span::begin(context, Some(self.own), kind, name)
    }
}

/// What is done for a span, or for none.
#[derive(Clone)]
pub struct Scope(Option<Context>);

impl Scope {
    /// That of the span which this is done for.
    pub fn current() -> Self {
        Self(CURRENT.try_with(Clone::clone).unwrap_or(None))
    }

    /// Let `work` know what it is done for, on whatever task it runs.
    pub fn around<F: Future>(self, work: F) -> impl Future<Output = F::Output> + use<F> {
        CURRENT.scope(self.0, work)
    }

    /// Do `work` on this thread, and let it know what it is done for.
    pub fn inside<T>(self, work: impl FnOnce() -> T) -> T {
        match self.0 {
            Some(context) => CURRENT.sync_scope(Some(context), work),
            None => work(),
        }
    }

    fn child(&self, kind: Kind, name: Name) -> Span {
        let context = self.0.as_ref();
        context.map_or_else(Span::default, |context| context.child(kind, name))
    }
}

/// The span that this is done for, as another server, or whoever goes on later, is told.
pub fn current() -> Option<TraceParent> {
    let own = CURRENT.try_with(|context| context.as_ref().map(|context| context.own));
    own.unwrap_or(None)
}

//! An operation as it stands in a trace: a span for the whole of it, and below that one for what is
//! happening to it now.

use traces::{Attribute, Kind, Name, Span};

use crate::Dialect;
use crate::database::error::StoreError;

/// Whether an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Follows an operation from the queue to its answer.
pub(crate) struct Watch {
    access: Access,
    whole: Span,
    part: Span,
    is_answered: bool,
}

impl Watch {
    /// An operation, of the type that is called so, begins to wait for its turn.
    pub(crate) fn begin(type_name: &'static str, access: Access, dialect: Dialect) -> Self {
        let operation = name_of(type_name);
        let what = match access {
            Access::Read => "read",
            Access::Write => "write",
        };
        let mut whole = Span::child(Kind::Client, Name::of(what, operation));
        whole.set(Attribute::Operation(operation));
        whole.set(Attribute::Database(match dialect {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgresql",
        }));
        Self {
            access,
            part: whole.below(Kind::Internal, Name::only("queue")),
            whole,
            is_answered: false,
        }
    }

    /// Do `work`, which is one run of the operation. There are as many operations as there are things to
    /// do, and this is compiled once.
    pub(crate) fn run(&mut self, work: &mut dyn FnMut()) {
        self.part = self.whole.below(Kind::Internal, Name::only("run"));
        self.part.scope().inside(work);
        self.part = Span::default();
    }

    /// What it wrote waits to be committed, with what others wrote.
    pub(crate) fn kept(&mut self) {
        if self.access == Access::Write {
            self.part = self.whole.below(Kind::Internal, Name::only("commit"));
        }
    }

    /// Whoever waits is answered.
    pub(crate) fn end(&mut self, error: Option<&StoreError>) {
        self.is_answered = true;
        match error {
            // To refuse is what it is there for.
            Some(StoreError::Refused(_)) => self.whole.set(Attribute::Error("refused")),
            Some(error) => self.whole.fail(error.code()),
            None => {}
        }
        self.part = Span::default();
        self.whole = Span::default();
    }
}

/// Those below end before the whole does.
impl Drop for Watch {
    fn drop(&mut self) {
        self.part = Span::default();
        if !self.is_answered {
            self.whole.fail("given_up");
        }
    }
}

/// The function that an operation is, or in which it is written, by the name of its type.
fn name_of(type_name: &'static str) -> &'static str {
    // Of a method of a trait it is the type that says most.
    let name = match type_name.strip_prefix('<') {
        Some(inner) => inner.split(" as ").next().unwrap_or(inner),
        None => type_name,
    };
    let name = name.strip_prefix("rejoinder_").unwrap_or(name);
    let end = name.find("::{{").or_else(|| name.find('<'));
    let name = &name[..end.unwrap_or(name.len())];
    let name = name.split('<').next().unwrap_or(name);
    name.split_once("::").map_or(name, |(_, inside)| inside)
}

#[cfg(test)]
mod tests {
    use std::any::type_name;

    use super::*;

    struct Worker<T>(T);

    trait Works {
        fn work(&self) -> &'static str;
    }

    fn of<F: Fn()>(_: F) -> &'static str {
        name_of(type_name::<F>())
    }

    fn operation() {}

    impl<T> Worker<T> {
        fn named(&self) -> &'static str {
            of(|| {})
        }
    }

    impl<T> Works for Worker<T> {
        fn work(&self) -> &'static str {
            of(|| {})
        }
    }

    #[test]
    fn an_operation_is_called_by_the_function_that_it_is_or_stands_in() {
        let here = "database::operation::tests::";
        let inner = || of(|| {});
        for (given, expected) in [
            (of(operation), "operation"),
            (
                inner(),
                "an_operation_is_called_by_the_function_that_it_is_or_stands_in",
            ),
            (Worker(7).named(), "Worker"),
            (Worker(7).work(), "Worker"),
        ] {
            assert_eq!(given.strip_prefix(here), Some(expected), "{given}");
        }
    }
}

//! One route: what is asked, who may ask it, and what answers.

use axum::http::Method;
use axum::routing::MethodRouter;
use rejoinder_core::ApiScope;

use crate::access::Access;
use crate::http::extract::MAX_BODY;
use crate::state::App;

/// One way to ask the server something.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// What a program's token must allow; no program may call it where this is none.
    pub(crate) scope: Option<ApiScope>,
    /// The largest body that it reads, in bytes.
    pub(crate) max_body: usize,
    pub(super) handler: MethodRouter<App>,
}

impl Route {
    /// Open it to programs whose token allows `scope`, too.
    #[must_use]
    pub(crate) fn or_program(self, scope: ApiScope) -> Self {
        Self {
            scope: Some(scope),
            ..self
        }
    }

    /// Let it read bodies of so many bytes.
    #[must_use]
    pub(crate) fn takes(self, max_body: usize) -> Self {
        Self { max_body, ..self }
    }
}

/// A row of the table.
pub(crate) const fn route(
    method: Method,
    path: &'static str,
    access: Access,
    handler: MethodRouter<App>,
) -> Route {
    Route {
        method,
        path,
        access,
        scope: None,
        max_body: MAX_BODY,
        handler,
    }
}

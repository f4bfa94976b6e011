//! The moderators' desk: queues, decisions, authors, pages and the log.
//!
//! Every page works by plain forms; a form posts and comes back to where it stood. The desk's script
//! sends the same forms and asks for JSON, so that it can stay where it is.

mod decide;
mod queues;
mod rows;
mod told;

use axum::http::Method;
use axum::routing::{get, post};
use rejoinder_core::author::Role;

use crate::access::Access;
use crate::routes::{Route, route};

/// What moderators work with.
pub(crate) fn routes() -> Vec<Route> {
    let desk =
        |method, path, handler| route(method, path, Access::Newsroom(Role::Moderator), handler);
    vec![
        desk(Method::GET, "/moderate/{site}", get(queues::held)),
        desk(
            Method::GET,
            "/moderate/{site}/queues/{queue}",
            get(queues::queue),
        ),
        desk(Method::GET, "/moderate/{site}/counts", get(queues::counts)),
        desk(
            Method::POST,
            "/moderate/{site}/decide",
            post(decide::decide),
        ),
        desk(Method::POST, "/moderate/{site}/undo", post(decide::undo)),
    ]
}

//! The moderators' desk: queues, decisions, authors, pages and the log.
//!
//! Every page works by plain forms; a form posts and comes back to where it stood. The desk's script
//! sends the same forms and asks for JSON, so that it can stay where it is.

pub(crate) mod api;
mod authors;
mod comment;
mod decide;
mod groups;
mod log;
mod pages;
mod queues;
mod rows;
mod search;
mod told;

use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use rejoinder_core::ApiScope;
use rejoinder_core::identity::author::Role;

use crate::access::Access;
use crate::http::route::{Route, route};
use crate::state::App;

/// What moderators work with.
pub(crate) fn routes() -> Vec<Route> {
    let read = |path, handler: MethodRouter<App>| {
        route(
            Method::GET,
            path,
            Access::Newsroom(Role::Moderator),
            handler,
        )
    };
    let act = |path, handler: MethodRouter<App>| {
        route(
            Method::POST,
            path,
            Access::Newsroom(Role::Moderator),
            handler,
        )
    };
    let own = |method, path, handler: MethodRouter<App>| {
        route(method, path, Access::Newsroom(Role::Owner), handler)
    };
    vec![
        read("/api/v1/sites/{site}/queues/{queue}", get(api::queue))
            .or_program(ApiScope::ModerationRead),
        read("/api/v1/sites/{site}/search", get(api::search)).or_program(ApiScope::ModerationRead),
        read("/moderate/{site}", get(queues::held)),
        read("/moderate/{site}/queues/{queue}", get(queues::queue)),
        read("/moderate/{site}/counts", get(queues::counts)),
        act("/moderate/{site}/decide", post(decide::decide)),
        act("/moderate/{site}/undo", post(decide::undo)),
        read("/moderate/{site}/comments/{id}", get(comment::comment)),
        read("/moderate/{site}/authors", get(authors::banned)),
        read("/moderate/{site}/authors/{id}", get(authors::author)),
        act("/moderate/{site}/authors/{id}", post(authors::change)),
        read("/moderate/{site}/log", get(log::log)),
        read("/moderate/{site}/search", get(search::search)),
        act("/moderate/{site}/searches", post(search::save)),
        act(
            "/moderate/{site}/searches/{id}/forget",
            post(search::forget),
        ),
        read("/moderate/{site}/pages", get(pages::pages)),
        read("/moderate/{site}/pages/{id}", get(pages::page)),
        act("/moderate/{site}/pages/{id}", post(pages::change)),
        own(Method::GET, "/moderate/{site}/groups", get(groups::groups)),
        own(Method::POST, "/moderate/{site}/groups", post(groups::save)),
        own(
            Method::POST,
            "/moderate/{site}/groups/{id}/remove",
            post(groups::remove),
        ),
        own(
            Method::POST,
            "/moderate/{site}/groups/{id}/pages",
            post(groups::pages),
        ),
    ]
}

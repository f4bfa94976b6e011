//! The moderators' desk: queues, decisions, authors, pages and the log.
//!
//! Every page works by plain forms; a form posts and comes back to where it stood. The desk's script
//! sends the same forms and asks for JSON, so that it can stay where it is.

pub(crate) mod api;
mod authors;
mod comment;
mod decide;
mod flash;
mod groups;
mod log;
mod pages;
mod queues;
mod rows;
mod search;

use rejoinder_core::ApiScope;
use rejoinder_core::identity::author::Role;

use crate::access::Access;
use crate::http::route::{Route, get, post, route};

/// What moderators work with.
pub(crate) fn routes() -> Vec<Route> {
    let desk = |path, asked| route(path, Access::Newsroom(Role::Moderator), asked);
    let own = |path, asked| route(path, Access::Newsroom(Role::Owner), asked);
    vec![
        desk("/api/v1/sites/{site}/queues/{queue}", get(api::queue))
            .or_program(ApiScope::ModerationRead),
        desk("/api/v1/sites/{site}/search", get(api::search)).or_program(ApiScope::ModerationRead),
        desk("/moderate/{site}", get(queues::held)),
        desk("/moderate/{site}/queues/{queue}", get(queues::queue)),
        desk("/moderate/{site}/counts", get(queues::counts)),
        desk("/moderate/{site}/decide", post(decide::decide)),
        desk("/moderate/{site}/undo", post(decide::undo)),
        desk("/moderate/{site}/comments/{id}", get(comment::comment)),
        desk(
            "/moderate/{site}/comments/{id}/images",
            post(comment::remove_image),
        ),
        desk("/moderate/{site}/authors", get(authors::banned)),
        desk("/moderate/{site}/authors/{id}", get(authors::author)),
        desk("/moderate/{site}/authors/{id}", post(authors::change)),
        desk("/moderate/{site}/log", get(log::log)),
        desk("/moderate/{site}/search", get(search::search)),
        desk("/moderate/{site}/searches", post(search::save)),
        desk(
            "/moderate/{site}/searches/{id}/forget",
            post(search::forget),
        ),
        desk("/moderate/{site}/pages", get(pages::pages)),
        desk("/moderate/{site}/pages", post(pages::ask)),
        desk("/moderate/{site}/pages/{id}", get(pages::page)),
        desk("/moderate/{site}/pages/{id}", post(pages::change)),
        own("/moderate/{site}/groups", get(groups::groups)),
        own("/moderate/{site}/groups", post(groups::save)),
        own("/moderate/{site}/groups/{id}/remove", post(groups::remove)),
        own("/moderate/{site}/groups/{id}/pages", post(groups::pages)),
    ]
}

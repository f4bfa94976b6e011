//! What a reader does, and what is theirs alone. Never cached.

pub(crate) mod bells;
pub(crate) mod cards;
pub(crate) mod closing;
pub(crate) mod comments;
pub(crate) mod decisions;
pub(crate) mod flags;
mod forms;
pub(crate) mod guest;
pub(crate) mod me;
pub(crate) mod mutes;
pub(crate) mod notices;
mod posting;
pub(crate) mod preview;
pub(crate) mod proposals;
mod rendering;
pub(crate) mod session;
pub(crate) mod subscriptions;
pub(crate) mod votes;
pub(crate) mod work;

use axum::http::Method;
use axum::routing::{delete, get, patch, post, put};
use rejoinder_core::ApiScope;

use crate::access::Access;
use crate::http::extract::MAX_TEXT_BODY;
use crate::http::route::{Route, route};

pub(crate) use posting::{find, locate, page_of};

/// Through the API, and the same by plain forms.
pub(crate) fn routes() -> Vec<Route> {
    let reader = |method, path, handler| route(method, path, Access::Reader, handler);
    vec![
        reader(Method::GET, "/api/v1/me", get(me::me)).or_program(ApiScope::CommentsRead),
        reader(Method::GET, "/api/v1/challenge", get(work::challenge)),
        reader(Method::POST, "/api/v1/session", post(session::begin)),
        reader(Method::DELETE, "/api/v1/session", delete(session::end)),
        reader(Method::POST, "/api/v1/comments", post(comments::post))
            .takes(MAX_TEXT_BODY)
            .or_program(ApiScope::CommentsWrite),
        reader(
            Method::PATCH,
            "/api/v1/comments/{id}",
            patch(comments::edit),
        )
        .takes(MAX_TEXT_BODY)
        .or_program(ApiScope::CommentsWrite),
        reader(
            Method::DELETE,
            "/api/v1/comments/{id}",
            delete(comments::remove),
        )
        .or_program(ApiScope::CommentsWrite),
        reader(
            Method::DELETE,
            "/api/v1/comments/{id}/cards",
            delete(cards::turn_off),
        ),
        reader(Method::PUT, "/api/v1/comments/{id}/vote", put(votes::cast))
            .or_program(ApiScope::CommentsWrite),
        reader(Method::PUT, "/api/v1/comments/{id}/mute", put(mutes::set)),
        reader(
            Method::POST,
            "/api/v1/comments/{id}/flags",
            post(flags::raise),
        ),
        reader(
            Method::POST,
            "/api/v1/comments/{id}/decisions",
            post(decisions::decide),
        )
        .or_program(ApiScope::ModerationWrite),
        reader(
            Method::POST,
            "/api/v1/pages/decisions",
            post(closing::decide),
        )
        .or_program(ApiScope::ModerationWrite),
        reader(
            Method::DELETE,
            "/api/v1/decisions/{id}",
            delete(decisions::undo),
        )
        .or_program(ApiScope::ModerationWrite),
        reader(
            Method::GET,
            "/embed/comments/{id}/moderate",
            get(decisions::page),
        ),
        reader(
            Method::POST,
            "/embed/comments/{id}/moderate",
            post(decisions::send),
        ),
        reader(Method::GET, "/embed/comments/{id}/flag", get(flags::page)),
        reader(Method::POST, "/embed/comments/{id}/flag", post(flags::send)),
        reader(
            Method::POST,
            "/api/v1/recordings/{id}/proposals",
            post(proposals::propose),
        ),
        reader(
            Method::POST,
            "/api/v1/recordings/proposals/{id}/confirm",
            post(proposals::confirm),
        ),
        reader(
            Method::GET,
            "/embed/recording/proposals",
            get(proposals::page),
        ),
        reader(
            Method::POST,
            "/embed/recording/proposals",
            post(proposals::send),
        ),
        reader(
            Method::POST,
            "/embed/recording/proposals/{id}/confirm",
            post(proposals::send_confirmation),
        ),
        reader(
            Method::POST,
            "/api/v1/subscriptions",
            post(subscriptions::subscribe),
        ),
        reader(
            Method::POST,
            "/embed/subscriptions",
            post(subscriptions::send),
        ),
        reader(Method::GET, "/api/v1/notices", get(bells::list)),
        reader(Method::POST, "/api/v1/notices/read", post(bells::mark_read)),
        reader(Method::GET, "/embed/notices", get(bells::page)),
        reader(Method::POST, "/embed/notices/read", post(bells::send)),
        reader(Method::POST, "/api/v1/preview", post(preview::preview)).takes(MAX_TEXT_BODY),
        reader(Method::POST, "/embed/comments", post(forms::post)).takes(MAX_TEXT_BODY),
        reader(Method::POST, "/embed/comments/{id}/vote", post(forms::vote)),
        reader(
            Method::GET,
            "/embed/comments/{id}/edit",
            get(forms::edit_page),
        ),
        reader(Method::POST, "/embed/comments/{id}/edit", post(forms::edit)).takes(MAX_TEXT_BODY),
        reader(
            Method::POST,
            "/embed/comments/{id}/cards",
            post(forms::turn_card_off),
        ),
        reader(
            Method::POST,
            "/embed/comments/{id}/delete",
            post(forms::remove),
        ),
    ]
}

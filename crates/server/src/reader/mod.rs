//! What a reader does, and what is theirs alone. Never cached.

pub(crate) mod bells;
pub(crate) mod cards;
pub(crate) mod closing;
pub(crate) mod comments;
pub(crate) mod corrections;
pub(crate) mod decisions;
pub(crate) mod flags;
mod forms;
mod giving;
pub(crate) mod guest;
pub(crate) mod images;
pub(crate) mod inbound_mail;
pub(crate) mod me;
pub(crate) mod mutes;
pub(crate) mod notices;
pub(crate) mod posting;
pub(crate) mod preview;
pub(crate) mod proposals;
pub(crate) mod questions;
pub(crate) mod reactions;
mod rendering;
pub(crate) mod session;
pub(crate) mod sources;
pub(crate) mod subscriptions;
pub(crate) mod text_search;
pub(crate) mod votes;
pub(crate) mod work;

use rejoinder_core::ApiScope;

use crate::access::Access;
use crate::http::extract::MAX_TEXT_BODY;
use crate::http::route::{Route, delete, get, patch, post, put, route};

pub(crate) use posting::{find, locate, page_of};

/// Through the API, and the same by plain forms.
pub(crate) fn routes() -> Vec<Route> {
    let reader = |path, asked| route(path, Access::Reader, asked);
    vec![
        reader("/api/v1/me", get(me::me)).or_program(ApiScope::CommentsRead),
        reader("/api/v1/challenge", get(work::challenge)),
        reader("/api/v1/session", post(session::begin)),
        reader("/api/v1/session", delete(session::end)),
        reader("/api/v1/comments", post(comments::post))
            .takes(MAX_TEXT_BODY)
            .or_program(ApiScope::CommentsWrite),
        reader("/api/v1/comments/{id}", patch(comments::edit))
            .takes(MAX_TEXT_BODY)
            .or_program(ApiScope::CommentsWrite),
        reader("/api/v1/comments/{id}", delete(comments::remove))
            .or_program(ApiScope::CommentsWrite),
        reader("/api/v1/comments/{id}/cards", delete(cards::turn_off)),
        reader("/api/v1/comments/{id}/images", delete(images::remove)),
        reader("/api/v1/images", post(images::send)).takes(images::MAX_FILE),
        reader("/api/v1/images/waiting", post(images::waiting)),
        reader("/comment-images/{site}/{file}", get(images::show)),
        reader("/api/v1/comments/{id}/vote", put(votes::cast)).or_program(ApiScope::CommentsWrite),
        reader(
            "/api/v1/comments/{id}/sources/answers",
            put(sources::answer),
        ),
        reader(
            "/api/v1/comments/{id}/sources/withdrawal",
            put(sources::withdraw),
        ),
        reader(
            "/api/v1/comments/{id}/sources/confirmation",
            put(sources::confirm),
        ),
        reader("/api/v1/comments/{id}/reactions", put(reactions::give))
            .or_program(ApiScope::CommentsWrite),
        reader("/api/v1/comments/{id}/mute", put(mutes::set)),
        reader("/api/v1/comments/{id}/flags", post(flags::raise)),
        reader("/api/v1/comments/{id}/decisions", post(decisions::decide))
            .or_program(ApiScope::ModerationWrite),
        reader("/api/v1/pages/decisions", post(closing::decide))
            .or_program(ApiScope::ModerationWrite),
        reader("/api/v1/decisions/{id}", delete(decisions::undo))
            .or_program(ApiScope::ModerationWrite),
        reader("/embed/search", get(text_search::page)),
        reader("/embed/comments/{id}/moderate", get(decisions::page)),
        reader("/embed/comments/{id}/moderate", post(decisions::send)),
        reader("/embed/comments/{id}/flag", get(flags::page)),
        reader("/embed/comments/{id}/flag", post(flags::send)),
        reader(
            "/api/v1/recordings/{id}/proposals",
            post(proposals::propose),
        ),
        reader(
            "/api/v1/recordings/proposals/{id}/confirm",
            post(proposals::confirm),
        ),
        reader("/embed/recording/proposals", get(proposals::page)),
        reader("/embed/recording/proposals", post(proposals::send)),
        reader(
            "/embed/recording/proposals/{id}/confirm",
            post(proposals::send_confirmation),
        ),
        reader("/api/v1/corrections", post(corrections::send)),
        reader("/embed/correction", get(corrections::page)),
        reader("/embed/correction", post(corrections::send_form)),
        reader("/api/v1/questions", post(questions::ask)),
        reader("/api/v1/questions/{id}", patch(questions::change)),
        reader("/api/v1/questions/{id}", delete(questions::remove)),
        reader("/api/v1/subscriptions", post(subscriptions::subscribe)),
        reader("/embed/subscriptions", post(subscriptions::send)),
        reader("/api/v1/notices", get(bells::list)),
        reader("/api/v1/notices/read", post(bells::mark_read)),
        reader("/embed/notices", get(bells::page)),
        reader("/embed/notices/read", post(bells::send)),
        reader("/api/v1/preview", post(preview::preview)).takes(MAX_TEXT_BODY),
        reader("/embed/comments", post(forms::post)).takes(MAX_TEXT_BODY),
        reader("/embed/comments/{id}/vote", post(forms::vote)),
        reader("/embed/comments/{id}/answer", post(sources::send_answer)),
        reader("/embed/comments/{id}/sources", get(sources::page)),
        reader(
            "/embed/comments/{id}/withdraw",
            post(sources::send_withdrawal),
        ),
        reader(
            "/embed/comments/{id}/confirm",
            post(sources::send_confirmation),
        ),
        reader("/embed/comments/{id}/reactions", post(forms::react)),
        reader("/embed/comments/{id}/edit", get(forms::edit_page)),
        reader("/embed/comments/{id}/edit", post(forms::edit)).takes(MAX_TEXT_BODY),
        reader("/embed/comments/{id}/cards", post(forms::turn_card_off)),
        reader("/embed/comments/{id}/images", post(forms::remove_image)),
        reader("/embed/comments/{id}/delete", post(forms::remove)),
    ]
}

//! What waits at the demo's desk: comments that the rules of the site have judged as any other's.

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use rejoinder_core::identity::address::Network;
use rejoinder_core::moderation::{
    Finding, FlagReason, LateVerdict, Phase, ProofOfWorkResult, StateReason,
};
use rejoinder_core::{
    AuthorId, CommentId, CommentState, IdSource, PageId, Random as _, Reader, Site, Time, TokenHash,
};
use serde::Deserialize;
use store::discussion::posting::{self, NewComment, NewIds};
use store::identity::authors::GuestDetails;
use store::moderation::flagging::{self, NewFlag};
use store::moderation::pipeline;
use store::moderation::word_lists::{self, WordListEntries, WordListKind};
use store::{StoreError, Tx};

use super::key;
use crate::system::SystemRandom;

/// `demo/desk.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeskFile {
    /// Words that comments wait for.
    suspect: Vec<String>,
    post: Vec<DeskComment>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskComment {
    article: String,
    author: String,
    website: Option<String>,
    /// Counted back from when the demo is begun.
    minutes_ago: u64,
    /// Markdown.
    text: String,
    /// What a program said that took it for spam.
    spam: Option<String>,
    #[serde(default)]
    flags: Vec<DeskFlag>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskFlag {
    reason: String,
    note: Option<String>,
}

/// Set up the list of words, and post what waits.
pub(super) fn write(
    tx: &mut Tx<'_>,
    now: Time,
    site: &Site,
    waiting: &DeskFile,
) -> Result<(), StoreError> {
    let entries = WordListEntries::of(waiting.suspect.iter().map(String::as_str))?;
    word_lists::replace(tx, now, site.id, WordListKind::Suspect, &entries)?;
    // One source, and the oldest first: ids are in order of time, and none is drawn twice.
    let ids = IdSource::new(&SystemRandom);
    let mut posts: Vec<_> = waiting.post.iter().enumerate().collect();
    posts.sort_by_key(|(_, post)| Reverse(post.minutes_ago));
    for (n, post) in posts {
        let at = now.before(Duration::from_secs(post.minutes_ago * 60));
        let comment = send(tx, at, &ids, site, post, reader(n, 0))?;
        if let Some(said) = &post.spam {
            let finding = Finding {
                note: Some(said.clone()),
                ..Finding::new(Phase::External, CommentState::Spam, StateReason::Spam)
            };
            let verdict = LateVerdict {
                phase: Phase::External,
                finding: Some(finding),
            };
            pipeline::apply_late(tx, at, site.id, comment, 1, &verdict)?;
        }
        for (i, flag) in post.flags.iter().enumerate() {
            raise(tx, at, &ids, site, comment, flag, reader(n, i + 1))?;
        }
    }
    Ok(())
}

fn send(
    tx: &mut Tx<'_>,
    at: Time,
    ids: &IdSource,
    site: &Site,
    post: &DeskComment,
    reader: Reader,
) -> Result<CommentId, StoreError> {
    let text = post.text.trim();
    let new = NewComment {
        site: site.clone(),
        page: key(&post.article),
        title: None,
        ids: NewIds {
            comment: CommentId(ids.next(at)),
            page: PageId(ids.next(at)),
            author: AuthorId(ids.next(at)),
            address_key: secret(),
        },
        parent: None,
        reader,
        details: Some(GuestDetails {
            name: post.author.clone(),
            email: None,
            website: post.website.as_deref().and_then(markup::safe_url),
        }),
        token: TokenHash(secret()),
        answers: None,
        program: None,
        text: text.to_owned(),
        rendered: markup::render(text),
        work: ProofOfWorkResult::NotAsked,
        solution: None,
        target: None,
        sources: None,
        images: Vec::new(),
        article: None,
        notify: None,
        idempotency: None,
    };
    Ok(posting::post(tx, at, &new)?.comment.id)
}

fn raise(
    tx: &mut Tx<'_>,
    at: Time,
    ids: &IdSource,
    site: &Site,
    comment: CommentId,
    flag: &DeskFlag,
    reader: Reader,
) -> Result<(), StoreError> {
    let reason = FlagReason::from_word(&flag.reason);
    let flag = NewFlag {
        site: site.clone(),
        comment,
        reader,
        token: TokenHash(secret()),
        author: AuthorId(ids.next(at)),
        address_key: secret(),
        reason: reason.unwrap_or(FlagReason::Other),
        note: flag.note.clone(),
    };
    flagging::raise(tx, at, &flag)?;
    Ok(())
}

/// Somebody at an address of their own, of those that are kept for documentation.
fn reader(post: usize, flag: usize) -> Reader {
    let number = u8::try_from(post * 8 + flag).unwrap_or(u8::MAX);
    Reader {
        author: None,
        network: Network::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number))),
    }
}

fn secret() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes
}

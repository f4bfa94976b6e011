//! Keys of requests, by which a request that is sent twice is done once.

use std::fmt::Write as _;
use std::time::Duration;

use rejoinder_core::{Author, Comment, CommentId, Refusal, SiteId, Time};
use sha2::{Digest as _, Sha256};

use crate::database::error::StoreError;
use crate::discussion::comments::expect;
use crate::{Result, Tx, params, sql};

/// How long a key is remembered.
const IDEMPOTENCY: Duration = Duration::from_secs(24 * 60 * 60);

/// A client's key for one request, and what the request said.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The client's key.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: [u8; 32],
}

/// Who sends a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender<'a> {
    /// Who it is, where that is known.
    pub(super) author: Option<&'a Author>,
    /// The hash of their network.
    pub(super) address: &'a [u8],
}

impl Sender<'_> {
    /// A key as it is kept: it belongs to the author who used it, or, before their browser was known, to their
    /// network, of which nothing can be told once the key of its hash is destroyed.
    fn own_key(self, key: &str) -> String {
        let mut own = match self.author {
            Some(author) => Sha256::new_with_prefix(author.id.0.to_be_bytes()),
            None => Sha256::new_with_prefix(self.address),
        };
        own.update(key);
        let hash: [u8; 32] = own.finalize().into();
        hash.iter().fold(String::new(), |mut own, byte| {
            let _ = write!(own, "{byte:02x}");
            own
        })
    }
}

/// The comment that came of the same request before, sent by the same person. Whose first answer was lost before
/// it told their browser who they are, comes again as somebody unknown.
pub(super) fn answered(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    request: &Idempotency,
    sender: Sender<'_>,
) -> Result<Option<Comment>> {
    let Idempotency { key, fingerprint } = request;
    let unknown = Sender {
        author: None,
        ..sender
    };
    let known = sender.author.map(|_| sender.own_key(key));
    for key in known.into_iter().chain([unknown.own_key(key)]) {
        let Some((said, comment)) = used(tx, now, site, &key)? else {
            continue;
        };
        // Somebody else of the same network was as unknown when they used it.
        let author = sender.author;
        if author.is_some_and(|author| author.id != comment.author.id) {
            continue;
        }
        if said != fingerprint {
            return Err(Refusal::KeyReused.into());
        }
        return Ok(Some(comment));
    }
    Ok(None)
}

/// What was said under a key as it is kept, and the comment that came of it.
fn used(tx: &mut Tx<'_>, now: Time, site: SiteId, key: &str) -> Result<Option<(Vec<u8>, Comment)>> {
    let seen: Option<(Vec<u8>, CommentId)> = tx.one(
        sql!(
            "select fingerprint, comment_id from idempotency
             where site_id = ?1 and key = ?2 and at > ?3"
        ),
        params![site, key, now.before(IDEMPOTENCY)],
        |row| Ok((row.next()?, row.next()?)),
    )?;
    let Some((said, comment)) = seen else {
        return Ok(None);
    };
    Ok(Some((said, expect(tx, site, comment)?)))
}

/// Remember that `comment` came of a request.
pub(super) fn remember(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    request: &Idempotency,
    sender: Sender<'_>,
    comment: CommentId,
) -> Result<()> {
    let Idempotency { key, fingerprint } = request;
    let (key, forgotten) = (sender.own_key(key), now.before(IDEMPOTENCY));
    let is_first = tx.execute(
        sql!(
            "insert into idempotency (site_id, key, fingerprint, comment_id, at)
             values (?1, ?2, ?3, ?4, ?5)
             on conflict (site_id, key) do update set fingerprint = excluded.fingerprint,
                 comment_id = excluded.comment_id, at = excluded.at where idempotency.at <= ?6"
        ),
        params![site, &key, fingerprint, comment, now, forgotten],
    )?;
    // The same key was used for another page at the same moment.
    if is_first == 0 {
        return Err(StoreError::Collision);
    }
    Ok(())
}

/// Forget the keys of requests that nobody sends again.
pub(crate) fn forget_old(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<()> {
    tx.execute(
        sql!("delete from idempotency where site_id = ?1 and at <= ?2"),
        params![site, now.before(IDEMPOTENCY)],
    )?;
    Ok(())
}

//! What a site's filter has learned: word counts that follow the moderators' decisions.
//!
//! Each comment teaches one lesson at most, that of the newest decision on it; its words are kept so
//! that it can be taken back exactly.

use rejoinder_core::moderation::CommentSnapshot;
use rejoinder_core::moderation::learned::{self, SpamScore, WordCount};
use rejoinder_core::{CommentId, CommentState, SiteId};

use crate::{Result, Tx, params, sql};

/// How many distinct words of one comment are learned.
const MAX_WORDS: usize = 300;

/// What a comment is an example of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LearnedExample {
    Bad,
    Good,
}

impl LearnedExample {
    /// What a comment that stands like this teaches: a decision on its newest text, or nothing.
    fn of(snapshot: &CommentSnapshot) -> Option<Self> {
        if snapshot.decided_revision != Some(snapshot.revision) {
            return None;
        }
        match snapshot.state {
            CommentState::Published => Some(Self::Good),
            CommentState::Rejected | CommentState::Spam => Some(Self::Bad),
            CommentState::Held | CommentState::Removed => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Good => "good",
        }
    }

    /// How much it adds to what is bad and to what is good.
    const fn weights(self) -> (i64, i64) {
        match self {
            Self::Bad => (1, 0),
            Self::Good => (0, 1),
        }
    }
}

/// Let the filter learn from where a comment stands now, and forget what it taught before.
pub(crate) fn teach(
    tx: &mut Tx<'_>,
    site: SiteId,
    comment: CommentId,
    text: &str,
    stands: &CommentSnapshot,
) -> Result<()> {
    let before = taught(tx, site, comment)?;
    let mut words = learned::words(text);
    words.truncate(MAX_WORDS);
    let words = serde_json::Value::from(words).to_string();
    let lesson = LearnedExample::of(stands);
    let after = lesson.map(|lesson| (lesson.as_str().to_owned(), words));
    if before == after {
        return Ok(());
    }
    forget(tx, site, comment)?;
    if let (Some((kind, words)), Some((bad, good))) = (after, lesson.map(LearnedExample::weights)) {
        count(tx, site, &words, bad, good)?;
        tx.execute(
            sql!("insert into lesson (site_id, comment_id, kind, words) values (?1, ?2, ?3, ?4)"),
            params![site, comment, kind, words],
        )?;
    }
    Ok(())
}

/// The kind of lesson that a comment taught, and its words.
fn taught(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<Option<(String, String)>> {
    tx.one(
        sql!("select kind, words from lesson where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
        |row| Ok((row.next()?, row.next()?)),
    )
}

/// Let the filter forget what a comment taught it.
pub(crate) fn forget(tx: &mut Tx<'_>, site: SiteId, comment: CommentId) -> Result<()> {
    let Some((kind, words)) = taught(tx, site, comment)? else {
        return Ok(());
    };
    let (bad, good) = if kind == "bad" { (-1, 0) } else { (0, -1) };
    count(tx, site, &words, bad, good)?;
    tx.execute(
        sql!("delete from lesson where site_id = ?1 and comment_id = ?2"),
        params![site, comment],
    )?;
    Ok(())
}

/// The site's row is changed first, so that two lessons at one site wait for each other there.
fn count(tx: &mut Tx<'_>, site: SiteId, words: &str, bad: i64, good: i64) -> Result<()> {
    tx.execute(
        sql!(
            "insert into site_moderation (site_id, n_bad, n_good) values (?1, ?2, ?3)
             on conflict (site_id) do update set n_bad = site_moderation.n_bad + excluded.n_bad,
                 n_good = site_moderation.n_good + excluded.n_good"
        ),
        params![site, bad, good],
    )?;
    tx.execute(
        sql!(
            "insert into word_count (site_id, word, bad, good)
             select ?1, w.value, ?3, ?4 from texts(?2) as w where true
             on conflict (site_id, word) do update set bad = word_count.bad + excluded.bad,
                 good = word_count.good + excluded.good"
        ),
        params![site, words, bad, good],
    )?;
    if bad + good < 0 {
        tx.execute(
            sql!(
                "delete from word_count where site_id = ?1 and bad <= 0 and good <= 0
                   and word in (select w.value from texts(?2) as w)"
            ),
            params![site, words],
        )?;
    }
    Ok(())
}

/// What the filter makes of a text, after so many lessons of each kind.
pub(crate) fn score(
    tx: &mut Tx<'_>,
    site: SiteId,
    text: &str,
    n_bad: i64,
    n_good: i64,
) -> Result<Option<SpamScore>> {
    if n_bad < learned::MIN_DECISIONS || n_good < learned::MIN_DECISIONS {
        return Ok(None);
    }
    let mut words = learned::words(text);
    words.truncate(MAX_WORDS);
    let counts = tx.all(
        sql!(
            "select c.word, c.bad, c.good from texts(?2) as w
             join word_count c on c.site_id = ?1 and c.word = w.value"
        ),
        params![site, serde_json::Value::from(words).to_string()],
        |row| {
            Ok(WordCount {
                word: row.next()?,
                bad: row.next()?,
                good: row.next()?,
            })
        },
    )?;
    Ok(learned::score(&counts, n_bad, n_good))
}

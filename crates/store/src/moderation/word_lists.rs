//! A site's word lists.
//!
//! The lists are compiled once and kept in memory under the hash of what they hold, which the site's
//! row names: a changed list is another hash, on every node, with the next comment.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rejoinder_core::discussion::text::is_invisible;
use rejoinder_core::moderation::WordLists;
use rejoinder_core::moderation::word_list::{EntryProblem, WordList, check, is_found, stem};
use rejoinder_core::{Refusal, SiteId, Time};
use sha2::{Digest, Sha256};

use crate::{Result, Tx, params, sql};

/// The most entries of one list.
pub const MAX_WORDS: usize = 5_000;

/// The most that all words of a list have, in bytes: as many of the longest in Latin letters.
pub const MAX_LIST_BYTES: usize = 1 << 20;

/// How many sites' lists are kept compiled.
const MAX_KEPT: usize = 256;

/// One of a site's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WordListKind {
    /// Comments with its words are refused.
    Banned,
    /// Comments with its words wait.
    Suspect,
}

impl WordListKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Banned, Self::Suspect];

    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Banned => "banned",
            Self::Suspect => "suspect",
        }
    }

    /// The list of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == word)
    }
}

/// The entries of a list, in order.
pub fn get(tx: &mut Tx<'_>, site: SiteId, list: WordListKind) -> Result<Vec<String>> {
    tx.all(
        sql!("select word from word where site_id = ?1 and list = ?2 order by word"),
        params![site, list.as_str()],
        |row| row.next(),
    )
}

/// What a list may hold: each entry once, in order, and none that could never be found.
///
/// Looking at thousands of entries takes a moment, which no transaction has.
#[derive(Debug, Clone)]
pub struct WordListEntries(Vec<String>);

impl WordListEntries {
    /// The entries of `lines`. Empty lines and repetitions are passed over.
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a str>) -> std::result::Result<Self, Refusal> {
        let lines = lines.into_iter().map(str::trim);
        let entries: BTreeSet<&str> = lines.filter(|line| !is_empty(line)).collect();
        if entries.len() > MAX_WORDS {
            return Err(Refusal::TooManyWords {
                words: entries.len(),
                max: MAX_WORDS,
            });
        }
        let bytes = entries.iter().map(|entry| entry.len()).sum();
        if bytes > MAX_LIST_BYTES {
            return Err(Refusal::ListTooLarge {
                bytes,
                max: MAX_LIST_BYTES,
            });
        }
        for entry in &entries {
            may_stand(entry)?;
        }
        Ok(Self(entries.into_iter().map(str::to_owned).collect()))
    }
}

/// Let a list hold `entries` and nothing else.
pub fn replace(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    list: WordListKind,
    WordListEntries(entries): &WordListEntries,
) -> Result<()> {
    tx.execute(
        sql!(
            "insert into site_moderation (site_id, words_hash) values (?1, null)
             on conflict (site_id) do update set words_hash = null"
        ),
        params![site],
    )?;
    tx.execute(
        sql!("delete from word where site_id = ?1 and list = ?2"),
        params![site, list.as_str()],
    )?;
    tx.execute(
        sql!(
            "insert into word (site_id, list, word, added_at)
             select ?1, ?2, w.value, ?4 from texts(?3) as w"
        ),
        params![
            site,
            list.as_str(),
            serde_json::Value::from(entries.as_slice()).to_string(),
            now
        ],
    )?;
    let all = read(tx, site)?;
    if !all.iter().all(Vec::is_empty) {
        tx.execute(
            sql!("update site_moderation set words_hash = ?2 where site_id = ?1"),
            params![site, &hash(&all)],
        )?;
    }
    Ok(())
}

/// Whether there is nothing to be seen on a line.
fn is_empty(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Whether comments can have an entry: it can be looked for, and they show it as it is written.
fn may_stand(entry: &str) -> std::result::Result<(), Refusal> {
    let shown = |stem: &str| markup::render(&format!("so {stem} so")).shown;
    let usable = check(entry).and_then(|()| match stem(entry) {
        Some(stem) if !is_found(entry, shown(stem).text()) => Err(EntryProblem::NeverShown),
        _ => Ok(()),
    });
    usable.map_err(|unusable| Refusal::WordUnusable {
        entry: entry.to_owned(),
        why: unusable.why(),
    })
}

fn read(tx: &mut Tx<'_>, site: SiteId) -> Result<[Vec<String>; 2]> {
    Ok([
        get(tx, site, WordListKind::Banned)?,
        get(tx, site, WordListKind::Suspect)?,
    ])
}

fn hash(lists: &[Vec<String>; 2]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for list in lists {
        for word in list {
            hash.update(word);
            hash.update([0]);
        }
        hash.update([1]);
    }
    hash.finalize().into()
}

static COMPILED: LazyLock<Mutex<HashMap<[u8; 32], Arc<WordLists>>>> = LazyLock::new(Mutex::default);

/// The lists whose hash is `wanted`, compiled.
pub(crate) fn compiled(tx: &mut Tx<'_>, site: SiteId, wanted: &[u8]) -> Result<Arc<WordLists>> {
    let kept = || COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(lists) = <&[u8; 32]>::try_from(wanted)
        .ok()
        .and_then(|wanted| kept().get(wanted).cloned())
    {
        return Ok(lists);
    }
    let words = read(tx, site)?;
    let list = |words: &[String]| WordList::new(words.iter().map(String::as_str));
    let lists = Arc::new(WordLists {
        banned: list(&words[0]),
        suspect: list(&words[1]),
    });
    let mut kept = kept();
    if kept.len() >= MAX_KEPT {
        kept.clear();
    }
    kept.insert(hash(&words), Arc::clone(&lists));
    Ok(lists)
}

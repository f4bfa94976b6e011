//! Hearing of what other nodes changed.
//!
//! A notice that is missed does not matter: whoever keeps something made of a page also looks at the
//! page's version now and then. So all that is done about silence is to connect anew.

use std::thread;
use std::time::Duration;

use postgres::Client;
use postgres::fallible_iterator::FallibleIterator as _;
use rejoinder_core::{PageId, PageKey, SiteId};

use crate::database::error::StoreError;
use crate::database::lines::Lines;
use crate::database::notify::{CHANNEL, HEARTBEAT, Notice};
use crate::database::overseer::{Overseer, Shift};
use crate::database::tls::Address;
use crate::database::tx::Change;
use crate::publication::sites;
use crate::{CommitHook, funding};

/// How long to wait before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// Without a notice for so long, not even this node's own heartbeat, nothing can be heard.
const DEAF_AFTER: Duration = HEARTBEAT.saturating_mul(3);

/// Start the thread that hears of changes and passes them on.
pub(crate) fn start(
    overseer: &Overseer,
    address: Address,
    hook: CommitHook,
    lines: Lines,
) -> Result<(), StoreError> {
    let work = move |shift: &Shift| {
        while !shift.is_relieved() {
            if let Err(error) = listen(&address, &hook, &lines, shift) {
                tracing::warn!(%error, "Changes of other nodes are not heard for now");
            }
            thread::sleep(PAUSE);
        }
    };
    overseer.keep("store-listener".to_owned(), Some(DEAF_AFTER), work)
}

fn listen(
    address: &Address,
    hook: &CommitHook,
    lines: &Lines,
    shift: &Shift,
) -> Result<(), StoreError> {
    let timeline = address.timelines.newest();
    let mut listener = address.connect()?;
    let mut reader = address.connect()?;
    shift.is_on(timeline);
    shift.call(|| listener.batch_execute(&format!("listen {CHANNEL}")))??;
    loop {
        let notice = listener.notifications().timeout_iter(DEAF_AFTER).next()?;
        let Some(notice) = notice else {
            let silent = format!("no notice for {} s", DEAF_AFTER.as_secs());
            return Err(StoreError::Unavailable(silent));
        };
        address.timelines.expect(timeline)?;
        lines.hear(notice.process_id(), notice.payload());
        let mut changes = Vec::new();
        for notice in Notice::read(notice.payload()) {
            changes.extend(shift.call(|| change(&mut reader, notice))??);
        }
        if !changes.is_empty() {
            hook(&changes);
        }
    }
}

fn change(reader: &mut Client, notice: Notice) -> Result<Option<Change>, StoreError> {
    let Notice {
        site,
        page,
        version,
        urgent,
    } = notice;
    let key = if PageId(page) == funding::PAGE {
        Some(funding::key())
    } else if let Some(key) = sites::key_of(PageId(page)) {
        Some(key)
    } else {
        let found = "select key, url from page where site_id = $1 and id = $2";
        let found = reader.query_opt(found, &[&site, &page])?;
        found.map(|row| PageKey::stored(row.get(0), row.get(1)))
    };
    Ok(key.map(|key| Change {
        site: SiteId(site),
        page: PageId(page),
        key,
        version,
        urgent,
        is_own: false,
    }))
}

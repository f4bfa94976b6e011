//! Hearing of what other nodes changed.
//!
//! Each change notifies with ids only. A notice that is missed does not matter: whoever keeps
//! something made of a page also looks at the page's version now and then.

use std::thread;
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator as _;
use postgres::{Client, Config};
use rejoinder_core::{PageId, PageKey, SiteId};

use crate::Hook;
use crate::database::error::StoreError;
use crate::database::tls;
use crate::database::tx::Change;

/// The channel of notices.
pub(crate) const CHANNEL: &str = "rejoinder";

/// How long to wait before a lost connection is made again.
const PAUSE: Duration = Duration::from_secs(1);

/// Start the thread that hears of changes and passes them on.
pub(crate) fn start(config: Config, hook: Hook) -> Result<(), StoreError> {
    let listen = move || loop {
        if let Err(error) = listen(&config, &hook) {
            tracing::warn!(%error, "Changes of other nodes are not heard for now");
        }
        thread::sleep(PAUSE);
    };
    let spawned = thread::Builder::new()
        .name("store-listener".to_owned())
        .spawn(listen);
    spawned
        .map(drop)
        .map_err(|error| StoreError::Internal(error.into()))
}

fn listen(config: &Config, hook: &Hook) -> Result<(), StoreError> {
    let mut listener = tls::connect(config)?;
    let mut reader = tls::connect(config)?;
    listener.batch_execute(&format!("listen {CHANNEL}"))?;
    loop {
        let notice = listener.notifications().blocking_iter().next()?;
        let Some(notice) = notice else { return Ok(()) };
        if let Some(change) = change(&mut reader, notice.payload())? {
            hook(&[change]);
        }
    }
}

/// The words of a notice: site, page, version, and 1 where something must vanish at once.
pub(crate) fn payload(change: &Change) -> String {
    let Change {
        site,
        page,
        version,
        urgent,
        ..
    } = change;
    format!("{} {} {version} {}", site.0, page.0, i64::from(*urgent))
}

fn change(reader: &mut Client, payload: &str) -> Result<Option<Change>, StoreError> {
    let words: Vec<i64> = payload
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let [site, page, version, urgent] = words[..] else {
        return Ok(None);
    };
    let found = "select key, url from page where site_id = $1 and id = $2";
    let found = reader.query_opt(found, &[&site, &page])?;
    Ok(found.map(|row| Change {
        site: SiteId(site),
        page: PageId(page),
        key: PageKey::stored(row.get(0), row.get(1)),
        version,
        urgent: urgent == 1,
    }))
}

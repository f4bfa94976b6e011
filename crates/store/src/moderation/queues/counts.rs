//! How much waits in each queue.

use rejoinder_core::{PageId, SiteId};

use super::Queue;
use crate::moderation::groups::{Scope, in_scope};
use crate::{Result, Row, Tx, params, sql};

/// How many comments of a queue are counted; more are not told apart.
pub const COUNT_LIMIT: i64 = 1_000;

/// How many comments each queue holds, counted to [`COUNT_LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    /// Of [`Queue::Held`].
    pub held: i64,
    /// Of [`Queue::Flagged`].
    pub flagged: i64,
    /// Of [`Queue::Unreviewed`].
    pub unreviewed: i64,
    /// Of [`Queue::Approved`].
    pub approved: i64,
    /// Of [`Queue::Rejected`].
    pub rejected: i64,
    /// Of [`Queue::Spam`].
    pub spam: i64,
}

impl QueueCounts {
    /// The count of `queue`.
    pub const fn of(&self, queue: Queue) -> i64 {
        match queue {
            Queue::Held => self.held,
            Queue::Flagged => self.flagged,
            Queue::Unreviewed => self.unreviewed,
            Queue::Approved => self.approved,
            Queue::Rejected => self.rejected,
            Queue::Spam => self.spam,
        }
    }
}

macro_rules! counted {
    ($from:literal, $scope:expr, $($which:literal),+) => {
        concat!("select ", counted!(@list $from, $scope, $($which),+))
    };
    (@list $from:literal, $scope:expr, $which:literal) => {
        counted!(@one $from, $scope, $which)
    };
    (@list $from:literal, $scope:expr, $which:literal, $($more:literal),+) => {
        concat!(counted!(@one $from, $scope, $which), ", ", counted!(@list $from, $scope, $($more),+))
    };
    (@one $from:literal, $scope:expr, $which:literal) => {
        concat!(
            "(select count(*) from (select 1 from ", $from, " where c.site_id = ?1 and ", $which,
            $scope, " limit ?2) as counted)"
        )
    };
}

macro_rules! counts {
    ($from:literal, $scope:expr) => {
        sql!(counted!(
            $from,
            $scope,
            "c.state <> 'published' and c.state = 'held'",
            "c.n_flags > 0 and c.state = 'published'",
            "c.state = 'published' and c.decided_revision is null",
            "c.state = 'published' and c.decided_revision is not null",
            "c.state <> 'published' and c.state = 'rejected'",
            "c.state <> 'published' and c.state = 'spam'"
        ))
    };
}

/// How many comments each queue holds, counted to [`COUNT_LIMIT`].
pub fn counts(tx: &mut Tx<'_>, site: SiteId, scope: &Scope) -> Result<QueueCounts> {
    let counts = if scope.groups().is_none() {
        let statement = counts!("comment c", "");
        tx.one(statement, params![site, COUNT_LIMIT], counts_of)?
    } else {
        let statement = counts!(
            "comment c join page p on p.site_id = c.site_id and p.id = c.page_id",
            concat!(" and ", in_scope!("?3", "?4"))
        );
        let params = params![site, COUNT_LIMIT, scope.is_all(), scope.list()];
        tx.one(statement, params, counts_of)?
    };
    Ok(counts.unwrap_or_default())
}

/// How many comments of a page wait, counted to 100.
pub fn held_on(tx: &mut Tx<'_>, site: SiteId, page: PageId) -> Result<i64> {
    let n_held = tx.one(
        sql!(
            "select count(*) from (select 1 from comment
             where site_id = ?1 and page_id = ?2 and state = 'held' limit 100) as held"
        ),
        params![site, page],
        |row| row.next(),
    )?;
    Ok(n_held.unwrap_or(0))
}

fn counts_of(row: &Row<'_>) -> Result<QueueCounts> {
    Ok(QueueCounts {
        held: row.next()?,
        flagged: row.next()?,
        unreviewed: row.next()?,
        approved: row.next()?,
        rejected: row.next()?,
        spam: row.next()?,
    })
}

//! Telling the newsroom by mail that comments wait: one mail for what came in an hour or a day.

use rejoinder_core::author::Role;
use rejoinder_core::{AuthorId, CommentId, SiteId, State, Time};

use crate::queues::{self, Item, Order, Queue, QueueQuery};
use crate::{Result, Tx, authors, comments, groups, notices, sites};

/// The kind of these jobs. Their payload is a [`Step`].
pub const DESK_MAIL_JOB: &str = "desk_mail";

/// So many comments are quoted in a mail.
const QUOTED: usize = 10;

/// What one job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Find who is to be told of what came until a time.
    Find(Time),
    /// Tell one of them.
    Tell(Time, AuthorId),
}

impl Step {
    /// The payload of its job.
    pub fn payload(self) -> String {
        match self {
            Self::Find(until) => until.micros().to_string(),
            Self::Tell(until, author) => format!("{} {}", until.micros(), author.0),
        }
    }

    /// What a job's payload says.
    pub fn from_payload(payload: &str) -> Option<Self> {
        let (until, author) = match payload.split_once(' ') {
            Some((until, author)) => (until, Some(author.parse().ok()?)),
            None => (payload, None),
        };
        let until = Time::from_micros(until.parse().ok()?);
        Some(author.map_or(Self::Find(until), |id| Self::Tell(until, AuthorId(id))))
    }
}

/// What one of the newsroom is told.
#[derive(Debug, Clone)]
pub struct DeskMail {
    /// Where it goes.
    pub email: String,
    /// The newest that wait, at most ten.
    pub items: Vec<Item>,
    /// How many wait.
    pub n_held: i64,
}

/// Let the newsroom hear of a comment that waits, where the site wants it.
pub(crate) fn announce(tx: &mut Tx<'_>, now: Time, site: SiteId, comment: CommentId) -> Result<()> {
    let is_held =
        comments::by_id(tx, site, comment)?.is_some_and(|comment| comment.state == State::Held);
    let pace = match sites::by_id(tx, site)?.filter(|_| is_held) {
        Some(site) => site.settings.desk_mail.pace(),
        None => None,
    };
    let Some(until) = pace.and_then(|pace| pace.gathered_until(now)) else {
        return Ok(());
    };
    let step = Step::Find(until);
    notices::add_job(tx, now, site, DESK_MAIL_JOB, step.payload(), until)
}

/// Let each moderator with an address be told. Doing it again tells nobody twice.
pub fn find(tx: &mut Tx<'_>, now: Time, site: SiteId, until: Time) -> Result<()> {
    for colleague in authors::newsroom(tx, site)? {
        if colleague.author.role >= Role::Moderator && colleague.email.is_some() {
            let step = Step::Tell(until, colleague.author.id);
            notices::add_job(tx, now, site, DESK_MAIL_JOB, step.payload(), now)?;
        }
    }
    Ok(())
}

/// What `author` is to be told; `None` when nothing waits for them any more, or they may not decide.
pub fn due(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Option<DeskMail>> {
    let is_wanted =
        sites::by_id(tx, site)?.is_some_and(|site| site.settings.desk_mail.pace().is_some());
    let mut newsroom = authors::newsroom(tx, site)?.into_iter();
    let moderator = newsroom.find(|colleague| colleague.author.id == author);
    let moderator = moderator.filter(|one| is_wanted && one.author.role >= Role::Moderator);
    let Some(email) = moderator.and_then(|one| one.email) else {
        return Ok(None);
    };
    let scope = groups::scope_of(tx, site, author)?;
    let n_held = queues::counts(tx, site, &scope)?.of(Queue::Held);
    if n_held == 0 {
        return Ok(None);
    }
    let query = QueueQuery {
        queue: Queue::Held,
        order: Order::Newest,
        page: None,
        scope,
        after: None,
        limit: QUOTED,
    };
    let items = queues::list(tx, site, &query)?.items;
    Ok(Some(DeskMail {
        email,
        items,
        n_held,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_back_and_nothing_else_is_taken() {
        let until = Time::from_micros(11);
        for step in [Step::Find(until), Step::Tell(until, AuthorId(7))] {
            assert_eq!(Step::from_payload(&step.payload()), Some(step));
        }
        for wrong in ["", "x", "11 ", "11 x", "11 7 8"] {
            assert_eq!(Step::from_payload(wrong), None, "{wrong}");
        }
    }
}

//! Telling the newsroom by mail that comments wait.

use std::sync::Arc;

use egress::{Mail, Mailer};
use rejoinder_core::{AuthorId, Clock, Random, Site, SiteId, Time, Token};
use render::identity::MailText;
use render::moderation::WaitingComment;
use store::jobs::Job;
use store::moderation::desk_mails::{self, DeskMail, DeskMailStep};
use store::{Result, Store, Tx, publication::sites};

use crate::notices::mail::{in_doubt, outcome};
use crate::worker::{Handler, JobOutcome};

/// Finds who is to be told that comments wait, and sends each a mail. What may have been sent already
/// is never sent again.
pub struct DeskMailHandler {
    store: Arc<Store>,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    from: String,
    base: Arc<str>,
}

impl DeskMailHandler {
    /// A handler that sends through `mailer`, as `from`. Links begin with `base`.
    pub fn new(
        store: Arc<Store>,
        mailer: Mailer,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        from: impl Into<String>,
        base: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            store,
            mailer,
            clock,
            random,
            from: from.into(),
            base: base.into(),
        }
    }

    async fn find(&self, site: SiteId, until: Time) -> Result<JobOutcome> {
        let now = self.clock.now();
        let find = move |tx: &mut Tx<'_>| desk_mails::find(tx, now, site, until);
        self.store.write(find).await?;
        Ok(JobOutcome::Done)
    }

    async fn tell(&self, site: SiteId, until: Time, author: AuthorId) -> Result<JobOutcome> {
        let secret = Token::new(&*self.random).reveal();
        let due = self.store.write(move |tx| {
            let due = desk_mails::due(tx, site, author, &secret)?;
            Ok(due.zip(sites::by_id(tx, site)?))
        });
        let Some((due, site)) = due.await? else {
            return Ok(JobOutcome::Done);
        };
        let mail = self.mail(&site, due, until, author);
        Ok(outcome(self.mailer.send(&mail, self.clock.now()).await))
    }

    fn mail(&self, site: &Site, due: DeskMail, until: Time, author: AuthorId) -> Mail {
        let waiting: Vec<WaitingComment<'_>> = due
            .items
            .iter()
            .map(|item| WaitingComment {
                comment: &item.comment,
                page: &item.page,
            })
            .collect();
        let manage = format!("{}/notices/{}/{}", self.base, site.host, due.secret);
        let MailText {
            subject,
            text,
            html,
        } = render::moderation::desk_mail(site, &self.base, &waiting, due.n_held, &manage);
        let domain = self.from.rsplit_once('@').map_or("", |(_, domain)| domain);
        Mail {
            from_name: site.name().to_owned(),
            from: self.from.clone(),
            to: due.email,
            reply_to: None,
            subject,
            text,
            html,
            message_id: format!("desk-{}-{author}@{domain}", until.seconds()),
            references: vec![format!("desk-{author}@{domain}")],
            list_id: Some(format!("desk.{}", site.host)),
            unsubscribe_url: Some(manage),
        }
    }
}

impl Handler for DeskMailHandler {
    type Payload = DeskMailStep;

    async fn run(&self, job: &Job, step: DeskMailStep) -> Result<JobOutcome> {
        match step {
            DeskMailStep::Find(until) => self.find(job.site, until).await,
            DeskMailStep::Tell(..) if job.is_interrupted => Ok(in_doubt()),
            DeskMailStep::Tell(until, author) => self.tell(job.site, until, author).await,
        }
    }
}

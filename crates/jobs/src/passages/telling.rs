//! Telling the sender of a correction by mail what became of it.

use std::sync::Arc;

use egress::{Mail, MailOutcome, Mailer};
use rejoinder_core::{Clock, Site};
use render::RenderContext;
use render::identity::MailText;
use store::jobs::Job;
use store::passages::deciding::{self, TellSender};
use store::publication::sites;
use store::{Result, Store, Tx};

use crate::home::Home;
use crate::notices::mail::{in_doubt, outcome};
use crate::worker::{Handler, JobOutcome};

/// Tells senders of corrections what became of them. What may have been sent already is never sent again.
pub struct SenderHandler {
    store: Arc<Store>,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
    from: String,
    home: Home,
}

impl SenderHandler {
    /// A handler that sends through `mailer`, as `from`. Links begin with `home`.
    pub fn new(
        store: Arc<Store>,
        mailer: Mailer,
        clock: Arc<dyn Clock>,
        from: impl Into<String>,
        home: impl Into<Home>,
    ) -> Self {
        Self {
            store,
            mailer,
            clock,
            from: from.into(),
            home: home.into(),
        }
    }

    fn mail(&self, site: &Site, text: MailText, to: String, told: TellSender) -> Mail {
        let domain = self.from.rsplit_once('@').map_or("", |(_, domain)| domain);
        let became = match told.is_accepted {
            true => "accepted",
            false => "declined",
        };
        let MailText {
            subject,
            text,
            html,
        } = text;
        Mail {
            from_name: site.name().to_owned(),
            from: self.from.clone(),
            to,
            reply_to: None,
            subject,
            text,
            html,
            message_id: format!("correction-{}-{became}@{domain}", told.correction),
            references: Vec::new(),
            list_id: None,
            unsubscribe_url: None,
        }
    }
}

impl Handler for SenderHandler {
    type Payload = TellSender;

    async fn run(&self, job: &Job, told: TellSender) -> Result<JobOutcome> {
        if job.is_interrupted {
            return Ok(in_doubt());
        }
        let site = job.site;
        let read = self.store.read(move |tx| {
            let due = deciding::due(tx, site, told)?;
            Ok(due.zip(sites::by_id(tx, site)?))
        });
        let Some(((correction, mut page, email), of)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        self.home.place(&of, &mut page.key);
        let context = RenderContext {
            site: &of,
            now: self.clock.now(),
            base: self.home.base(),
            texts: render::catalogue::of(of.settings.language),
            assets: "",
            has_accounts: true,
        };
        let text = render::passages::correction_mail(&context, &correction, &page);
        let mail = self.mail(&of, text, email, told);
        let sent = self.mailer.send(&mail, self.clock.now()).await;
        if matches!(sent, MailOutcome::Delivered) {
            let note = move |tx: &mut Tx<'_>| deciding::mark_told(tx, site, told.correction);
            self.store.write(note).await?;
        }
        Ok(outcome(sent))
    }
}

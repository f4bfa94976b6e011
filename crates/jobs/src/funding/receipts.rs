//! Mailing receipts to those who gave.

use std::sync::Arc;

use egress::{Mail, Mailer};
use rejoinder_core::funding::{Money, receipt_code};
use rejoinder_core::{Clock, Random, Site};
use render::RenderContext;
use render::identity::MailText;
use store::funding::receipts::{self, MailReceipt};
use store::jobs::Job;
use store::publication::sites;
use store::{Result, Store, Tx};

use crate::home::Home;
use crate::notices::mail::{in_doubt, outcome};
use crate::worker::{Handler, JobOutcome};

/// Mails receipts to those who gave. What may have been sent already is never sent again.
pub struct ReceiptHandler {
    store: Arc<Store>,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    from: String,
    home: Home,
}

impl ReceiptHandler {
    /// A handler that sends through `mailer`, as `from`. Links begin with `home`.
    pub fn new(
        store: Arc<Store>,
        mailer: Mailer,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        (from, home): (&str, Home),
    ) -> Self {
        Self {
            store,
            mailer,
            clock,
            random,
            from: from.to_owned(),
            home,
        }
    }

    fn text(&self, site: &Site, given: (&str, Money, &str)) -> MailText {
        let context = RenderContext {
            site,
            now: self.clock.now(),
            base: self.home.base(),
            texts: render::catalogue::of(site.settings.language),
            assets: "",
            has_accounts: true,
        };
        render::funding::receipt_mail(&context, given)
    }

    fn mail(&self, site: &Site, text: MailText, asked: MailReceipt) -> Mail {
        let domain = self.from.rsplit_once('@').map_or("", |(_, domain)| domain);
        let MailText {
            subject,
            text,
            html,
        } = text;
        Mail {
            from_name: site.name().to_owned(),
            from: self.from.clone(),
            to: asked.to,
            reply_to: None,
            subject,
            text,
            html,
            message_id: format!("receipt-{}@{domain}", asked.entry),
            references: Vec::new(),
            list_id: None,
            unsubscribe_url: None,
        }
    }
}

impl Handler for ReceiptHandler {
    type Payload = MailReceipt;

    async fn run(&self, job: &Job, asked: MailReceipt) -> Result<JobOutcome> {
        if job.is_interrupted {
            return Ok(in_doubt());
        }
        let (id, entry, now) = (job.site, asked.entry, self.clock.now());
        let code = receipt_code(&*self.random);
        let drawn = code.clone();
        let draw = move |tx: &mut Tx<'_>| {
            let drawn = receipts::draw(tx, now, id, entry, &drawn)?;
            Ok(drawn.zip(sites::by_id(tx, id)?))
        };
        let Some(((entry, campaign), site)) = self.store.write(draw).await? else {
            return Ok(JobOutcome::Done);
        };
        let given = (campaign.as_str(), entry.movement.money, code.as_str());
        let mail = self.mail(&site, self.text(&site, given), asked);
        Ok(outcome(self.mailer.send(&mail, now).await))
    }
}

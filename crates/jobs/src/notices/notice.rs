//! Telling subscribers of new comments.

use std::sync::Arc;

use egress::{Mail, MailOutcome, Mailer};
use rejoinder_core::identity::author::mailbox;
use rejoinder_core::notices::reply_address::{AnsweredMail, InboundAddress, ReplyToken};
use rejoinder_core::{Clock, Random, Site, SiteId};
use render::RenderContext;
use render::identity::MailText;
use render::notices::notice::{self, Answering, SubscriptionContext};
use sha2::{Digest, Sha256};
use store::jobs::Job;
use store::notices::{
    answers,
    mails::{self, DueMail},
    outbox::PendingNotice,
    telling::{self, FanOut},
};
use store::{Result, Store, Tx, publication::sites};

use crate::home::Home;
use crate::notices::mail::{in_doubt, outcome};
use crate::worker::{Handler, JobOutcome};

/// Finds who is to be told of a comment that has appeared. Doing it again tells nobody twice.
pub struct FanOutHandler {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
}

impl FanOutHandler {
    /// A handler that works on `store`.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

impl Handler for FanOutHandler {
    type Payload = FanOut;

    async fn run(&self, job: &Job, FanOut { comment }: FanOut) -> Result<JobOutcome> {
        let site = job.site;
        let mut after = Some(0);
        while let Some(from) = after {
            let now = self.clock.now();
            let step = move |tx: &mut Tx<'_>| telling::fan_out(tx, now, site, comment, from);
            after = self.store.write(step).await?;
        }
        Ok(JobOutcome::Done)
    }
}

/// Sends mails to subscribers. What may have been sent already is never sent again.
pub struct NoticeHandler {
    store: Arc<Store>,
    mailer: Mailer,
    clock: Arc<dyn Clock>,
    from: String,
    home: Home,
    /// Where answers go, and what draws the keys that they are signed with.
    inbound: Option<(InboundAddress, Arc<dyn Random>)>,
}

impl NoticeHandler {
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
            inbound: None,
        }
    }

    /// This handler, whose mails about one comment can be answered at `inbound`.
    #[must_use]
    pub fn answered_at(self, inbound: InboundAddress, random: Arc<dyn Random>) -> Self {
        Self {
            inbound: Some((inbound, random)),
            ..self
        }
    }

    /// The address at which a mail can be answered: where it tells of one comment, to someone whose mailbox
    /// it surely is.
    async fn reply_to(
        &self,
        site: SiteId,
        due: &DueMail,
        notice: PendingNotice,
    ) -> Result<Option<String>> {
        let (PendingNotice::Comment(..) | PendingNotice::Digest(..)) = notice else {
            return Ok(None);
        };
        let (Some((inbound, random)), [comment], 0) =
            (&self.inbound, due.comments.as_slice(), due.n_more)
        else {
            return Ok(None);
        };
        let id = due.subscription.id;
        let read = self.store.read(move |tx| {
            let is_theirs = answers::answerer(tx, site, id)?.is_some();
            Ok((is_theirs, answers::key(tx, site)?))
        });
        let key = match read.await? {
            (false, _) => return Ok(None),
            (true, Some(key)) => key,
            (true, None) => {
                let mut drawn = [0; 32];
                random.fill(&mut drawn);
                let add = move |tx: &mut Tx<'_>| answers::add_key(tx, site, drawn);
                self.store.write(add).await?
            }
        };
        let mail = AnsweredMail::new(self.clock.now(), site, id, comment.id);
        Ok(Some(inbound.with(&ReplyToken::new(&key, &mail))))
    }

    fn mail(
        &self,
        site: &Site,
        due: &DueMail,
        notice: PendingNotice,
        reply_to: Option<String>,
    ) -> Mail {
        let DueMail { subscription, .. } = due;
        let manage = format!(
            "{}/notices/{}/{}",
            self.home.base(),
            site.host,
            subscription.secret
        );
        let about = SubscriptionContext {
            page: &due.page,
            kind: subscription.kind,
            pace: subscription.pace,
            email: &subscription.email,
            manage: &manage,
        };
        let context = self.context(site);
        let MailText {
            subject,
            text,
            html,
        } = match (notice, due.comments.as_slice()) {
            (PendingNotice::Confirm(_), _) => notice::confirm_mail(&context, &about),
            (PendingNotice::AuthorNotice(_, _, kind), [own]) => {
                render::author_notice_mail(&context, &about, kind, own, due.note.as_deref())
            }
            _ => {
                let answering = match reply_to {
                    Some(_) => Answering::ByMail,
                    None => Answering::InThread,
                };
                notice::comments_mail(&context, &about, &due.comments, due.n_more, answering)
            }
        };
        let is_confirmation = matches!(notice, PendingNotice::Confirm(_));
        Mail {
            from_name: site.name().to_owned(),
            from: self.from.clone(),
            to: subscription.email.clone(),
            reply_to,
            subject,
            text,
            html,
            message_id: self.message_id(due, notice),
            references: match is_confirmation {
                true => Vec::new(),
                false => self.references(due),
            },
            list_id: (!is_confirmation).then(|| format!("{}.{}", due.page.id, site.host)),
            unsubscribe_url: (!is_confirmation).then(|| manage.clone()),
        }
    }

    fn context<'a>(&'a self, site: &'a Site) -> RenderContext<'a> {
        RenderContext {
            site,
            now: self.clock.now(),
            base: self.home.base(),
            texts: render::catalogue::of(site.settings.language),
            assets: "",
            has_accounts: true,
        }
    }

    fn message_id(&self, due: &DueMail, notice: PendingNotice) -> String {
        match notice {
            PendingNotice::Confirm(id) => format!("confirm-{id}@{}", self.domain()),
            PendingNotice::Comment(_, comment) => self.id_of(due, &comment.to_string()),
            PendingNotice::AuthorNotice(_, comment, kind) => {
                self.id_of(due, &format!("{}-{comment}", kind.as_str()))
            }
            PendingNotice::Digest(id, at) => {
                format!("digest-{id}-{}@{}", at.seconds(), self.domain())
            }
        }
    }

    /// The page's mails make one conversation, in which a reply follows what it answers.
    fn references(&self, due: &DueMail) -> Vec<String> {
        let page = self.id_of(due, &format!("page-{}", due.page.id));
        let answered = match due.comments.as_slice() {
            [one] => one.parent,
            _ => None,
        };
        let answered = answered.map(|parent| self.id_of(due, &parent.to_string()));
        [Some(page), answered].into_iter().flatten().collect()
    }

    /// A Message-ID of its own for each mailbox.
    fn id_of(&self, due: &DueMail, what: &str) -> String {
        let hash = Sha256::digest(mailbox(&due.subscription.email));
        let hash = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        format!("{what}.{hash:08x}@{}", self.domain())
    }

    fn domain(&self) -> &str {
        self.from
            .rsplit_once('@')
            .map_or(self.from.as_str(), |(_, domain)| domain)
    }
}

impl Handler for NoticeHandler {
    type Payload = PendingNotice;

    async fn run(&self, job: &Job, notice: PendingNotice) -> Result<JobOutcome> {
        if job.is_interrupted {
            return Ok(in_doubt());
        }
        let site = job.site;
        let read = self.store.read(move |tx| {
            let due = mails::due(tx, site, notice)?;
            Ok(due.zip(sites::by_id(tx, site)?))
        });
        let Some((mut due, of)) = read.await? else {
            return Ok(JobOutcome::Done);
        };
        self.home.place(&of, &mut due.page.key);
        let reply_to = self.reply_to(site, &due, notice).await?;
        let now = self.clock.now();
        let mail = self.mail(&of, &due, notice, reply_to);
        let sent = self.mailer.send(&mail, now).await;
        if matches!(sent, MailOutcome::Delivered) {
            let note = move |tx: &mut Tx<'_>| mails::mark_sent(tx, now, site, notice);
            self.store.write(note).await?;
        }
        Ok(outcome(sent))
    }
}

//! What moderators do in the tests.

use rejoinder_core::moderation::{
    Finding, FlagReason, LateVerdict, ModerationAction, Phase, Reason, StateReason,
};
use rejoinder_core::{
    Author, AuthorId, Clock as _, Comment, CommentId, CommentState, Random as _, Refusal, Word,
};
use rejoinder_store::moderation::decisions::{
    Decision, DecisionId, DecisionOutcome, DecisionRequest, LogQuery, LogSubject,
};
use rejoinder_store::moderation::flagging;
use rejoinder_store::moderation::flagging::NewFlag;
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::moderation::queues::{Queue, QueueOrder, QueueQuery, QueueSlice};
use rejoinder_store::moderation::sanctions::SanctionRequest;
use rejoinder_store::moderation::word_lists::{WordListEntries, WordListKind};
use rejoinder_store::{
    Result, StoreError,
    discussion::comments,
    moderation::{decisions, pipeline, queues, word_lists},
};

use crate::support::{Person, World};

/// The refusal that a result holds.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// A verdict of the program outside.
pub(crate) fn outside(asks: Option<CommentState>) -> LateVerdict {
    LateVerdict {
        phase: Phase::External,
        finding: asks.map(|asks| Finding {
            reason: Word::from("akismet".to_owned()),
            ..Finding::new(Phase::External, asks, StateReason::External)
        }),
    }
}

impl World {
    /// Someone who decides.
    pub(crate) async fn desk(&self) -> Author {
        let kim = self.moderator("Kim").await;
        self.reader(&kim).await.author.unwrap()
    }

    pub(crate) async fn author(&self, person: &Person) -> AuthorId {
        self.reader(person).await.author.unwrap().id
    }

    pub(crate) async fn comment(&self, id: CommentId) -> Comment {
        let site = self.site.id;
        let found = self.store.read(move |tx| comments::by_id(tx, site, id));
        found.await.unwrap().unwrap()
    }

    /// State and reason of a comment: `held links`.
    pub(crate) async fn stands(&self, id: CommentId) -> String {
        let comment = self.comment(id).await;
        let reason = comment.reason.as_deref().unwrap_or_default();
        format!("{} {reason}", comment.state.as_str())
            .trim()
            .to_owned()
    }

    /// Decide on the newest revision of a comment.
    pub(crate) async fn decide(
        &self,
        moderator: &Author,
        id: CommentId,
        action: ModerationAction,
    ) -> Result<DecisionOutcome> {
        let revision = self.comment(id).await.revision;
        self.decide_on(moderator, id, revision, action).await
    }

    pub(crate) async fn decide_on(
        &self,
        moderator: &Author,
        comment: CommentId,
        revision: i64,
        action: ModerationAction,
    ) -> Result<DecisionOutcome> {
        let now = self.clock.now();
        let refuses = matches!(action, ModerationAction::Reject | ModerationAction::Spam);
        let decide = DecisionRequest {
            site: self.site.id,
            moderator: moderator.clone(),
            comment,
            revision,
            action,
            reason: refuses.then_some(Reason::OffTopic),
            note: refuses.then(|| "Please stay with the bridge.".to_owned()),
        };
        self.store
            .write(move |tx| decisions::decide(tx, now, &decide))
            .await
    }

    pub(crate) async fn undo(&self, moderator: &Author, id: DecisionId) -> Result<Option<Comment>> {
        let (now, site, moderator) = (self.clock.now(), self.site.id, moderator.clone());
        self.store
            .write(move |tx| decisions::undo(tx, now, site, &moderator, id))
            .await
    }

    pub(crate) async fn late(
        &self,
        id: CommentId,
        revision: i64,
        verdict: LateVerdict,
    ) -> Result<bool> {
        let (now, site) = (self.clock.now(), self.site.id);
        self.store
            .write(move |tx| pipeline::apply_late(tx, now, site, id, revision, &verdict))
            .await
    }

    pub(crate) async fn flag(&self, person: &Person, comment: CommentId) -> Result<Comment> {
        let now = self.clock.now();
        let mut address_key = [0; 32];
        self.random.fill(&mut address_key);
        let flag = NewFlag {
            site: self.site.clone(),
            comment,
            reader: self.reader(person).await,
            token: person.token,
            author: AuthorId(self.ids.next(now)),
            address_key,
            reason: FlagReason::Abusive,
            note: Some("This goes too far.".to_owned()),
        };
        self.store
            .write(move |tx| flagging::raise(tx, now, &flag))
            .await
    }

    /// A change of an author's standing, about to be made.
    pub(crate) fn about(
        &self,
        moderator: &Author,
        author: AuthorId,
        reason: &str,
    ) -> SanctionRequest {
        SanctionRequest {
            site: self.site.id,
            id: self.ids.next(self.clock.now()),
            moderator: moderator.clone(),
            author,
            reason: Some(reason.to_owned()),
        }
    }

    /// The log about a comment, oldest first.
    pub(crate) async fn log(&self, id: CommentId) -> Vec<Decision> {
        let site = self.site.id;
        let query = LogQuery {
            subject: LogSubject::Comment(id),
            limit: 1_000,
            ..LogQuery::default()
        };
        let log = self.store.read(move |tx| decisions::log(tx, site, &query));
        let mut log = log.await.unwrap();
        log.sort_by_key(|decision| decision.id.version);
        log
    }

    pub(crate) async fn list_words(&self, list: WordListKind, entries: &[&str]) {
        let (now, site) = (self.clock.now(), self.site.id);
        let entries = WordListEntries::of(entries.iter().copied()).unwrap();
        self.store
            .write(move |tx| word_lists::replace(tx, now, site, list, &entries))
            .await
            .unwrap();
    }

    pub(crate) async fn queue(&self, queue: Queue) -> QueueSlice {
        let site = self.site.id;
        let query = QueueQuery {
            queue,
            order: QueueOrder::Newest,
            page: None,
            scope: Scope::all(),
            after: None,
            limit: 50,
        };
        let listed = self.store.read(move |tx| queues::list(tx, site, &query));
        listed.await.unwrap()
    }

    /// The texts in a queue, newest first.
    pub(crate) async fn queued(&self, queue: Queue) -> Vec<String> {
        let items = self.queue(queue).await.items;
        items.into_iter().map(|item| item.comment.text).collect()
    }
}

//! What the demo's newsroom asks of passages, and what a reader has had corrected.

use std::collections::HashMap;
use std::time::Duration;

use rejoinder_core::identity::address::Network;
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::passages::{Annotation, Folded, Question, Quote, Selector};
use rejoinder_core::publication::settings::Passages;
use rejoinder_core::{
    Author, AuthorId, CommentId, CorrectionId, ErratumId, IdSource, Page, PageId, QuestionId,
    Random, Reader, Site, Time, TokenHash,
};
use serde::Deserialize;
use store::moderation::groups::Scope;
use store::passages::deciding::{self, CorrectionAcceptance, CorrectionDecision};
use store::passages::errata::ErratumTiming;
use store::passages::sending::{self, NewCorrection};
use store::passages::{answering, asking, versions};
use store::{StoreError, Tx};

use crate::system::SystemRandom;

/// How long the newsroom takes to look at a correction.
const LOOKED_AT_AFTER: Duration = Duration::from_secs(25 * 60);

/// A question of a passage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoQuestion {
    /// Names it in its file, for what answers it.
    pub(super) id: String,
    /// Who asks; one of the newsroom.
    pub(super) author: String,
    /// How long after the article.
    pub(super) minutes: u64,
    /// The words, which stand in the article once.
    pub(super) passage: String,
    /// What is asked.
    pub(super) text: String,
}

/// A correction that was accepted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoCorrection {
    /// Who found it, and is thanked.
    pub(super) author: String,
    /// Who accepted it; one of the newsroom.
    pub(super) by: String,
    /// How long after the article.
    pub(super) minutes: u64,
    /// The words that were wrong.
    pub(super) was: String,
    /// What the article says in their place, once.
    pub(super) now: String,
    /// What the reader said of it.
    pub(super) text: String,
    /// The line of the list of corrections.
    pub(super) line: String,
}

/// An article as it is spoken of.
pub(super) struct ArticleContext<'a> {
    pub(super) site: &'a Site,
    pub(super) page: &'a Page,
    pub(super) published_at: Time,
    /// The text as it is by now.
    pub(super) text: &'a str,
}

impl ArticleContext<'_> {
    fn after(&self, minutes: u64) -> Time {
        self.published_at.after(Duration::from_secs(minutes * 60))
    }

    /// Ask a question, which the comments in `answers` answer.
    pub(super) fn ask(
        &self,
        tx: &mut Tx<'_>,
        ids: &IdSource,
        asked: &DemoQuestion,
        by: Author,
        answers: &[CommentId],
    ) -> Result<(), StoreError> {
        let made_at = self.after(asked.minutes);
        let question = Question {
            site: self.site.id,
            id: QuestionId(ids.next(made_at)),
            page: self.page.id,
            annotation: self.annotation(&asked.passage)?,
            text: asked.text.clone(),
            by: Some(by),
            made_at,
            edited_at: None,
            closed_at: None,
            n_answers: 0,
        };
        versions::keep(tx, made_at, self.site.id, self.page.id, self.text)?;
        asking::keep(tx, &question)?;
        for comment in answers {
            answering::adopt(tx, *comment, &question)?;
        }
        Ok(())
    }

    /// Where some words stand in the article.
    fn annotation(&self, words: &str) -> Result<Annotation, StoreError> {
        let quote = Quote::new(words, "", "")?;
        let selector = Selector::pasted(quote).completed(self.text);
        let annotation = Annotation::new(selector);
        Ok(annotation.anchored_in(self.text, &Folded::new(self.text)).0)
    }

    /// Have a reader send a correction, and the newsroom accept it with the next version of the article.
    pub(super) fn correct(
        &self,
        tx: &mut Tx<'_>,
        ids: &IdSource,
        corrected: &DemoCorrection,
        by: AuthorId,
    ) -> Result<(), StoreError> {
        let (site, page) = (self.site.id, self.page.id);
        let before = self.text.replacen(&corrected.now, &corrected.was, 1);
        versions::keep(tx, self.published_at, site, page, &before)?;
        let sent_at = self.after(corrected.minutes);
        let drawn = || {
            let mut drawn = [0; 32];
            SystemRandom.fill(&mut drawn);
            drawn
        };
        let mut site_then = self.site.clone();
        // A demo that was begun by an older program takes none by now.
        site_then.settings.passages = Passages::Both;
        let new = NewCorrection {
            site: site_then,
            page: self.page.key.clone(),
            page_id: PageId(ids.next(sent_at)),
            id: CorrectionId(ids.next(sent_at)),
            author: AuthorId(ids.next(sent_at)),
            address_key: drawn(),
            reader: Reader {
                author: None,
                network: Network::of(std::net::Ipv4Addr::LOCALHOST.into()),
            },
            token: TokenHash(drawn()),
            annotation: Some(Selector::pasted(Quote::new(&corrected.was, "", "")?)),
            article: None,
            sources: None,
            text: corrected.text.clone(),
            proposed: Some(corrected.now.clone()),
            thanks: Some(corrected.author.clone()),
            email: None,
            rendered: markup::render(&corrected.text),
            work: ProofOfWorkResult::NotAsked,
            solution: None,
        };
        let sent = sending::send(tx, sent_at, &new)?;
        let decided_at = sent_at.after(LOOKED_AT_AFTER);
        let it = CorrectionDecision {
            site,
            id: sent.id,
            by,
            scope: Scope::all(),
            reason: None,
        };
        let how = CorrectionAcceptance {
            erratum: ErratumId(ids.next(decided_at)),
            line: Some(corrected.line.clone()),
            is_thanked: true,
            when: ErratumTiming::NextVersion,
        };
        deciding::accept(tx, decided_at, &it, &how)?;
        versions::keep(tx, decided_at, site, page, self.text)?;
        Ok(())
    }
}

/// The comments that answer the question `id`.
pub(super) fn answers(
    answers: &[(String, String)],
    id: &str,
    known: &HashMap<&str, CommentId>,
) -> Vec<CommentId> {
    let own = answers.iter().filter(|(question, _)| question == id);
    own.filter_map(|(_, comment)| known.get(comment.as_str()).copied())
        .collect()
}

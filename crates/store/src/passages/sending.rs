//! Sending a correction to the newsroom.

use markup::RenderedText;
use rejoinder_core::discussion::policy;
use rejoinder_core::identity::proof_of_work::Solution;
use rejoinder_core::moderation::{ProofOfWorkResult, ReasonedState, StateReason};
use rejoinder_core::passages::correction::{CorrectionState, may_correct, may_say, may_send};
use rejoinder_core::passages::source_policy::may_give;
use rejoinder_core::passages::{Annotation, Correction, CorrectionChange, Selector, Sources};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{
    AuthorId, CommentId, CommentState, CorrectionId, Page, PageId, PageKey, Reader, Settings, Site,
    Time, TokenHash,
};

use crate::discussion::{events, pages, posting};
use crate::identity::{address_keys, authors};
use crate::moderation::naming;
use crate::moderation::pipeline::{self, SubmittedText};
use crate::passages::{allowed, annotations, checks, corrections, sources, versions};
use crate::{Result, Tx, params, sql};

/// Nobody has proven to have the address that they type: so many decisions are told to one at most.
const MAX_TO_TELL: i64 = 3;

/// A correction that somebody wants to send.
#[derive(Debug, Clone)]
pub struct NewCorrection {
    /// The site of the article.
    pub site: Site,
    /// About which page, which need not exist yet.
    pub page: PageKey,
    /// Drawn for the page, where it is new.
    pub page_id: PageId,
    /// Drawn for the correction.
    pub id: CorrectionId,
    /// Drawn for a sender who is not known yet.
    pub author: AuthorId,
    /// For a new address key.
    pub address_key: [u8; 32],
    /// Who sends it.
    pub reader: Reader,
    /// Proves them from now on.
    pub token: TokenHash,
    /// The passage; nothing where it is about the whole article.
    pub annotation: Option<Selector>,
    /// Sources for or against that passage.
    pub sources: Option<Sources>,
    /// The text of the article, where the server itself serves it.
    pub article: Option<String>,
    /// What is wrong.
    pub text: String,
    /// What should stand there instead.
    pub proposed: Option<String>,
    /// The name by which the sender wants to be thanked.
    pub thanks: Option<String>,
    /// Where they want to be told what became of it.
    pub email: Option<String>,
    /// All that was typed, for the rules that look at texts.
    pub rendered: RenderedText,
    /// Whether a proof of work was asked for.
    pub work: ProofOfWorkResult,
    /// What the sender's browser found.
    pub solution: Option<Solution>,
}

/// Send a correction. What the site's rules refuse of a comment waits apart from the others.
pub fn send(tx: &mut Tx<'_>, now: Time, new: &NewCorrection) -> Result<Correction> {
    let site = &new.site;
    policy::may_carry_thread(site, &new.page)?;
    let page = pages::locked_or_added(tx, now, site.id, new.page_id, &new.page)?;
    let reader = Reader {
        author: authors::by_token(tx, now, site.id, &new.token)?,
        network: new.reader.network,
    };
    let passages = allowed::passages(tx, site, page.id)?;
    may_correct(&site.settings, passages, &reader)?;
    if let Some(sources) = &new.sources {
        may_give(
            &site.settings,
            new.annotation.is_some(),
            sources,
            reader.role(),
        )?;
        checks::are_elsewhere(tx, &page, sources)?;
    }
    let n_links = new.rendered.n_links + new.sources.as_ref().map_or(0, |own| own.list.len());
    may_say(&site.settings, &new.text, new.proposed.as_deref(), n_links)?;
    let own = reader.author.as_ref();
    let (of_author, of_page) =
        corrections::n_undecided(tx, site.id, own.map(|own| own.id), page.id)?;
    may_send(of_author, of_page)?;
    if let Some(name) = &new.thanks
        && own.is_none_or(|own| own.name != *name)
    {
        naming::may_be_called(tx, site, name)?;
    }
    let email = match &new.email {
        Some(email) if corrections::n_to_tell(tx, site.id, email)? < MAX_TO_TELL => Some(email),
        _ => None,
    };
    let correction = Correction {
        site: site.id,
        id: new.id,
        page: page.id,
        annotation: annotation(tx, new, page.id)?,
        sources: new.sources.clone(),
        text: new.text.clone(),
        proposed: new.proposed.clone(),
        author: None,
        thanks: new.thanks.clone(),
        has_email: email.is_some(),
        made_at: now,
        state: CorrectionState::Open,
        decided_at: None,
        reason: None,
    };
    let correction = judged(tx, now, new, &page, &reader, correction)?;
    insert(tx, now, new, email.map(String::as_str), &correction)?;
    if correction.state == CorrectionState::Open {
        let received = CorrectionChange::Received;
        events::append_correction(tx, now, &page, correction.id, received)?;
    }
    if correction.annotation.is_some() {
        versions::follow(tx, now, site.id, page.id, new.article.as_deref())?;
    }
    Ok(correction)
}

/// The passage, with what the article's text says of one that was pasted.
fn annotation(tx: &mut Tx<'_>, new: &NewCorrection, page: PageId) -> Result<Option<Annotation>> {
    let Some(selector) = &new.annotation else {
        return Ok(None);
    };
    let article = new.article.as_deref();
    let selector = versions::completed(tx, new.site.id, page, article, selector)?;
    Ok(Some(Annotation::new(selector)))
}

/// The correction with its sender, in the state that the rules for comments put it in. Nobody reads it
/// but the newsroom, so what would wait for a moderator is as open as the rest.
fn judged(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewCorrection,
    page: &Page,
    reader: &Reader,
    correction: Correction,
) -> Result<Correction> {
    let site = new.site.id;
    let author = authors::by_token_or_new(tx, now, site, new.author, &new.token)?;
    let settings = Settings {
        // What is wrong can be found after the last comment was written.
        mode: ModerationMode::After,
        ..new.site.settings.clone()
    };
    let work = posting::worked(tx, now, site, new.work, new.solution.as_ref())?;
    let text = SubmittedText {
        settings: &settings,
        page,
        comment: CommentId(new.id.0),
        author: &author,
        token: Some(&new.token),
        reader,
        rendered: &new.rendered,
        // It is among all that was typed.
        quote: None,
        sources: new.sources.as_ref(),
        images: &[],
        is_signed_here: false,
        work,
    };
    let verdict = pipeline::judge(tx, now, &text)?;
    Ok(Correction {
        author: Some(author.id),
        state: match verdict.outcome.state {
            CommentState::Rejected | CommentState::Spam => CorrectionState::Held,
            // What would be refused of a comment waits apart, where comments with it wait.
            CommentState::Held if is_refusable(&verdict.outcome) => CorrectionState::Held,
            CommentState::Published | CommentState::Held | CommentState::Removed => {
                CorrectionState::Open
            }
        },
        ..correction
    })
}

/// Whether a text waits for what would have it refused once a moderator looks.
fn is_refusable(outcome: &ReasonedState) -> bool {
    let reason = outcome.reason.as_ref();
    reason.is_some_and(|own| *own == StateReason::BannedWord || *own == StateReason::Learned)
}

fn insert(
    tx: &mut Tx<'_>,
    now: Time,
    new: &NewCorrection,
    email: Option<&str>,
    own: &Correction,
) -> Result<()> {
    let address = address_keys::hash(tx, now, new.reader.network, &new.address_key)?;
    tx.execute(
        sql!(
            "insert into correction (site_id, id, page_id, annotation, text, proposed, author_id,
                 thanks, email, address_hash, made_at, state, sources)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"
        ),
        params![
            own.site,
            own.id,
            own.page,
            annotations::stored(own.annotation.as_ref())?,
            &own.text,
            own.proposed.as_deref(),
            own.author,
            own.thanks.as_deref(),
            email,
            &address,
            now,
            own.state.as_str(),
            sources::stored_sources(own.sources.as_ref())?
        ],
    )?;
    Ok(())
}

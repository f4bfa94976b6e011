//! Changing the text of a comment, and the sources and pictures that it carries.

use markup::{RENDERER_VERSION, RenderedText};
use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::image::Image;
use rejoinder_core::discussion::policy;
use rejoinder_core::discussion::text::lines;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::decision::Decider;
use rejoinder_core::moderation::{CommentSnapshot, LogAction, ProofOfWorkResult, Verdict, edited};
use rejoinder_core::passages::Sources;
use rejoinder_core::passages::source_policy::may_give;
use rejoinder_core::{Comment, CommentId, Page, Reader, Refusal, Site, SiteId, Time};

use crate::discussion::images::{self, ImagesChange};
use crate::discussion::stored::kept;
use crate::discussion::{cards, comments, events, mentions, versions};
use crate::moderation::decisions::{self, LogEntry};
use crate::moderation::pipeline::{self, SubmittedText};
use crate::moderation::reach;
use crate::passages::{checks, sources};
use crate::recordings::citing;
use crate::{Result, Tx, effects, params, sql};

/// What becomes of the sources of a comment that is edited.
#[derive(Debug, Clone, Default)]
pub enum SourcesChange {
    /// They stay.
    #[default]
    Same,
    /// They are these, or there are none any more.
    These(Option<Sources>),
}

/// A change of a comment's text, or of the sources or pictures that it carries.
#[derive(Debug, Clone)]
pub struct CommentEdit {
    /// At which site.
    pub site: Site,
    /// Of which comment.
    pub id: CommentId,
    /// The reader who edits it.
    pub reader: Reader,
    /// The new text, as typed.
    pub text: String,
    /// As rendered.
    pub rendered: RenderedText,
    /// What becomes of the sources that it carries.
    pub sources: SourcesChange,
    /// What becomes of the pictures that it carries, which are for its author alone to change.
    pub images: ImagesChange,
    /// The revision that the reader saw; another one by now is refused.
    pub revision: Option<i64>,
}

/// Change a comment's text, sources and pictures, and keep the earlier texts and sources for the moderators.
/// The same again is no change.
pub fn edit(tx: &mut Tx<'_>, now: Time, edit: &CommentEdit) -> Result<Comment> {
    let site = edit.site.id;
    let settings = &edit.site.settings;
    let (page, comment, _) = reach::changed(tx, site, &edit.reader, edit.id)?;
    policy::may_edit(settings, &comment, &edit.reader, now)?;
    let RenderedText { shown, n_links, .. } = &edit.rendered;
    let before = comment.source_check.as_deref().map(|own| &own.sources);
    let sources = match &edit.sources {
        SourcesChange::Same => before,
        SourcesChange::These(sources) => sources.as_ref(),
    };
    let n_links = n_links + sources.map_or(0, |own| own.list.len());
    policy::may_say(settings, &edit.text, shown.text(), n_links)?;
    if edit
        .revision
        .is_some_and(|revision| revision != comment.revision)
    {
        return Err(Refusal::EditedMeanwhile {
            revision: comment.revision,
        }
        .into());
    }
    let has_new_sources = sources != before;
    let images = images_of(tx, now, edit, &comment)?;
    let has_new_images = images != comment.images;
    if edit.text == lines(&comment.text) && !has_new_sources && !has_new_images {
        return cards::filled(tx, site, comment);
    }
    if let Some(sources) = sources.filter(|_| has_new_sources) {
        let has_passage = comment.annotation.is_some();
        may_give(settings, has_passage, sources, edit.reader.role())?;
        checks::are_elsewhere(tx, &page, sources)?;
    }
    let before = decisions::snapshot(tx, site, edit.id)?;
    let verdict = examine(tx, now, edit, &page, &comment, (sources, &images))?;
    let (place, writer) = ((site, page.id), Some(comment.author.id));
    let html = &edit.rendered.html;
    let (html, mentioned) = mentions::linked(tx, settings, place, comment.parent, writer, html)?;
    versions::keep_version(tx, now, site, &comment, None)?;
    tx.execute(
        sql!(
            "update comment set text = ?3, html = ?4, renderer = ?5, written_in = 'markdown',
                 revision = revision + 1, edited_at = ?6, decided_revision = null
             where site_id = ?1 and id = ?2"
        ),
        params![
            site,
            edit.id,
            &edit.text,
            kept(&edit.text, &html),
            RENDERER_VERSION,
            now
        ],
    )?;
    if has_new_sources {
        sources::replace(tx, site, edit.id, sources)?;
    }
    if has_new_images {
        images::replace(tx, site, edit.id, &comment.images, &images)?;
    }
    citing::keep(tx, site, edit.id, &edit.rendered.times)?;
    mentions::keep(tx, site, edit.id, &mentioned)?;
    match verdict {
        Some(verdict) => settle(tx, now, edit, &page, &comment, &before, &verdict)?,
        None => {
            stay_decided(tx, site, edit.id, &before)?;
            events::append(tx, now, &page, EventKind::Edited, Some(edit.id))?;
        }
    }
    // The answer shows the cards of the new links that are known already.
    effects::follow(tx)?;
    let comment = comments::expect(tx, site, edit.id)?;
    cards::filled(tx, site, comment)
}

/// The pictures that a comment is to carry once it is edited.
fn images_of(
    tx: &mut Tx<'_>,
    now: Time,
    edit: &CommentEdit,
    comment: &Comment,
) -> Result<Vec<Image>> {
    let ImagesChange::These(wanted) = &edit.images else {
        return Ok(comment.images.clone());
    };
    let images = images::edited(tx, now, edit.site.id, &comment.images, wanted)?;
    if images != comment.images {
        if !edit.reader.is(comment.author.id) {
            return Err(Refusal::NotYours.into());
        }
        let alts = images.iter().map(|image| image.alt.as_str());
        policy::may_carry_images(&edit.site.settings, alts)?;
    }
    Ok(images)
}

/// What the pipeline says of a new text; `None` where a moderator wrote it, who has read it.
fn examine(
    tx: &mut Tx<'_>,
    now: Time,
    edit: &CommentEdit,
    page: &Page,
    comment: &Comment,
    (sources, images): (Option<&Sources>, &[Image]),
) -> Result<Option<Verdict>> {
    if edit.reader.role() >= Role::Moderator {
        return Ok(None);
    }
    let text = SubmittedText {
        settings: &edit.site.settings,
        page,
        comment: comment.id,
        author: &comment.author,
        token: None,
        reader: &edit.reader,
        rendered: &edit.rendered,
        quote: comment
            .annotation
            .as_ref()
            .map(|own| own.selector.quote.exact.as_str()),
        sources,
        images,
        is_signed_here: false,
        work: ProofOfWorkResult::NotAsked,
    };
    pipeline::judge(tx, now, &text).map(Some)
}

/// Let a comment that was just edited stand where the verdict on its new text puts it.
fn settle(
    tx: &mut Tx<'_>,
    now: Time,
    edit: &CommentEdit,
    page: &Page,
    comment: &Comment,
    before: &CommentSnapshot,
    verdict: &Verdict,
) -> Result<()> {
    let site = edit.site.id;
    let stands = decisions::snapshot(tx, site, edit.id)?;
    let to = edited(&decisions::outcome(before), verdict);
    let after = stands.entering(to.state, to.reason.clone());
    if after == stands {
        let version = events::append(tx, now, page, EventKind::Edited, Some(edit.id))?;
        if !verdict.findings.is_empty() {
            let findings = &verdict.findings;
            decisions::note_findings(tx, now, page, edit.id, version, Some(before), findings)?;
        }
    } else {
        let entry = LogEntry {
            by: Decider::Rules,
            action: LogAction::Judge,
            judges: false,
            reason: to.reason.clone(),
            note: None,
            findings: &verdict.findings,
            undoes: None,
        };
        decisions::change(tx, now, page, comment, &stands, &after, &entry)?;
    }
    if verdict.asks_outside {
        pipeline::ask_outside(tx, now, site, edit.id, stands.revision)?;
    }
    Ok(())
}

/// What a moderator had decided on stays decided when a moderator edits it.
fn stay_decided(
    tx: &mut Tx<'_>,
    site: SiteId,
    id: CommentId,
    before: &CommentSnapshot,
) -> Result<()> {
    if before.decided_revision == Some(before.revision) {
        tx.execute(
            sql!("update comment set decided_revision = revision where site_id = ?1 and id = ?2"),
            params![site, id],
        )?;
    }
    Ok(())
}

//! Asking questions of passages, changing and closing them.

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::discussion::policy;
use rejoinder_core::passages::question::{may_add, may_ask, may_say};
use rejoinder_core::passages::{Annotation, Question, Selector};
use rejoinder_core::publication::audit::{AuditActor, AuditChange};
use rejoinder_core::publication::settings::Questions;
use rejoinder_core::{
    Author, AuthorId, Page, PageId, PageKey, QuestionId, Reader, Refusal, Site, SiteId, Time,
};

use crate::discussion::{events, pages};
use crate::moderation::groups;
use crate::passages::{allowed, annotations, questions, versions};
use crate::publication::audit::{self, NewAuditEntry};
use crate::{Result, Tx, params, sql};

/// A question that an editor wants to ask.
#[derive(Debug, Clone)]
pub struct NewQuestion {
    /// The site of the article.
    pub site: Site,
    /// Of which page, which need not exist yet.
    pub page: PageKey,
    /// The page's headline, where it is known.
    pub title: Option<String>,
    /// Drawn for the page, where it is new.
    pub page_id: PageId,
    /// Drawn for the question.
    pub id: QuestionId,
    /// Who asks.
    pub reader: Reader,
    /// The passage.
    pub selector: Selector,
    /// The text of the article, where the server itself serves it.
    pub article: Option<String>,
    /// What is asked.
    pub text: String,
    /// Whether it takes answers from now on.
    pub is_open: bool,
}

/// Ask a question. A passage of which somebody has pasted the words alone must stand in the article, where
/// its text is known.
pub fn ask(tx: &mut Tx<'_>, now: Time, new: &NewQuestion) -> Result<Question> {
    let site = &new.site;
    policy::may_carry_thread(site, &new.page)?;
    let known = pages::find(tx, site.id, &new.page)?;
    let questions = match &known {
        Some(page) => allowed::questions(tx, site, page.id)?,
        None => site.settings.questions,
    };
    may_ask(questions, &new.reader)?;
    may_say(&new.text)?;
    let author = asker(&new.reader)?;
    let page = match known {
        Some(page) => page,
        None if groups::covers_key(tx, site.id, author.id, &new.page)? => pages::find_or_add(
            tx,
            now,
            site.id,
            new.page_id,
            &new.page,
            new.title.as_deref(),
        )?,
        None => return Err(Refusal::PageMissing.into()),
    };
    if !groups::covers(tx, author.id, &page)? {
        return Err(Refusal::PageMissing.into());
    }
    let page = pages::lock(tx, site.id, page.id)?;
    let n_of_page = questions::n_of_page(tx, site.id, page.id)?;
    may_add(usize::try_from(n_of_page).unwrap_or(usize::MAX))?;
    let article = new.article.as_deref();
    let selector = versions::completed(tx, site.id, page.id, article, &new.selector)?;
    let knows_text = article.is_some() || versions::exists(tx, site.id, page.id)?;
    if knows_text && selector.is_alone() {
        return Err(Refusal::PassageNotFound.into());
    }
    let question = Question {
        site: site.id,
        id: new.id,
        page: page.id,
        annotation: Annotation::new(selector),
        text: new.text.clone(),
        by: Some(author.clone()),
        made_at: now,
        edited_at: None,
        closed_at: (!new.is_open).then_some(now),
        n_answers: 0,
    };
    keep(tx, &question)?;
    versions::follow(tx, now, site.id, page.id, article)?;
    note(
        tx,
        now,
        &page,
        author,
        AuditChange::QuestionAsked,
        (None, Some(&question.text)),
    )?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(question)
}

/// Keep a question as it is, for imports, too.
pub fn keep(tx: &mut Tx<'_>, own: &Question) -> Result<()> {
    tx.execute(
        sql!(
            "insert into question (site_id, id, page_id, annotation, text, asked_by, made_at,
                 edited_at, closed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        ),
        params![
            own.site,
            own.id,
            own.page,
            annotations::stored(Some(&own.annotation))?,
            &own.text,
            own.by.as_ref().map(|author| author.id),
            own.made_at,
            own.edited_at,
            own.closed_at
        ],
    )?;
    Ok(())
}

/// Who changes which question.
#[derive(Debug, Clone)]
pub struct QuestionEditor {
    /// The site of the question.
    pub site: Site,
    /// The question that is changed.
    pub id: QuestionId,
    /// The editor who changes it.
    pub reader: Reader,
}

/// What becomes of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionAction {
    /// It asks this.
    Say(String),
    /// It takes no more answers; those that are there stay.
    Close,
    /// It takes answers again.
    Reopen,
}

/// Change a question, and give it as it is then. What is so already is no change.
pub fn change(
    tx: &mut Tx<'_>,
    now: Time,
    editor: &QuestionEditor,
    act: &QuestionAction,
) -> Result<Question> {
    let (page, own, author) = to_change(tx, editor)?;
    let (change, values) = match act {
        QuestionAction::Say(text) => {
            may_say(text)?;
            (
                AuditChange::QuestionChanged,
                (Some(own.text.as_str()), Some(text.as_str())),
            )
        }
        QuestionAction::Close => (AuditChange::QuestionClosed, (Some(own.text.as_str()), None)),
        QuestionAction::Reopen => (
            AuditChange::QuestionReopened,
            (None, Some(own.text.as_str())),
        ),
    };
    let (site, id) = (editor.site.id, editor.id);
    let n_changed = match act {
        QuestionAction::Say(text) => tx.execute(
            sql!(
                "update question set text = ?3, edited_at = ?4
                 where site_id = ?1 and id = ?2 and text <> ?3"
            ),
            params![site, id, text, now],
        )?,
        QuestionAction::Close => tx.execute(
            sql!(
                "update question set closed_at = ?3
                 where site_id = ?1 and id = ?2 and closed_at is null"
            ),
            params![site, id, now],
        )?,
        QuestionAction::Reopen => tx.execute(
            sql!(
                "update question set closed_at = null
                 where site_id = ?1 and id = ?2 and closed_at is not null"
            ),
            params![site, id],
        )?,
    };
    if n_changed > 0 {
        note(tx, now, &page, author, change, values)?;
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    let changed = questions::find(tx, site, id)?;
    changed.ok_or_else(|| Refusal::QuestionUnknown.into())
}

/// Delete a question. What answered it stays, as comments on its passage.
pub fn delete(tx: &mut Tx<'_>, now: Time, editor: &QuestionEditor) -> Result<()> {
    let (page, own, author) = to_change(tx, editor)?;
    for sql in [
        sql!("delete from answer where site_id = ?1 and question_id = ?2"),
        sql!("delete from question where site_id = ?1 and id = ?2"),
    ] {
        tx.execute(sql, params![editor.site.id, editor.id])?;
    }
    let values = (Some(own.text.as_str()), None);
    note(tx, now, &page, author, AuditChange::QuestionDeleted, values)?;
    events::append(tx, now, &page, EventKind::PageChanged, None)?;
    Ok(())
}

fn asker(reader: &Reader) -> Result<&Author> {
    reader
        .author
        .as_ref()
        .ok_or_else(|| Refusal::NotAllowed.into())
}

/// The question with its page, which is locked, and who changes it, where they reach it.
fn to_change<'r>(
    tx: &mut Tx<'_>,
    editor: &'r QuestionEditor,
) -> Result<(Page, Question, &'r Author)> {
    let site = editor.site.id;
    // Whoever asks nothing anywhere learns nothing of what is asked.
    may_ask(Questions::On, &editor.reader)?;
    let author = asker(&editor.reader)?;
    let own = questions::find(tx, site, editor.id)?.ok_or(Refusal::QuestionUnknown)?;
    let page = pages::lock(tx, site, own.page)?;
    if !groups::covers(tx, author.id, &page)? {
        return Err(Refusal::QuestionUnknown.into());
    }
    may_ask(
        allowed::questions(tx, &editor.site, page.id)?,
        &editor.reader,
    )?;
    let own = questions::find(tx, site, editor.id)?.ok_or(Refusal::QuestionUnknown)?;
    Ok((page, own, author))
}

/// Write into the log of changes what became of a question of `page`.
fn note(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    author: &Author,
    change: AuditChange,
    (was, became): (Option<&str>, Option<&str>),
) -> Result<()> {
    let note = NewAuditEntry {
        change,
        subject: page.title.as_deref().unwrap_or(page.key.name()),
        about: None,
        was,
        became,
    };
    audit::note(tx, now, page.site, &AuditActor::owner(author), &note)
}

/// Nobody asks any more what `author` has asked.
pub(crate) fn forget_author(
    tx: &mut Tx<'_>,
    now: Time,
    site: SiteId,
    author: AuthorId,
) -> Result<()> {
    for page in asked_on(tx, site, author)? {
        let page = pages::lock(tx, site, page)?;
        events::append(tx, now, &page, EventKind::PageChanged, None)?;
    }
    tx.execute(
        sql!("update question set asked_by = null where site_id = ?1 and asked_by = ?2"),
        params![site, author],
    )?;
    Ok(())
}

/// The pages of which `author` asks something, in one order.
pub(crate) fn asked_on(tx: &mut Tx<'_>, site: SiteId, author: AuthorId) -> Result<Vec<PageId>> {
    tx.all(
        sql!(
            "select distinct page_id from question where site_id = ?1 and asked_by = ?2 order by 1"
        ),
        params![site, author],
        |row| row.next(),
    )
}

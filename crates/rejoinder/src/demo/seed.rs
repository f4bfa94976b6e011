//! The demo's site and its discussions, written once.

use std::collections::HashMap;

use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::{Quote, Selector, Sources};
use rejoinder_core::publication::settings::{Passages, Pictures, ReaderPages, SourceChecks};
use rejoinder_core::recordings::TranscriptStatus;
use rejoinder_core::{
    AuthorId, Clock as _, CommentId, CommentState, IdSource, Page, PageId, RecordingId, SafeHtml,
    Settings, Site, SiteId, Time, VoteTally,
};
use server::Publication;
use store::archive::annotating;
use store::archive::imports::{
    self, Counters, ImportedComment, ImportedPage, KeptHtml, Place, Upserted, WrittenIn,
};
use store::discussion::pages;
use store::identity::authors::{self, GuestDetails};
use store::identity::roles;
use store::recordings::attaching::{self, NewRecording, RecordingSource};
use store::recordings::transcripts::{self, NewRevision};
use store::recordings::{chapters, files, listing};
use store::{Store, StoreError, Tx, publication::sites};

use super::folder::{self, DemoSettings, StaffMember};
use super::spoken::{self, ArticleContext, DemoCorrection, DemoQuestion};
use super::voices::{DemoComment, DemoPassage, ThreadFile};
use super::{FORMAT, SITE, crowd, fund, key, waiting};
use crate::commands::store_failed;
use crate::failure::Failure;
use crate::system::{SystemClock, SystemRandom};

/// The language of all that is said in the demo.
const LANGUAGE: &str = "en-GB";

/// A page of the demo, with what was said there.
struct SeededPage {
    slug: String,
    headline: String,
    published_at: Time,
    /// With what each said, rendered.
    voices: Vec<(DemoComment, SafeHtml)>,
    /// What can be heard beside it.
    sounds: Vec<SeededRecording>,
    /// The article's text.
    text: String,
    questions: Vec<DemoQuestion>,
    corrections: Vec<DemoCorrection>,
}

/// A recording and a cut of it.
struct SeededRecording {
    title: String,
    bytes: &'static [u8],
    webvtt: &'static str,
    cut_title: String,
    cut: &'static [u8],
    /// As WebVTT.
    chapters: String,
}

/// Add the demo's site, and the threads of those of its articles that are not there. A database that holds
/// other sites is left alone.
pub(super) async fn seed(store: &Store, publication: &Publication) -> Result<(), Failure> {
    let known = store
        .read(|tx| sites::list(tx, "", 10))
        .await
        .map_err(store_failed("the demo cannot be read"))?;
    let others: Vec<&str> = known
        .iter()
        .map(|site| site.host.as_str())
        .filter(|host| *host != SITE)
        .collect();
    if !others.is_empty() {
        return Err(Failure::Failed(format!(
            "the database holds other sites ({}): give the demo a directory of its own with --data",
            others.join(", ")
        )));
    }
    let about = folder::about()?;
    let slugs = about.articles.clone();
    let missing = store.read(move |tx| missing(tx, &slugs)).await;
    let missing = missing.map_err(store_failed("the demo cannot be read"))?;
    if missing.is_empty() {
        return Ok(());
    }
    let discussions = missing
        .iter()
        .map(|slug| discussion(slug, &about, publication));
    let discussions: Vec<SeededPage> = discussions.collect::<Result<_, _>>()?;
    let now = SystemClock.now();
    let ids = IdSource::new(&SystemRandom);
    let made = fund::made(&about.campaign, now)?;
    let waiting = folder::waiting()?;
    let is_new = known.is_empty();
    let written = store
        .write(move |tx| {
            let site = write(tx, now, &ids, &about, &discussions)?;
            if is_new {
                waiting::write(tx, now, &site, &waiting)?;
            }
            fund::write(tx, now, &ids, site.id, &made)
        })
        .await;
    written.map_err(store_failed("the demo cannot be written"))
}

/// The articles whose page is not known: all of them at first, and later those that a newer version of
/// the demo brings.
fn missing(tx: &mut Tx<'_>, slugs: &[String]) -> Result<Vec<String>, StoreError> {
    let Some(site) = sites::by_host(tx, SITE)? else {
        return Ok(slugs.to_vec());
    };
    let mut missing = Vec::new();
    for slug in slugs {
        if pages::find(tx, site.id, &key(slug))?.is_none() {
            missing.push(slug.clone());
        }
    }
    Ok(missing)
}

fn discussion(
    slug: &str,
    about: &DemoSettings,
    publication: &Publication,
) -> Result<SeededPage, Failure> {
    let file = folder::thread(slug)?;
    let spoken = file.as_ref().map(ThreadFile::spoken);
    let (questions, corrections) = spoken.unwrap_or_default();
    let voices = file.map(ThreadFile::voices).unwrap_or_default();
    let voices = match about.busy.article == slug {
        true => crowd::gather(voices, &folder::phrases()?, about.busy.comments),
        false => voices,
    };
    let rendered = |voice: DemoComment| {
        let html = markup::render(&voice.text).html;
        (voice, html)
    };
    let voices = voices.into_iter().map(rendered).collect();
    let (headline, published_at) = folder::front(slug)?;
    let own = about.recordings.iter().filter(|own| own.article == slug);
    let sounds = own.map(|own| {
        Ok(SeededRecording {
            title: own.title.clone(),
            bytes: folder::sound(&own.file)?,
            webvtt: folder::transcript(&own.transcript)?,
            cut_title: own.cut_title.clone(),
            cut: folder::sound(&own.cut)?,
            chapters: folder::chapters(own)?,
        })
    });
    Ok(SeededPage {
        sounds: sounds.collect::<Result<_, Failure>>()?,
        text: publication.text_of(slug).unwrap_or_default(),
        questions,
        corrections,
        slug: slug.to_owned(),
        headline,
        published_at,
        voices,
    })
}

/// All of it in one transaction: a demo that was stopped half-way begins anew.
fn write(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    about: &DemoSettings,
    discussions: &[SeededPage],
) -> Result<Site, StoreError> {
    let settings = Settings {
        title: about.title.clone(),
        accent: about.accent.clone(),
        passages: Passages::Both,
        source_checks: SourceChecks::On,
        pictures: Pictures::On,
        reader_pages: ReaderPages::Unlisted,
        ..Settings::default()
    };
    let site = match sites::by_host(tx, SITE)? {
        Some(site) => site,
        None => {
            let (id, origin) = (SiteId(ids.next(now)), format!("https://{SITE}"));
            sites::add(tx, now, id, SITE, &[origin], &settings)?
        }
    };
    for discussion in discussions {
        let page = ImportedPage {
            source_id: discussion.slug.clone(),
            key: key(&discussion.slug),
            aliases: Vec::new(),
            title: Some(discussion.headline.clone()),
            closed_at: None,
            created_at: discussion.published_at,
        };
        let page = imports::upsert_page(tx, site.id, PageId(ids.next(now)), &page, FORMAT.into())?
            .into_inner();
        let mut known = HashMap::new();
        for (voice, html) in &discussion.voices {
            let created_at = discussion.published_at.after(voice.after);
            let parent = voice.parent.as_deref();
            let parent = parent.and_then(|parent| known.get(parent)).copied();
            let (state, reason) = match voice.is_removed {
                true => (CommentState::Removed, Some("moderator")),
                false => (CommentState::Published, None),
            };
            let comment = ImportedComment {
                source_id: format!("{}/{}", discussion.slug, voice.id),
                page: page.id,
                text: voice.text.clone(),
                html: KeptHtml::of(&voice.text, html),
                written_in: WrittenIn::Markdown,
                state,
                reason,
                created_at,
                edited_at: None,
                closed_at: None,
                pin: None,
                tally: VoteTally {
                    up: voice.up.into(),
                    down: voice.down.into(),
                },
                counters: Counters::default(),
            };
            let added = imports::upsert_comment(tx, site.id, FORMAT.into(), &comment, |tx| {
                let author = author(tx, &site, about, created_at, voice)?;
                Ok(Place { parent, author })
            });
            let added = added?;
            let is_new = matches!(added, Upserted::Added(_));
            let id = added.into_inner();
            if let Some(passage) = voice.passage.as_ref().filter(|_| is_new) {
                annotate(tx, now, &page, id, passage)?;
            }
            known.insert(voice.id.as_str(), id);
        }
        speak(tx, ids, &site, &page, (about, discussion), &known)?;
        imports::recount(tx, now, site.id, page.id)?;
        for sound in &discussion.sounds {
            let whole = attach(tx, now, ids, &page, None, (&sound.title, sound.bytes))?;
            let said = NewRevision {
                from: 0,
                status: TranscriptStatus::Approved,
                language: Some(LANGUAGE.to_owned()),
                webvtt: sound.webvtt.to_owned(),
                by: None,
            };
            if let Some(recording) = listing::find(tx, site.id, whole)? {
                transcripts::save(tx, now, &recording, &said)?;
                chapters::save(tx, now, &recording, Some(&sound.chapters))?;
            }
            attach(
                tx,
                now,
                ids,
                &page,
                Some(whole),
                (&sound.cut_title, sound.cut),
            )?;
        }
    }
    Ok(site)
}

/// Let a comment be about a passage, as if a reader had selected it.
fn annotate(
    tx: &mut Tx<'_>,
    now: Time,
    page: &Page,
    id: CommentId,
    passage: &DemoPassage,
) -> Result<(), StoreError> {
    let quote = Quote::new(&passage.exact, &passage.prefix, &passage.suffix)?;
    let given = passage.sources.clone().map(|given| {
        let claim = Some(given.claim.as_str());
        Sources::new(&quote, claim, None, given.stance, given.list)
    });
    let given = given.transpose()?;
    let selector = Selector {
        quote,
        position: None,
        rival: None,
    };
    annotating::annotate(tx, now, page.site, page.id, id, &selector, given.as_ref())
}

/// What is asked of the article's passages, and what was corrected.
fn speak(
    tx: &mut Tx<'_>,
    ids: &IdSource,
    site: &Site,
    page: &Page,
    (about, discussion): (&DemoSettings, &SeededPage),
    known: &HashMap<&str, CommentId>,
) -> Result<(), StoreError> {
    let article = ArticleContext {
        site,
        page,
        published_at: discussion.published_at,
        text: &discussion.text,
    };
    let colleague = |tx: &mut Tx<'_>, name: &str| {
        let details = GuestDetails {
            name: name.to_owned(),
            ..GuestDetails::default()
        };
        let at = discussion.published_at;
        let id = imports::upsert_author(tx, at, site.id, FORMAT.into(), name, &details)?;
        let own = about.staff.iter().find(|staff| staff.name == name);
        if let Some(staff) = own {
            roles::set_role(tx, site.id, id, role(staff))?;
        }
        let author = authors::by_id(tx, site.id, id)?;
        author.ok_or_else(|| StoreError::Internal("an author of the demo is missing".into()))
    };
    for corrected in &discussion.corrections {
        let by = colleague(tx, &corrected.by)?.id;
        article.correct(tx, ids, corrected, by)?;
    }
    let answers: Vec<(String, String)> = discussion
        .voices
        .iter()
        .filter_map(|(voice, _)| Some((voice.answers.clone()?, voice.id.clone())))
        .collect();
    for asked in &discussion.questions {
        let by = colleague(tx, &asked.author)?;
        let answers = spoken::answers(&answers, &asked.id, known);
        article.ask(tx, ids, asked, by, &answers)?;
    }
    Ok(())
}

/// Let a recording stand with a page, as if an editor had uploaded it.
fn attach(
    tx: &mut Tx<'_>,
    now: Time,
    ids: &IdSource,
    page: &Page,
    cut_of: Option<RecordingId>,
    (title, bytes): (&str, &[u8]),
) -> Result<RecordingId, StoreError> {
    let id = RecordingId(ids.next(now));
    let n_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let new = NewRecording {
        id,
        page: page.id,
        cut_of,
        title: title.to_owned(),
        source: RecordingSource::Upload { n_bytes },
        by: None,
    };
    attaching::attach(tx, now, page.site, &new)?;
    let mut at = 0;
    for part in bytes.chunks(files::MAX_PART) {
        files::add(tx, now, page.site, id, at, part)?;
        at += i64::try_from(part.len()).unwrap_or(i64::MAX);
    }
    Ok(id)
}

fn author(
    tx: &mut Tx<'_>,
    site: &Site,
    about: &DemoSettings,
    now: Time,
    voice: &DemoComment,
) -> Result<AuthorId, StoreError> {
    let details = GuestDetails {
        name: voice.author.clone(),
        email: None,
        website: voice.website.as_deref().and_then(markup::safe_url),
    };
    let id = imports::upsert_author(tx, now, site.id, FORMAT.into(), &voice.author, &details)?;
    let mut staff = about.staff.iter();
    if let Some(staff) = staff.find(|staff| staff.name == voice.author) {
        roles::set_role(tx, site.id, id, role(staff))?;
    }
    Ok(id)
}

fn role(staff: &StaffMember) -> Role {
    match staff.role.as_str() {
        "editor" => Role::Editor,
        _ => Role::Staff,
    }
}

//! What there is to read of a recording: its wave form, its transcript, where comments speak of it, and
//! what others left out.

use std::fmt::Display;

use askama::Template;
use captions::Chapter;
use rejoinder_core::publication::language::Language;
use rejoinder_core::recordings::{Proposal, Span, TranscriptStatus};

use crate::RenderContext;
use crate::catalogue::Catalogue;
use crate::html::Html;
use crate::links::{LinkTarget, Links, ThreadLink, encoded};
use crate::look::PageLook;
use crate::page::rendered;
use crate::recordings::content::{self, PlayerContent, TranscriptLine};
use crate::recordings::cuts;
use crate::recordings::proposals::{LineDifference, ProposalView};
use crate::recordings::section::figure_alone;
use crate::recordings::time::{clock, seconds};
use crate::recordings::times::label;
use crate::recordings::wave::{HEIGHT, WIDTH, path, x};

/// What there is to read of a recording, for the widget, which has what plays it already.
pub fn player_fragment(context: &RenderContext<'_>, content: &PlayerContent<'_>) -> String {
    along(context, content, None).into_string()
}

/// A recording as a whole page: for readers without script, and for frames.
pub fn player_page(context: &RenderContext<'_>, content: &PlayerContent<'_>) -> String {
    let links = Links::new(context.base, context.site, content.key);
    let recording = content.recording;
    let from = content.marked.map(|span| span.to_string());
    let own = links.recording(recording.id);
    rendered(&PlayerPage {
        texts: context.texts,
        language: context.site.settings.language,
        direction: context.site.settings.language.direction(),
        assets: context.look(),
        title: &recording.title,
        back: links.people().unwrap_or_else(|| links.thread()),
        figure: figure_alone(context, &links, recording, from),
        along: along(context, content, Some(&own)),
    })
}

fn along(
    context: &RenderContext<'_>,
    content: &PlayerContent<'_>,
    own: Option<&str>,
) -> Html<'static> {
    let lines = content.lines();
    Html::of(&ReadAlong {
        texts: context.texts,
        links: &Links::new(context.base, context.site, content.key),
        base: context.base,
        interface: context.site.settings.language,
        content,
        own,
        cuts: cuts::all(context.texts, content, &lines),
        lines,
        places: content.places(),
    })
}

#[derive(Template)]
#[template(path = "recordings/player_page.html")]
struct PlayerPage<'a> {
    texts: &'static Catalogue,
    language: Language,
    direction: &'static str,
    assets: PageLook<'a>,
    title: &'a str,
    back: &'a str,
    figure: Html<'static>,
    along: Html<'static>,
}

#[derive(Template)]
#[template(path = "recordings/along.html")]
struct ReadAlong<'a> {
    texts: &'static Catalogue,
    links: &'a Links,
    base: &'a str,
    /// The language of what is not said in the recording.
    interface: Language,
    content: &'a PlayerContent<'a>,
    /// The address of the page that the reader is on, where that is the recording's own.
    own: Option<&'a str>,
    lines: Vec<TranscriptLine<'a>>,
    places: Vec<content::CitedPlace>,
    cuts: Vec<Html<'static>>,
}

impl ReadAlong<'_> {
    fn wave(&self) -> Option<String> {
        let path = path(self.content.wave_form);
        (!path.is_empty()).then_some(path)
    }

    fn place_x(&self, place: &content::CitedPlace) -> i64 {
        x(place.start_ms, self.content.duration_ms())
    }

    /// Where a line is played from: on the recording's own page by asking for it anew.
    fn at(&self, line: &TranscriptLine<'_>) -> String {
        self.at_second(&self.seconds(line))
    }

    fn at_chapter(&self, chapter: &Chapter) -> String {
        self.at_second(&self.chapter_seconds(chapter))
    }

    fn chapter_seconds(&self, chapter: &Chapter) -> String {
        seconds(i64::try_from(chapter.start_ms).unwrap_or(0))
    }

    fn chapter_clock(&self, chapter: &Chapter) -> String {
        clock(i64::try_from(chapter.start_ms).unwrap_or(0))
    }

    fn at_second(&self, at: &str) -> String {
        match self.own {
            Some(own) => format!("{own}&t={at}#t={at}"),
            None => format!("#t={at}"),
        }
    }

    /// The form on which a line is corrected.
    fn correct(&self, line: &TranscriptLine<'_>) -> String {
        let place = (line.start_ms, line.end_ms);
        self.links.proposal(self.content.recording.id, Some(place))
    }

    /// The form on which a line is added.
    fn add(&self) -> String {
        self.links.proposal(self.content.recording.id, None)
    }

    fn proposed(&self, proposal: &Proposal) -> Html<'static> {
        Html::of(&ProposalView {
            texts: self.texts,
            links: self.links,
            base: self.base,
            language: self.interface,
            spoken: self.language(),
            proposal,
            difference: LineDifference::of(proposal.before.as_ref(), &proposal.after),
        })
    }

    fn seconds(&self, line: &TranscriptLine<'_>) -> String {
        seconds(line.start_ms)
    }

    fn end(&self, line: &TranscriptLine<'_>) -> String {
        seconds(line.end_ms)
    }

    fn play(&self, line: &TranscriptLine<'_>) -> String {
        let start_ms = u64::try_from(line.start_ms).unwrap_or(0);
        let end_ms = None;
        label(self.texts, Span { start_ms, end_ms })
    }

    fn clock(&self, line: &TranscriptLine<'_>) -> String {
        clock(line.start_ms)
    }

    fn n_comments(&self, n: &i64) -> String {
        self.texts.counted(&self.texts.recordings.comments, *n)
    }

    fn status(&self) -> &str {
        let texts = &self.texts.recordings;
        match self.content.transcript {
            None => texts.none,
            Some((_, TranscriptStatus::Draft)) => texts.draft,
            Some((_, TranscriptStatus::Community)) => texts.community,
            Some((_, TranscriptStatus::Approved)) => texts.approved,
        }
    }

    fn language(&self) -> Option<&str> {
        self.content.transcript?.0.language.as_deref()
    }

    fn comment(&self, place: &content::CitedPlace) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Comment(place.first))
    }

    fn cited(&self, id: &rejoinder_core::CommentId) -> ThreadLink<'_> {
        self.links.to(LinkTarget::Comment(*id))
    }

    /// Where all recordings of the site are searched.
    fn all(&self) -> String {
        format!("{}/recordings/{}", self.base, encoded(&self.links.host))
    }

    fn file(&self, ending: &str) -> impl Display {
        let (host, id) = (encoded(&self.links.host), self.content.recording.id);
        format!("{}/recordings/{host}/{id}/transcript.{ending}", self.base)
    }
}

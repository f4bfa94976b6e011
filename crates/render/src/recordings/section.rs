//! The recordings of a page, where they stand with its thread.

use askama::Template;
use rejoinder_core::Settings;
use rejoinder_core::discussion::card;
use rejoinder_core::publication::settings::LinkCards;
use rejoinder_core::recordings::{EmbeddedPlayer, Recording, RecordingKind, RecordingState};

use crate::RenderContext;
use crate::catalogue::{Catalogue, fill};
use crate::html::Html;
use crate::links::{Links, encoded};
use crate::recordings::time::clock;

/// The recordings that can be heard, or will be soon; nothing where there is none.
pub(crate) fn section(
    context: &RenderContext<'_>,
    links: &Links,
    recordings: &[Recording],
) -> Option<Html<'static>> {
    let is_shown =
        |own: &&Recording| matches!(own.state, RecordingState::Waiting | RecordingState::Ready);
    let shown = recordings.iter().filter(is_shown);
    let figures: Vec<Html> = shown.map(|own| figure(context, links, own)).collect();
    (!figures.is_empty()).then(|| {
        Html::of(&RecordingsSection {
            texts: context.texts,
            figures,
        })
    })
}

#[derive(Template)]
#[template(path = "recordings/section.html")]
struct RecordingsSection {
    texts: &'static Catalogue,
    figures: Vec<Html<'static>>,
}

impl RecordingsSection {
    fn title(&self) -> &str {
        let n = i64::try_from(self.figures.len()).unwrap_or(i64::MAX);
        self.texts.recordings.title.of(n)
    }
}

/// A recording with what plays it.
pub(crate) fn figure(
    context: &RenderContext<'_>,
    links: &Links,
    recording: &Recording,
) -> Html<'static> {
    Html::of(&RecordingFigure {
        texts: context.texts,
        base: context.base,
        host: &links.host,
        recording,
        player: playing(&context.site.settings, recording),
        read_along: links.recording(recording.id),
        from: None,
    })
}

/// The same on a page of its own, which begins at `from` where a link leads there.
pub(crate) fn figure_alone(
    context: &RenderContext<'_>,
    links: &Links,
    recording: &Recording,
    from: Option<String>,
) -> Html<'static> {
    Html::of(&RecordingFigure {
        texts: context.texts,
        base: context.base,
        host: &links.host,
        recording,
        player: playing(&context.site.settings, recording),
        read_along: String::new(),
        from,
    })
}

/// What plays a recording elsewhere, where the site lets anything be loaded from elsewhere.
pub fn playing(settings: &Settings, recording: &Recording) -> Option<EmbeddedPlayer> {
    let address = recording.address.as_deref()?;
    match settings.link_cards {
        LinkCards::Off => None,
        _ if recording.has_file() => None,
        LinkCards::On | LinkCards::Listed | LinkCards::Unlisted => EmbeddedPlayer::of(address),
    }
}

#[derive(Template)]
#[template(path = "recordings/figure.html")]
struct RecordingFigure<'a> {
    texts: &'static Catalogue,
    base: &'a str,
    host: &'a str,
    recording: &'a Recording,
    player: Option<EmbeddedPlayer>,
    /// Where there is more to read; empty where the reader is there.
    read_along: String,
    /// The part to be played, as a media fragment.
    from: Option<String>,
}

impl RecordingFigure<'_> {
    fn file(&self) -> String {
        let (host, id) = (encoded(self.host), self.recording.id);
        let part = self.from.as_deref().map(|from| format!("#{from}"));
        let part = part.unwrap_or_default();
        format!("{}/recordings/{host}/{id}/file{part}", self.base)
    }

    fn is_video(&self) -> bool {
        self.recording.kind == Some(RecordingKind::Video)
    }

    fn length(&self) -> Option<String> {
        self.recording.duration_ms.map(clock)
    }

    fn play(&self, player: &EmbeddedPlayer) -> String {
        fill(self.texts.recordings.elsewhere, &[("host", &player.host)])
    }

    fn listen_elsewhere(&self, address: &str) -> String {
        let host = card::host(address).unwrap_or_default();
        fill(self.texts.recordings.elsewhere_link, &[("host", &host)])
    }
}

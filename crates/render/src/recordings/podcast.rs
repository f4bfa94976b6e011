//! The recordings of a site as a podcast: RSS 2.0 with the podcast namespace
//! (<https://podcastindex.org/namespace/1.0>), where players find transcripts and chapters.

use captions::TranscriptExportFormat;
use rejoinder_core::recordings::Recording;
use rejoinder_core::{Page, PageKey};

use crate::RenderContext;
use crate::links::{Links, encoded};
use crate::xml::XmlWriter;

/// A recording that can be heard.
#[derive(Debug, Clone)]
pub struct Episode<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// The page that it stands with.
    pub page: &'a Page,
    /// That page as its address is known.
    pub key: &'a PageKey,
    /// Whether it has a transcript, and in which language.
    pub transcript: Option<Option<&'a str>>,
    /// Whether it is divided into chapters.
    pub has_chapters: bool,
}

/// The recordings of a site, newest first, as RSS.
pub fn podcast(context: &RenderContext<'_>, episodes: &[Episode<'_>]) -> String {
    let site = context.site;
    let mut xml = XmlWriter::new();
    let namespaces = [
        ("version", "2.0"),
        ("xmlns:atom", "http://www.w3.org/2005/Atom"),
        ("xmlns:itunes", "http://www.itunes.com/dtds/podcast-1.0.dtd"),
        ("xmlns:podcast", "https://podcastindex.org/namespace/1.0"),
    ];
    xml.open("rss", &namespaces);
    xml.open("channel", &[]);
    let title = format!("{}: {}", site.name(), context.texts.recordings.podcast);
    xml.text("title", &title);
    let home = site.origins.first().map(|own| format!("{own}/"));
    let home = home.unwrap_or_else(|| format!("https://{}", site.host));
    xml.text("link", &home);
    xml.text("description", &title);
    xml.text("language", site.settings.language.tag());
    xml.text("generator", "Rejoinder");
    let (base, host) = (context.base, encoded(&site.host));
    let own = format!("{base}/recordings/{host}/podcast.rss");
    let kind = ("type", "application/rss+xml");
    xml.empty("atom:link", &[("rel", "self"), kind, ("href", &own)]);
    for episode in episodes {
        write_episode(&mut xml, context, episode);
    }
    xml.close("channel");
    xml.close("rss");
    xml.finish()
}

fn write_episode(xml: &mut XmlWriter, context: &RenderContext<'_>, episode: &Episode<'_>) {
    let (recording, host) = (episode.recording, encoded(&context.site.host));
    let place = format!("{}/recordings/{host}/{}", context.base, recording.id);
    let links = Links::new(context.base, context.site, episode.key);
    xml.open("item", &[]);
    xml.text("title", &recording.title);
    xml.text("link", links.reading());
    xml.text_with("guid", &[("isPermaLink", "false")], &place);
    xml.text("pubDate", &recording.created_at.in_http().to_string());
    if let Some(headline) = episode.page.title.as_deref() {
        xml.text("description", headline);
    }
    let file = [
        ("url", &*format!("{place}/file")),
        ("length", &*recording.n_bytes.to_string()),
        ("type", recording.media_type.as_deref().unwrap_or_default()),
    ];
    xml.empty("enclosure", &file);
    if let Some(ms) = recording.duration_ms {
        xml.text("itunes:duration", &(ms / 1_000).to_string());
    }
    if let Some(language) = episode.transcript {
        for export in [
            TranscriptExportFormat::WebVtt,
            TranscriptExportFormat::Srt,
            TranscriptExportFormat::Json,
            TranscriptExportFormat::Html,
        ] {
            let url = format!("{place}/transcript.{}", export.as_str());
            let kind = export.media_type().split(';').next().unwrap_or_default();
            let mut said = vec![("url", url.as_str()), ("type", kind)];
            said.extend(language.map(|language| ("language", language)));
            xml.empty("podcast:transcript", &said);
        }
    }
    if episode.has_chapters {
        let url = format!("{place}/chapters.json");
        let kind = ("type", "application/json+chapters");
        xml.empty("podcast:chapters", &[("url", url.as_str()), kind]);
    }
    xml.close("item");
}

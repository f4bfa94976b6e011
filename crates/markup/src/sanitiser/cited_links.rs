//! Links of other systems' HTML that name a place in a recording of the page.
//!
//! Such a comment has no source but its HTML, so what a link was stays in it, and comes back when the
//! recording goes.

use rejoinder_core::SafeHtml;
use rejoinder_core::recordings::{CitableRecording, TimeReference};

use super::sanitise;
use super::time_links::{TAG, is_whole, push_tag};
use crate::allowed::LINK_REL;
use crate::times::external;

/// How a link begins that the sanitiser wrote.
const LINK: &str = "<a href=\"";

/// What keeps the address that a link had.
const KEPT: &str = " data-href=\"";

/// Sanitises HTML that came from another system, where links to places in `recordings` at their players
/// elsewhere lead to them on the page.
///
/// Returns those places, too, with where their words are in the HTML.
pub fn sanitise_beside(
    html: &str,
    recordings: &[CitableRecording],
) -> (SafeHtml, Vec<TimeReference>) {
    let clean = sanitise(&restored(html));
    let mut rest = clean.as_str();
    let mut cited = String::with_capacity(rest.len());
    let mut times = Vec::new();
    while let Some((before, after)) = rest.split_once(LINK) {
        cited.push_str(before);
        rest = match place(after, recordings) {
            Some((mut time, href, words, after)) => {
                push_tag(&mut cited, &time, &format!("{KEPT}{href}\""));
                time.at = cited.len()..cited.len() + words.len();
                cited.extend([words, "</a>"]);
                times.push(time);
                after
            }
            None => {
                cited.push_str(LINK);
                after
            }
        };
    }
    cited.push_str(rest);
    (SafeHtml::from_sanitiser(cited), times)
}

/// What the link names whose address `link` begins with: the place, the address as it is written, the words,
/// and what follows.
fn place<'h>(
    link: &'h str,
    recordings: &[CitableRecording],
) -> Option<(TimeReference, &'h str, &'h str, &'h str)> {
    let (href, after) = link.split_once('"')?;
    let (attributes, after) = after.split_once('>')?;
    let (words, after) = after.split_once("</a>")?;
    let (recording, span) = external(&unescaped(href), recordings)?;
    if href.contains(['<', '>']) || attributes.contains('<') || !is_whole(words) {
        return None;
    }
    let time = TimeReference {
        recording: recording.id,
        revision: recording.revision,
        span: span?,
        at: 0..0,
    };
    Some((time, href, words, after))
}

/// The HTML with the links that it had before they led to places on the page.
fn restored(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(TAG) {
        out.push_str(before);
        let (attributes, after) = after.split_once('>').unwrap_or((after, ""));
        let kept = attributes.split_once(KEPT);
        let href = kept.and_then(|(_, href)| href.split('"').next());
        out.push_str(&format!(
            "{LINK}{}\" rel=\"{LINK_REL}\">",
            href.unwrap_or_default()
        ));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// An attribute's value as the sanitiser wrote it.
fn unescaped(value: &str) -> String {
    let value = value.replace("&lt;", "<").replace("&gt;", ">");
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use rejoinder_core::RecordingId;
    use rejoinder_core::recordings::ExternalRecording;

    use super::*;
    use crate::sanitiser::with_times_at;

    const LINKED: &str = "<p>See <a href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=228\" \
                          rel=\"nofollow ugc noopener noreferrer\">3:48</a>!</p>";

    fn video() -> Vec<CitableRecording> {
        let (external, _) = ExternalRecording::parse("https://youtu.be/dQw4w9WgXcQ").unwrap();
        vec![CitableRecording {
            id: RecordingId(1),
            revision: 2,
            duration_ms: Some(600_000),
            external: Some(external),
            ordinal: 1,
        }]
    }

    #[test]
    fn a_link_to_the_same_video_leads_to_its_place_and_back() {
        let (cited, times) = sanitise_beside(LINKED, &video());
        assert_eq!(
            cited.as_str(),
            "<p>See <a class=\"rj-time\" href=\"#t=228\" data-recording=\"0000000000001\" \
             data-start=\"228\" data-href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=228\">\
             3:48</a>!</p>"
        );
        let [time] = &times[..] else {
            panic!("{times:?}")
        };
        assert_eq!((time.span.start_ms, time.revision), (228_000, 2));
        assert_eq!(&cited.as_str()[time.at.clone()], "3:48");
        assert_eq!(sanitise_beside(cited.as_str(), &video()).0, cited);

        assert_eq!(sanitise_beside(cited.as_str(), &[]).0.as_str(), LINKED);
        assert_eq!(
            with_times_at(&cited, "https://news.example/a").as_str(),
            "<p>See <a href=\"https://news.example/a#t=228\">3:48</a>!</p>"
        );
    }

    #[test]
    fn any_other_link_stays_what_it_is() {
        for link in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://www.youtube.com/watch?v=aaaaaaaaaaa&amp;t=228",
            // Behind its end.
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=601",
            "https://news.example/?t=228",
        ] {
            let html = format!("<p><a href=\"{link}\">3:48</a></p>");
            let (cited, times) = sanitise_beside(&html, &video());
            assert_eq!(cited, sanitise(&html), "{link}");
            assert!(times.is_empty());
        }
    }

    #[test]
    fn what_looks_like_such_a_link_brings_nothing_back_that_the_sanitiser_refuses() {
        for href in [
            "javascript:alert(1)",
            "\" onclick=\"alert(1)",
            "&quot; onclick=&quot;alert(1)",
        ] {
            let html = format!("{TAG}t=1\"{KEPT}{href}\">x</a>");
            for recordings in [Vec::new(), video()] {
                let (clean, times) = sanitise_beside(&html, &recordings);
                assert_eq!(clean, sanitise(clean.as_str()), "{clean}");
                assert!(
                    !clean.as_str().contains("<a") && times.is_empty(),
                    "{clean}"
                );
            }
        }
    }
}

//! The places in recordings that a comment names, and the people: how they are called, and where they
//! lead.

use markup::{
    has_mentions, has_times, with_mentions_at, with_short_links, with_time_labels, with_times_at,
};
use rejoinder_core::SafeHtml;
use rejoinder_core::recordings::Span;

use crate::catalogue::{Catalogue, fill};
use crate::html::Html;

/// The HTML of a comment on the page of its recordings: what plays a place there says so, and long
/// addresses are cut off for the eye.
pub(crate) fn beside<'h>(texts: &Catalogue, html: &'h SafeHtml) -> Html<'h> {
    let labelled = has_times(html).then(|| with_time_labels(html, |span| label(texts, span)));
    match with_short_links(labelled.as_ref().unwrap_or(html)).or(labelled) {
        Some(own) => own.into(),
        None => html.into(),
    }
}

/// The HTML of a comment anywhere else: what names a place or a person leads to `page`, if that is an
/// address.
pub(crate) fn elsewhere<'h>(page: &str, html: &'h SafeHtml) -> Html<'h> {
    match (has_times(html), has_mentions(html)) {
        (false, false) => html.into(),
        (true, false) => with_times_at(html, page).into(),
        (_, true) => {
            let page_alone = page.split('#').next().unwrap_or_default();
            let at = |id| Some(format!("{page_alone}#comment-{id}"));
            with_mentions_at(&with_times_at(html, page), at).into()
        }
    }
}

/// What a link to a place is called: "Play from 3 minutes 48 seconds".
pub(crate) fn label(texts: &Catalogue, span: Span) -> String {
    let own = &texts.recordings;
    let start = length(texts, span.start_ms);
    match span.end_ms {
        Some(end_ms) => {
            let end = length(texts, end_ms);
            fill(own.play_between, &[("start", &start), ("end", &end)])
        }
        None => fill(own.play_from, &[("start", &start)]),
    }
}

/// A time as it is said: "1 hour 2 minutes 33 seconds".
fn length(texts: &Catalogue, ms: u64) -> String {
    let own = &texts.recordings;
    let seconds = i64::try_from(ms / 1_000).unwrap_or(i64::MAX);
    let parts = [
        (&own.hours, seconds / 3_600),
        (&own.minutes, seconds / 60 % 60),
        (&own.seconds, seconds % 60),
    ];
    let said = parts.into_iter().filter(|(_, n)| *n > 0);
    let said: Vec<String> = said.map(|(plural, n)| texts.counted(plural, n)).collect();
    match said.is_empty() {
        true => texts.counted(&own.seconds, 0),
        false => said.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use rejoinder_core::publication::language::Language;

    use super::*;
    use crate::catalogue;

    #[track_caller]
    fn check(language: Language, start_ms: u64, end_ms: Option<u64>, expected: &str) {
        let span = Span::new(start_ms, end_ms).unwrap();
        assert_eq!(label(catalogue::of(language), span), expected);
    }

    #[test]
    fn a_place_is_called_in_the_language_of_the_site() {
        check(
            Language::English,
            228_000,
            Some(241_000),
            "Play from 3 minutes 48 seconds to 4 minutes 1 second",
        );
        check(Language::English, 0, None, "Play from 0 seconds");
        check(
            Language::English,
            3_720_900,
            None,
            "Play from 1 hour 2 minutes",
        );
        check(
            Language::German,
            61_000,
            Some(7_200_000),
            "Von 1 Minute 1 Sekunde bis 2 Stunden abspielen",
        );
        check(Language::German, 5_000, None, "Ab 5 Sekunden abspielen");
    }

    #[test]
    fn html_that_names_no_place_is_passed_on() {
        let html = markup::sanitise("<p>3:48 rj-time</p>");
        let texts = catalogue::of(Language::English);
        assert_eq!(beside(texts, &html).as_str(), html.as_str());
        let elsewhere = elsewhere("https://news.example/", &html);
        assert_eq!(elsewhere.as_str(), html.as_str());
    }
}

//! Links to places in the recordings of the page that a comment stands on.
//!
//! They are the only links that lead nowhere but to a fragment, and the only ones with a class or
//! data. So they are put in here, behind the sanitiser, which would take them away: between signs that
//! no text can hold, and made of numbers alone. What a reader writes cannot become one.

use rejoinder_core::SafeHtml;
use rejoinder_core::recordings::{Span, TimeReference};

use super::sanitise;
use crate::escape::escape;
use crate::url_gate::safe_link;

/// What stands where a link is to begin. Control characters of a text are never written.
pub(crate) const BEGIN: char = '\u{1}';

/// What stands where it is to end.
pub(crate) const END: char = '\u{2}';

/// How each link begins that is put in here.
pub(super) const TAG: &str = "<a class=\"rj-time\" href=\"#";

/// Sanitises `html` and puts a link to each of `times`, in their order, between its signs. Returns
/// nothing when the sanitiser has left anything else between or around them.
pub(crate) fn sanitise_with_times(html: &str, times: &[TimeReference]) -> Option<SafeHtml> {
    let clean = sanitise(html);
    let mut rest = clean.as_str();
    let mut linked = String::with_capacity(rest.len() + times.len() * 160);
    for time in times {
        let (before, after) = rest.split_once(BEGIN)?;
        let (inside, after) = after.split_once(END)?;
        if before.contains(END) || !is_whole(inside) {
            return None;
        }
        linked.push_str(before);
        push_tag(&mut linked, time, "");
        linked.push_str(inside);
        linked.push_str("</a>");
        rest = after;
    }
    linked.push_str(rest);
    (!rest.contains([BEGIN, END])).then_some(SafeHtml::from_sanitiser(linked))
}

/// Puts in how the link to `time` begins, with `more` attributes.
pub(super) fn push_tag(html: &mut String, time: &TimeReference, more: &str) {
    let (span, recording) = (time.span, time.recording);
    let start = span.start();
    html.push_str(&format!(
        "{TAG}{span}\" data-recording=\"{recording}\" data-start=\"{start}\""
    ));
    if let Some(end) = span.end() {
        html.push_str(&format!(" data-end=\"{end}\""));
    }
    html.extend([more, ">"]);
}

/// Whether `inside` has no link, and every element whole.
pub(super) fn is_whole(inside: &str) -> bool {
    let mut n_open = 0_usize;
    for tag in inside.split('<').skip(1) {
        let name = tag.split([' ', '>']).next().unwrap_or_default();
        match name {
            "a" | "/a" | "p" | "li" => return false,
            "br" => {}
            _ if name.starts_with('/') => match n_open.checked_sub(1) {
                Some(n) => n_open = n,
                None => return false,
            },
            _ => n_open += 1,
        }
    }
    n_open == 0
}

/// Whether there are links to places in recordings in HTML that the sanitiser made.
pub fn has_times(html: &SafeHtml) -> bool {
    html.as_str().contains(TAG)
}

/// `html`, where each link to a place in a recording says so by the name that `label`
/// gives it.
pub fn with_time_labels(html: &SafeHtml, label: impl Fn(Span) -> String) -> SafeHtml {
    with_time_tags(html, |span, attributes| {
        let label = escape(&label(span));
        Some(format!("{TAG}{attributes} title=\"{label}\">"))
    })
}

/// `html`, where each link to a place in a recording leads to it from anywhere: to
/// `page`, where the recording is. If that is no web address, only the words of the links stay.
pub fn with_times_at(html: &SafeHtml, page: &str) -> SafeHtml {
    let page = page
        .split('#')
        .next()
        .and_then(safe_link)
        .map(|page| escape(&page));
    with_time_tags(html, |span, _| {
        let page = page.as_deref()?;
        Some(format!("<a href=\"{page}#{span}\">"))
    })
}

/// `html` with what `tag` makes of the span and the attributes of each of these links;
/// with the words of the link alone, where it makes nothing.
fn with_time_tags(html: &SafeHtml, tag: impl Fn(Span, &str) -> Option<String>) -> SafeHtml {
    let mut out = String::with_capacity(html.as_str().len() * 2);
    let mut rest = html.as_str();
    while let Some((before, after)) = rest.split_once(TAG) {
        out.push_str(before);
        let (attributes, after) = after.split_once('>').unwrap_or((after, ""));
        let (words, after) = after.split_once("</a>").unwrap_or((after, ""));
        let fragment = attributes.split('"').next().unwrap_or_default();
        let tag = Span::from_fragment(fragment).and_then(|span| tag(span, attributes));
        match tag {
            Some(tag) => out.extend([&*tag, words, "</a>"]),
            None => out.push_str(words),
        }
        rest = after;
    }
    out.push_str(rest);
    SafeHtml::from_sanitiser(out)
}

#[cfg(test)]
mod tests {
    use rejoinder_core::RecordingId;

    use super::*;

    fn time() -> TimeReference {
        TimeReference {
            recording: RecordingId(1),
            revision: 1,
            span: Span::new(228_000, Some(241_000)).unwrap(),
            at: 0..4,
        }
    }

    fn made(html: &str, n: usize) -> Option<String> {
        sanitise_with_times(html, &vec![time(); n]).map(SafeHtml::into_string)
    }

    #[test]
    fn signs_become_links_behind_the_sanitiser() {
        let link = "<a class=\"rj-time\" href=\"#t=228,241\" data-recording=\"0000000000001\" \
                    data-start=\"228\" data-end=\"241\">3:48</a>";
        assert_eq!(
            made("<p>a \u{1}3:48\u{2} b</p>", 1),
            Some(format!("<p>a {link} b</p>"))
        );
        assert_eq!(made("<p>a</p>", 0), Some("<p>a</p>".to_owned()));
        assert_eq!(
            made("<p>\u{1}3:48\u{2}<b>&amp;</b>\u{1}3:48\u{2}</p>", 2),
            Some(format!("<p>{link}<b>&amp;</b>{link}</p>"))
        );
    }

    #[test]
    fn signs_that_do_not_match_make_nothing() {
        for (html, n) in [
            ("<p>\u{1}3:48\u{2}</p>", 0),
            ("<p>\u{1}3:48\u{2}</p>", 2),
            ("<p>3:48\u{2}\u{1}</p>", 1),
            ("<p>\u{1}<b>3:48\u{2}</b></p>", 1),
            ("<p>\u{1}</p><p>3:48\u{2}</p>", 1),
            ("<p>\u{1}<a href=\"https://a.example\">3:48</a>\u{2}</p>", 1),
            ("<a href=\"https://a.example/\u{1}\">3:48\u{2}</a>", 1),
        ] {
            assert_eq!(made(html, n), None, "{html:?}");
        }
    }

    #[test]
    fn what_looks_like_such_a_link_is_made_by_nobody_else() {
        let copied = "<a class=\"rj-time\" href=\"#t=1\" data-recording=\"0000000000001\" data-start=\"1\">x</a>";
        assert_eq!(sanitise(copied).as_str(), "x");
        let web = sanitise("<a class=rj-time data-start=1 href=https://a.example/#t=1>x</a>");
        assert_eq!(
            web.as_str(),
            "<a href=\"https://a.example/#t=1\" rel=\"nofollow ugc noopener noreferrer\">x</a>"
        );
        assert!(!has_times(&web) && !has_times(&sanitise(copied)));
        assert!(!has_times(&sanitise(
            "&lt;a class=\"rj-time\" href=\"#t=1\">"
        )));
    }

    #[test]
    fn a_link_is_named_in_the_words_of_the_site() {
        let html = sanitise_with_times(
            "<p>\u{1}3:48\u{2}, \u{1}<em>3</em>\u{2}</p>",
            &[time(), time()],
        )
        .unwrap();
        let named = with_time_labels(&html, |span| format!("from \"{}\" <on>", span.start()));
        let link = "<a class=\"rj-time\" href=\"#t=228,241\" data-recording=\"0000000000001\" \
                    data-start=\"228\" data-end=\"241\" title=\"from &quot;228&quot; &lt;on&gt;\">";
        assert_eq!(
            named.as_str(),
            format!("<p>{link}3:48</a>, {link}<em>3</em></a></p>")
        );
    }

    #[test]
    fn a_link_leads_to_its_page_from_anywhere() {
        let html = sanitise_with_times("<p>a <b>\u{1}3:48\u{2}</b></p>", &[time()]).unwrap();
        assert_eq!(
            with_times_at(&html, "https://news.example/a?b=1&c=2#d").as_str(),
            "<p>a <b><a href=\"https://news.example/a?b=1&amp;c=2#t=228,241\">3:48</a></b></p>"
        );
        for page in ["javascript:alert(1)", "story-1", "", "https://a@b.example/"] {
            assert_eq!(with_times_at(&html, page).as_str(), "<p>a <b>3:48</b></p>");
        }
    }
}

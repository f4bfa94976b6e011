//! Akismet's `comment-check`, and what tells it that it was wrong.
//!
//! It asks for the writer's network address, which is not kept here; it is told the address of no one.

use egress::{Feature, FetchLimits, Method, Request, Response};
use rejoinder_core::moderation::LateVerdict;
use rejoinder_core::moderation::spam_check::{SpamCheckAnswer, SpamCheckVerdict, SpamCorrection};

use super::SpamCheckQuestion;

/// Where Akismet is.
pub(super) const ADDRESS: &str = "https://rest.akismet.com";

/// An address that belongs to nobody.
const NO_ADDRESS: &str = "127.0.0.1";

/// The question, as Akismet takes it.
pub(super) fn request(
    address: &str,
    key: &str,
    question: &SpamCheckQuestion,
    limits: FetchLimits,
) -> Request {
    told(address, "comment-check", key, question, limits)
}

/// That it was wrong, with all that it was asked with.
pub(super) fn corrected(
    address: &str,
    correction: SpamCorrection,
    key: &str,
    question: &SpamCheckQuestion,
    limits: FetchLimits,
) -> Request {
    let call = match correction {
        SpamCorrection::Spam => "submit-spam",
        SpamCorrection::Ham => "submit-ham",
    };
    told(address, call, key, question, limits)
}

fn told(
    address: &str,
    call: &str,
    key: &str,
    question: &SpamCheckQuestion,
    limits: FetchLimits,
) -> Request {
    let SpamCheckQuestion {
        site,
        page,
        comment,
    } = question;
    let blog = match page.key.url() {
        Some(url) if url.starts_with("http://") => format!("http://{}/", site.host),
        _ => format!("https://{}/", site.host),
    };
    let kind = match comment.parent {
        Some(_) => "reply",
        None => "comment",
    };
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("api_key", key)
        .append_pair("blog", &blog)
        .append_pair("user_ip", NO_ADDRESS)
        .append_pair("comment_type", kind)
        .append_pair("comment_author", &comment.author.name)
        .append_pair("comment_content", &comment.text)
        .append_pair("comment_date_gmt", &comment.created_at.to_string())
        .append_pair("blog_lang", site.settings.language.tag())
        .append_pair("blog_charset", "UTF-8");
    if let Some(url) = page.key.url() {
        form.append_pair("permalink", url);
    }
    if let Some(website) = &comment.author.website {
        form.append_pair("comment_author_url", website);
    }
    if comment.revision > 1 {
        form.append_pair("recheck_reason", "edit");
    }
    Request {
        feature: Feature::Filters,
        method: Method::POST,
        url: format!("{address}/1.1/{call}"),
        headers: vec![(
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        )],
        body: Some(form.finish().into_bytes()),
        limits,
    }
}

/// `true` is spam and `false` is not; anything else, such as `invalid`, is no verdict.
pub(super) fn answered(answer: &Response) -> Option<LateVerdict> {
    let tip = answer.headers.get("x-akismet-pro-tip");
    let is_sure = tip.is_some_and(|tip| tip.as_bytes() == b"discard");
    let (verdict, reason) = match answer.body.trim_ascii() {
        b"true" if is_sure => (SpamCheckVerdict::Spam, Some("Akismet is sure")),
        b"true" => (SpamCheckVerdict::Spam, Some("Akismet")),
        b"false" => (SpamCheckVerdict::Publish, None),
        _ => return None,
    };
    let reason = reason.map(str::to_owned);
    Some(SpamCheckAnswer { verdict, reason }.verdict())
}

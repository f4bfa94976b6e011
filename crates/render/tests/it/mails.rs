//! How mails look.

use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::language::Language;
use rejoinder_core::publication::logo::Logo;
use rejoinder_render::catalogue;
use rejoinder_render::identity::sign_in_mail;
use rejoinder_render::notices::notice::{Answering, SubscriptionContext, comments_mail};

use crate::fixture::{comment, context, page, site};

#[test]
fn a_mail_wears_the_name_the_colour_and_the_fonts_of_its_site() {
    let mut site = site();
    site.settings.title = "The <News>".to_owned();
    site.settings.accent = "#ffcc00".to_owned();
    site.settings.font = "Georgia, serif".to_owned();

    let html = sign_in_mail(
        &context(&site),
        "https://comments.example/auth/link?token=a",
    )
    .html;

    assert!(html.contains(">The &#60;News&#62;</p>"), "{html}");
    assert!(html.contains("font: 16px/1.5 Georgia, serif"), "{html}");
    // Yellow could not be read on white.
    assert!(!html.contains("#ffcc00"), "{html}");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
}

#[test]
fn a_mail_wears_the_logo_of_its_site_and_loads_nothing_from_elsewhere() {
    let mut site = site();
    site.settings.title = "The \"News\"".to_owned();
    site.logo = Some(Logo {
        name: "0a".to_owned(),
        width: 320,
        height: 160,
    });

    let html = sign_in_mail(&context(&site), "https://comments.example/auth/link").html;

    let logo = "<img src=\"https://comments.example/site-logos/news.example/0a.png\" \
                alt=\"The &#34;News&#34;\" width=\"80\" height=\"40\"";
    assert!(html.contains(logo), "{html}");
    assert_eq!(html.matches("src=").count(), 1, "{html}");
}

#[test]
fn a_mail_of_one_comment_has_one_button_and_quotes_from_the_side_that_lines_begin_on() {
    let mut site = site();
    let page = page("A ferry");
    let notice = SubscriptionContext {
        page: &page,
        kind: SubscriptionKind::Replies,
        pace: MailPace::AtOnce,
        email: "ann@reader.example",
        manage: "https://comments.example/notices/a",
    };
    let told = [comment(1, None, "Ann")];

    let left = comments_mail(&context(&site), &notice, &told, 0, Answering::InThread).html;
    site.settings.language = Language::Arabic;
    let mut right = context(&site);
    right.texts = catalogue::of(Language::Arabic);
    let right = comments_mail(&right, &notice, &told, 0, Answering::InThread).html;

    assert_eq!(left.matches("display: inline-block").count(), 1, "{left}");
    assert!(left.contains("border-left: 3px solid"), "{left}");
    assert!(right.contains("dir=\"rtl\""), "{right}");
    assert!(right.contains("border-right: 3px solid"), "{right}");
}

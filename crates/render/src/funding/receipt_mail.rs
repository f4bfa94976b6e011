//! The mail that thanks whoever gave, with the receipt of it.

use askama::Template;
use rejoinder_core::funding::Money;
use rejoinder_core::publication::language::Language;

use super::words;
use crate::RenderContext;
use crate::catalogue::{FundingReceiptMailTexts, IsolatedName, fill};
use crate::identity::MailText;
use crate::look::MailLook;
use crate::page::rendered;

/// A mail that thanks for `money`, given to the campaign that is called `campaign`, with the code by which
/// the gift is claimed.
pub fn receipt_mail(
    context: &RenderContext<'_>,
    (campaign, money, code): (&str, Money, &str),
) -> MailText {
    let own = &context.texts.funding.receipt_mail;
    let campaign = IsolatedName(campaign);
    let amount = words::money(context.texts, money);
    let intro = [
        ("campaign", &campaign as &dyn std::fmt::Display),
        ("amount", &amount),
        ("site", &IsolatedName(context.site.name())),
    ];
    let intro = fill(own.intro, &intro);
    let said = fill(own.code, &[("code", &code)]);
    let link = format!(
        "{}/account/{}/gifts?receipt={code}",
        context.base, context.site.host
    );
    MailText {
        subject: fill(own.subject, &[("campaign", &campaign)]),
        text: format!(
            "{intro}\n\n{said}\n\n{}\n\n{link}\n\n-- \n{}\n",
            own.claim, own.why
        ),
        html: rendered(&ReceiptMail {
            language: context.site.settings.language,
            look: MailLook::of(context),
            own,
            intro: &intro,
            code: &said,
            link: &link,
        }),
    }
}

#[derive(Template)]
#[template(path = "funding/receipt_mail.html")]
struct ReceiptMail<'a> {
    language: Language,
    look: MailLook<'a>,
    own: &'static FundingReceiptMailTexts,
    intro: &'a str,
    code: &'a str,
    link: &'a str,
}

//! The built-in publication: a front page, and articles with their discussion under them.

use askama::Template;
use rejoinder_core::Thread;
use rejoinder_core::passages;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{Catalogue, FormattedDay, fill};
use crate::discussion::feed::{self, FeedLink};
use crate::discussion::thread::{fragment, key, n_comments};
use crate::funding::{CampaignView, piece};
use crate::html::Html;
use crate::links::{LinkTarget, Links};
use crate::page::rendered;
use crate::passages::errata::{ErratumRow, errata_html};
use crate::publication::article::{Article, ArticlePicture, Masthead};
use crate::{RenderContext, discussion::json_ld};

/// An article with the thread under it, and the bar of a campaign above and below its text.
pub fn article_page(
    context: &RenderContext<'_>,
    publication: &Masthead,
    article: &Article,
    (thread, campaign): (&Thread, Option<CampaignView<'_>>),
) -> String {
    let links = Links::new(context.base, context.site, key(thread));
    let marks = thread.marks.iter().map(|own| {
        let mark = PassageLink {
            texts: context.texts,
            own,
            href: links.to(LinkTarget::Passage(own.id)).to_string(),
        };
        (own.end, rendered(&mark))
    });
    let [headline, lead, caption, text] = article.marked(&marks.collect::<Vec<_>>());
    rendered(&ArticlePage {
        headline,
        lead,
        caption,
        text,
        language: context.site.settings.language,
        texts: context.texts,
        assets: context.assets,
        title: format!("{} – {}", article.headline, publication.title),
        canonical: format!("{}/articles/{}", context.base, article.slug),
        site: &context.site.host,
        publication,
        article,
        n_comments: n_comments(thread),
        errata: errata_html(context, &ErratumRow::of(&thread.errata)),
        discussion: fragment(context, thread),
        json_ld: json_ld::article(context, publication, article, thread),
        feeds: feed::alternates(context, key(thread)),
        page: key(thread).as_str(),
        bar: campaign.map(|campaign| piece(context, campaign)),
    })
}

/// The articles of the edition, the first one leading.
pub fn front_page(
    context: &RenderContext<'_>,
    publication: &Masthead,
    articles: &[Article],
) -> String {
    rendered(&FrontPage {
        language: context.site.settings.language,
        texts: context.texts,
        assets: context.assets,
        title: publication.title.clone(),
        canonical: format!("{}/", context.base),
        publication,
        lead: articles.first(),
        rest: articles.get(1..).unwrap_or_default(),
    })
}

#[derive(Template)]
#[template(path = "publication/article.html")]
struct ArticlePage<'a> {
    headline: Html<'static>,
    lead: Html<'static>,
    caption: Html<'static>,
    /// The article itself, which its author may write as they like.
    text: Html<'static>,
    language: Language,
    texts: &'static Catalogue,
    assets: &'a str,
    title: String,
    canonical: String,
    site: &'a str,
    publication: &'a Masthead,
    article: &'a Article,
    n_comments: i64,
    errata: Option<Html<'static>>,
    discussion: Html<'static>,
    json_ld: Html<'static>,
    feeds: Vec<FeedLink>,
    /// What the article's page is known by.
    page: &'a str,
    bar: Option<Html<'static>>,
}

impl ArticlePage<'_> {
    fn day(&self) -> FormattedDay<'_> {
        self.texts.long_date(self.article.published_at)
    }

    fn byline(&self) -> String {
        fill(self.texts.publication.by, &[("name", &self.article.byline)])
    }

    fn discuss(&self) -> String {
        match self.n_comments {
            0 => self.texts.publication.discuss.to_owned(),
            n => self.texts.counted(&self.texts.thread.count, n),
        }
    }

    fn credit(&self, picture: &ArticlePicture) -> String {
        fill(
            self.texts.publication.picture,
            &[("credit", &picture.credit)],
        )
    }
}

/// A link behind a passage that is spoken of, or asked about.
#[derive(Template)]
#[template(path = "passages/mark.html")]
struct PassageLink<'a> {
    texts: &'static Catalogue,
    own: &'a passages::PassageMark,
    href: String,
}

impl PassageLink<'_> {
    fn label(&self) -> String {
        let own = &self.texts.passages;
        let quote = short(&self.own.quote);
        let (n, quote): (_, [(&str, &dyn std::fmt::Display); 1]) =
            (self.own.n_comments, [("quote", &quote)]);
        let asked = self.own.is_asked.then(|| fill(own.mark_question, &quote));
        let said = (n > 0).then(|| fill(&self.texts.counted(&own.mark, n), &quote));
        let both: Vec<String> = asked.into_iter().chain(said).collect();
        both.join(", ")
    }

    fn sign(&self) -> String {
        match self.own.n_comments {
            0 => "?".to_owned(),
            n => self.texts.number(n).to_string(),
        }
    }
}

/// The first words of a passage.
fn short(quote: &str) -> String {
    let words: Vec<&str> = quote.split_whitespace().collect();
    match words.get(..MARK_WORDS) {
        Some(first) if words.len() > MARK_WORDS => format!("{}…", first.join(" ")),
        _ => words.join(" "),
    }
}

/// So many words of a passage are in the name of its link.
const MARK_WORDS: usize = 8;

#[derive(Template)]
#[template(path = "publication/front.html")]
struct FrontPage<'a> {
    language: Language,
    texts: &'static Catalogue,
    assets: &'a str,
    title: String,
    canonical: String,
    publication: &'a Masthead,
    lead: Option<&'a Article>,
    rest: &'a [Article],
}

impl FrontPage<'_> {
    /// The day of the edition: of its newest article.
    fn day(&self) -> Option<FormattedDay<'_>> {
        let all = self.rest.iter().chain(self.lead);
        all.map(|article| article.published_at)
            .max()
            .map(|time| self.texts.long_date(time))
    }

    fn byline(&self, article: &Article) -> String {
        fill(self.texts.publication.by, &[("name", &article.byline)])
    }
}

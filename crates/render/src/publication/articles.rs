//! The built-in publication: a front page, and articles with their discussion under them.

use askama::Template;
use rejoinder_core::Thread;
use rejoinder_core::publication::language::Language;

use crate::catalogue::{Catalogue, Day, fill};
use crate::discussion::feed::{self, Alternate};
use crate::discussion::thread::{fragment, key, n_comments};
use crate::funding::{CampaignView, piece};
use crate::html::Html;
use crate::page::rendered;
use crate::passages::errata::{Listed, errata_html};
use crate::publication::article::{Article, Picture, Publication};
use crate::{Context, discussion::json_ld};

/// An article with the thread under it, and the bar of a campaign above and below its text.
pub fn article_page(
    context: &Context<'_>,
    publication: &Publication,
    article: &Article,
    (thread, campaign): (&Thread, Option<CampaignView<'_>>),
) -> String {
    rendered(&ArticlePage {
        language: context.site.settings.language,
        texts: context.texts,
        assets: context.assets,
        title: format!("{} – {}", article.headline, publication.title),
        canonical: format!("{}/articles/{}", context.base, article.slug),
        site: &context.site.host,
        publication,
        article,
        n_comments: n_comments(thread),
        errata: errata_html(context, &Listed::of(&thread.errata)),
        discussion: fragment(context, thread),
        json_ld: json_ld::article(context, publication, article, thread),
        feeds: feed::alternates(context, key(thread)),
        page: key(thread).as_str(),
        bar: campaign.map(|campaign| piece(context, campaign)),
    })
}

/// The articles of the edition, the first one leading.
pub fn front_page(
    context: &Context<'_>,
    publication: &Publication,
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
    language: Language,
    texts: &'static Catalogue,
    assets: &'a str,
    title: String,
    canonical: String,
    site: &'a str,
    publication: &'a Publication,
    article: &'a Article,
    n_comments: i64,
    errata: Option<Html<'static>>,
    discussion: Html<'static>,
    json_ld: Html<'static>,
    feeds: Vec<Alternate>,
    /// What the article's page is known by.
    page: &'a str,
    bar: Option<Html<'static>>,
}

impl ArticlePage<'_> {
    /// The article itself, which its author may write as they like.
    fn text(&self) -> Html<'_> {
        Html::written_here(&self.article.html)
    }

    fn day(&self) -> Day<'_> {
        self.texts.long_date(self.article.published_at)
    }

    fn byline(&self) -> String {
        fill(
            &self.texts.publication.by,
            &[("name", &self.article.byline)],
        )
    }

    fn discuss(&self) -> String {
        match self.n_comments {
            0 => self.texts.publication.discuss.clone(),
            n => self.texts.counted(&self.texts.thread.count, n),
        }
    }

    fn credit(&self, picture: &Picture) -> String {
        fill(
            &self.texts.publication.picture,
            &[("credit", &picture.credit)],
        )
    }
}

#[derive(Template)]
#[template(path = "publication/front.html")]
struct FrontPage<'a> {
    language: Language,
    texts: &'static Catalogue,
    assets: &'a str,
    title: String,
    canonical: String,
    publication: &'a Publication,
    lead: Option<&'a Article>,
    rest: &'a [Article],
}

impl FrontPage<'_> {
    /// The day of the edition: of its newest article.
    fn day(&self) -> Option<Day<'_>> {
        let all = self.rest.iter().chain(self.lead);
        all.map(|article| article.published_at)
            .max()
            .map(|time| self.texts.long_date(time))
    }

    fn byline(&self, article: &Article) -> String {
        fill(&self.texts.publication.by, &[("name", &article.byline)])
    }
}

//! The editors' page about articles and what became of their passages.

use askama::Template;
use rejoinder_core::passages::fetching::{FetchOutcome, FetchProblem};
use rejoinder_core::passages::{AnchoringReport, Annotation, AnnotationState, Position, Selector};
use rejoinder_core::publication::settings::{Passages, Questions};
use rejoinder_core::{Page, PassageId, Site, Time};

use crate::catalogue::{self, IsolatedName, PassagesDeskTexts, fill};
use crate::links::{LinkTarget, Links};
use crate::moderation;
use crate::newsroom::{Age, FlashMessage, NewsroomFrame};
use crate::page::rendered;

/// An article with the passages of it that are not as they were quoted.
#[derive(Debug)]
pub struct ArticleRow {
    /// Its page.
    pub page: Page,
    /// Its newest version.
    pub number: i64,
    /// When that came.
    pub made_at: Time,
    /// What became of the passages, once they were looked for.
    pub report: Option<AnchoringReport>,
    /// What readers may do, where that was said of the page itself.
    pub passages: Option<Passages>,
    /// Whether editors ask questions, where that was said of the page itself.
    pub questions: Option<Questions>,
    /// Those that are gone or have other words.
    pub lost: Vec<LostPassage>,
}

/// A passage that is gone or has other words.
#[derive(Debug)]
pub struct LostPassage {
    /// Names it, by what is said or asked of it.
    pub id: PassageId,
    /// The passage.
    pub annotation: Annotation,
    /// Who has said where it stands.
    pub placed_by: Option<String>,
}

/// A passage of which an editor says where it stands.
#[derive(Debug)]
pub struct PlacingForm<'a> {
    /// The article's page.
    pub page: &'a Page,
    /// Names the passage.
    pub id: PassageId,
    /// The passage.
    pub annotation: &'a Annotation,
    /// The article's newest version, of which these are places.
    pub number: i64,
    /// The places that may be meant, the likeliest first.
    pub places: &'a [Selector],
    /// The words that were pasted.
    pub pasted: &'a str,
    /// Why they were not taken.
    pub problem: Option<&'a str>,
}

/// An article whose text was asked for.
#[derive(Debug)]
pub struct FetchRow {
    /// Its page.
    pub page: Page,
    /// When an editor asked for it.
    pub asked_at: Time,
    /// How it ended; nothing while it is under way.
    pub ended: Option<FetchOutcome>,
    /// The article's newest version after it.
    pub version: Option<i64>,
}

/// What was typed to have a text fetched, and why it is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchForm<'a> {
    /// The address of the article.
    pub page: &'a str,
    /// Why not.
    pub problem: Option<&'a str>,
}

/// The articles of a site as a page.
#[derive(Debug, Template)]
#[template(path = "passages/articles.html")]
pub struct ArticlesPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The articles, the one that changed last first.
    pub rows: &'a [ArticleRow],
    /// The passage that is placed.
    pub placing: Option<PlacingForm<'a>>,
    /// The articles whose text was asked for last.
    pub fetches: &'a [FetchRow],
    /// The form that has another one fetched.
    pub to_fetch: FetchForm<'a>,
}

/// What the list of articles is called.
pub fn title(site: &Site) -> &'static str {
    texts(site).title
}

/// What was just done, by the word that the address carries.
pub fn flash(site: &Site, code: &str) -> Option<FlashMessage> {
    match code {
        "saved" => Some(FlashMessage::new(texts(site).flash_saved)),
        "placed" => Some(FlashMessage::new(texts(site).flash_placed)),
        "fetching" => Some(FlashMessage::new(texts(site).flash_fetching)),
        _ => None,
    }
}

/// Why the text of an article could not be fetched, as a sentence in the language of the site.
pub fn fetch_problem(site: &Site, problem: FetchProblem) -> String {
    let texts = &texts(site).fetch_problems;
    let text = match problem {
        FetchProblem::Elsewhere => texts.elsewhere,
        FetchProblem::Forbidden => texts.forbidden,
        FetchProblem::Redirects => texts.redirects,
        FetchProblem::Timeout => texts.timeout,
        FetchProblem::Unreachable => texts.unreachable,
        FetchProblem::Status(status) => return fill(texts.status, &[("n", &status)]),
        FetchProblem::TooLarge => texts.too_large,
        FetchProblem::NotHtml => texts.not_html,
        FetchProblem::NotUtf8 => texts.not_utf8,
        FetchProblem::NoArticle => texts.no_article,
        FetchProblem::Empty => texts.empty,
        FetchProblem::GivenUp => texts.given_up,
    };
    text.to_owned()
}

/// The articles of a site as a page.
pub fn articles_page(page: &ArticlesPage<'_>) -> String {
    rendered(page)
}

fn texts(site: &Site) -> &'static PassagesDeskTexts {
    &catalogue::of(site.settings.language).passages.desk
}

impl<'a> ArticlesPage<'a> {
    fn texts(&self) -> &'static PassagesDeskTexts {
        texts(self.frame.site)
    }

    fn page_title(&self, page: &'a Page) -> &'a str {
        moderation::title(page)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    /// What readers of an article can be allowed: the word, what it is called, and whether it is so. First
    /// what the site's setting says.
    fn choices(&self, passages: &Option<Passages>) -> Vec<(&'static str, String, bool)> {
        let site = self.frame.site.settings.passages.as_str();
        let own = passages.map(Passages::as_str);
        self.offered("passages", site, own, &Passages::ALL.map(Passages::as_str))
    }

    /// The same of questions.
    fn question_choices(&self, questions: &Option<Questions>) -> Vec<(&'static str, String, bool)> {
        let site = self.frame.site.settings.questions.as_str();
        let own = questions.map(Questions::as_str);
        self.offered(
            "questions",
            site,
            own,
            &Questions::ALL.map(Questions::as_str),
        )
    }

    /// The words of a setting that can be chosen for a page, after what the `site` has.
    fn offered(
        &self,
        setting: &str,
        site: &str,
        own: Option<&str>,
        words: &[&'static str],
    ) -> Vec<(&'static str, String, bool)> {
        let language = self.frame.site.settings.language;
        let choices = &catalogue::of(language).settings.choices;
        let name = |word: &str| {
            let text = choices.get(&format!("{setting}.{word}"));
            text.unwrap_or_default().to_owned()
        };
        let usual = fill(self.texts().as_site, &[("choice", &name(site))]);
        let mut all = vec![("", usual, own.is_none())];
        all.extend(
            words
                .iter()
                .map(|word| (*word, name(word), own == Some(*word))),
        );
        all
    }

    /// Where a passage is with its discussion.
    fn link(&self, page: &Page, id: &PassageId) -> String {
        let links = Links::new("", self.frame.site, &page.key);
        links.to(LinkTarget::Passage(*id)).to_string()
    }

    /// Where an editor says where a passage stands.
    fn place(&self, page: &Page, id: &PassageId) -> String {
        let host = &self.frame.site.host;
        format!("/edit/{host}/passages?of={}&place={id}#place", page.id)
    }

    /// What came of asking for a text.
    fn came_of(&self, row: &FetchRow) -> String {
        let texts = self.texts();
        let version = row.version.unwrap_or(0);
        match row.ended {
            None => texts.fetch_waits.to_owned(),
            Some(FetchOutcome::New) => fill(texts.fetch_new, &[("n", &version)]),
            Some(FetchOutcome::Same) => fill(texts.fetch_same, &[("n", &version)]),
            Some(FetchOutcome::Failed(problem)) => fetch_problem(self.frame.site, problem),
        }
    }

    fn has_failed(&self, row: &FetchRow) -> bool {
        matches!(row.ended, Some(FetchOutcome::Failed(_)))
    }

    /// Whether the text can be asked for: the page has an address.
    fn can_fetch(&self, page: &Page) -> bool {
        page.key.url().is_some()
    }

    fn placed_by(&self, name: &str) -> String {
        fill(self.texts().placed_by, &[("name", &IsolatedName(name))])
    }

    /// What a form sends of a place.
    fn at(&self, place: &Selector) -> String {
        let Position { start, end } = place.position.unwrap_or(Position { start: 0, end: 0 });
        format!("{start}-{end}")
    }

    /// The words that stand where the passage stood.
    fn now(&self, annotation: &'a Annotation) -> Option<&'a str> {
        let is_changed = annotation.state == AnnotationState::Changed;
        is_changed.then(|| annotation.to_find().quote.exact.as_str())
    }
}

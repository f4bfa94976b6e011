//! The owners' pages about campaigns and their ledger.

use askama::Template;
use rejoinder_core::funding::processors::Processor;
use rejoinder_core::funding::{
    Campaign, CampaignPhase, CampaignProblem, CampaignProgress, EntryKind, Money,
};
use rejoinder_core::{CampaignId, EntryId, Site, Time};

use super::{CampaignView, words};
use crate::catalogue::{self, Catalogue, FundingDeskTexts, fill};
use crate::links::encoded;
use crate::newsroom::{Age, FlashMessage, NewsroomFrame};
use crate::page::rendered;

/// A campaign in the list, with how far it has come.
#[derive(Debug)]
pub struct CampaignRow {
    /// The campaign.
    pub campaign: Campaign,
    /// How far it has come.
    pub standing: CampaignProgress,
}

/// What was typed into a campaign's form, and why it was not taken.
#[derive(Debug, Clone, Default)]
pub struct CampaignForm {
    /// The title.
    pub title: String,
    /// What the money is for.
    pub about: String,
    /// The currency.
    pub currency: String,
    /// The goal, in decimals.
    pub goal: String,
    /// Whether each month counts anew.
    pub is_monthly: bool,
    /// Whether its page names those who gave.
    pub names_supporters: bool,
    /// The milestones, one a line.
    pub milestones: String,
    /// With what the addresses of its pages begin.
    pub section: String,
    /// Where one gives.
    pub url: String,
    /// Its first day.
    pub starts: String,
    /// Its last day.
    pub ends: String,
    /// Why not.
    pub problem: Option<String>,
}

/// An entry of the ledger, as its owner reads it.
#[derive(Debug)]
pub struct LedgerRow {
    /// Names it.
    pub id: EntryId,
    /// What it stands for.
    pub kind: EntryKind,
    /// The amount that moved, with its sign.
    pub money: Money,
    /// When the money moved.
    pub occurred_at: Time,
    /// When it was written down.
    pub received_at: Time,
    /// The word of who told of it.
    pub source: String,
    /// What its source calls it.
    pub external_id: String,
    /// What was noted.
    pub note: String,
    /// Who wrote it, where somebody did.
    pub made_by: Option<String>,
    /// Whether a counter-entry takes it back.
    pub is_countered: bool,
    /// What is known of who gave it.
    pub giver: Option<GiverRow>,
    /// Whether somebody can still show that they gave it.
    pub can_be_claimed: bool,
}

/// What the newsroom is told of who gave.
#[derive(Debug)]
pub struct GiverRow {
    /// The name.
    pub name: Option<String>,
    /// Whether everyone may know it.
    pub is_public: bool,
    /// Whether somebody has made the gift their own.
    pub is_claimed: bool,
}

/// An address at which a processor tells of payments.
#[derive(Debug)]
pub struct HookRow {
    /// Names it.
    pub id: i64,
    /// Who tells.
    pub processor: Processor,
    /// The address; nothing where no key opens its secret.
    pub address: Option<String>,
    /// Whether all is known that it takes.
    pub is_whole: bool,
    /// Which account it is there, once it is known.
    pub account: Option<String>,
    /// By which words its payments say for which campaign they are.
    pub purposes: Vec<(String, CampaignId)>,
}

/// A message of a processor, without what it said.
#[derive(Debug)]
pub struct MessageRow {
    /// At which address it came.
    pub hook: i64,
    /// When it arrived.
    pub received_at: Time,
    /// What its processor calls it; empty where it was not read.
    pub event: String,
    /// The word of what became of it.
    pub outcome: String,
}

/// The campaigns of a site.
#[derive(Debug, Template)]
#[template(path = "funding/campaigns.html")]
pub struct CampaignsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The campaigns, the newest first.
    pub rows: &'a [CampaignRow],
    /// The form for another one.
    pub typed: &'a CampaignForm,
}

/// One campaign with its ledger.
#[derive(Debug, Template)]
#[template(path = "funding/campaign.html")]
pub struct CampaignPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// The server's own address.
    pub base: &'a str,
    /// The campaign.
    pub row: &'a CampaignRow,
    /// The form that changes it.
    pub typed: &'a CampaignForm,
    /// What was typed to be written down: amount, currency, day, note.
    pub by_hand: [&'a str; 4],
    /// Why that was not taken.
    pub problem: Option<&'a str>,
    /// Drawn for the form, so that one that is sent twice counts once.
    pub once: &'a str,
    /// The newest entries first.
    pub entries: &'a [LedgerRow],
    /// The processors that tell of payments.
    pub hooks: &'a [HookRow],
    /// The campaigns of the site with their titles, for what payments can be.
    pub campaigns: &'a [(CampaignId, String)],
    /// Why one could not be connected.
    pub about_hooks: Option<&'a str>,
    /// What they told lately, the newest first.
    pub messages: &'a [MessageRow],
    /// Why a file could not be read.
    pub about_table: Option<&'a str>,
    /// The entry for which a code was drawn, and the code.
    pub code: Option<&'a (EntryId, String)>,
    /// Where the entries go on.
    pub next: Option<String>,
}

/// What the list of campaigns is called.
pub fn title(site: &Site) -> &'static str {
    desk(site).title
}

/// The campaigns of a site as a page.
pub fn campaigns_page(page: &CampaignsPage<'_>) -> String {
    rendered(page)
}

/// One campaign with its ledger as a page.
pub fn campaign_page(page: &CampaignPage<'_>) -> String {
    rendered(page)
}

/// Why a campaign cannot be as it was typed.
pub fn campaign_problem(site: &Site, why: CampaignProblem) -> String {
    problem(site, why.as_str())
}

/// The sentence about what is wrong, by its word.
pub fn problem(site: &Site, word: &str) -> String {
    let problems = &texts(site).funding.problems;
    problems.get(word).unwrap_or_default().to_owned()
}

/// That there is no room for another campaign.
pub fn problem_full(site: &Site, max: usize) -> String {
    fill(&problem(site, "full"), &[("max", &max)])
}

/// That there is no room for another processor.
pub fn problem_hooks_full(site: &Site, max: usize) -> String {
    fill(&problem(site, "hooks_full"), &[("max", &max)])
}

/// That there is no room for another word of payments.
pub fn problem_purposes_full(site: &Site, max: usize) -> String {
    fill(&problem(site, "purposes_full"), &[("max", &max)])
}

/// What was just done, by the word that the address carries.
pub fn flash(site: &Site, code: &str) -> Option<FlashMessage> {
    let texts = desk(site);
    let text = match code {
        "added" => &texts.added,
        "saved" => &texts.saved,
        "hidden" => &texts.now_hidden,
        "shown" => &texts.now_shown,
        "written" => &texts.written,
        "taken-back" => &texts.was_taken_back,
        "connected" => &texts.connected,
        "disconnected" => &texts.disconnected,
        "asked" => &texts.asked,
        "settled" => &texts.settled,
        "nothing" => &texts.nothing,
        _ => return None,
    };
    Some(FlashMessage::new(text))
}

fn texts(site: &Site) -> &'static Catalogue {
    catalogue::of(site.settings.language)
}

fn desk(site: &Site) -> &'static FundingDeskTexts {
    &texts(site).funding.desk
}

impl CampaignRow {
    fn shown(&self) -> CampaignView<'_> {
        CampaignView {
            campaign: &self.campaign,
            standing: &self.standing,
        }
    }

    fn figures(&self, texts: &Catalogue, now: Time) -> String {
        let parts = words::parts(texts, self.shown(), now);
        let figures = std::iter::once(words::figures(texts, self.shown()));
        figures.chain(parts).collect::<Vec<_>>().join(" · ")
    }

    fn phase<'a>(&self, texts: &'a FundingDeskTexts) -> &'a str {
        match self.standing.phase {
            _ if self.campaign.hidden_at.is_some() => texts.hidden,
            CampaignPhase::Upcoming => texts.upcoming,
            CampaignPhase::Running => texts.running,
            CampaignPhase::Ended => texts.ended,
        }
    }
}

impl CampaignsPage<'_> {
    fn texts(&self) -> &'static FundingDeskTexts {
        desk(self.frame.site)
    }

    fn action(&self) -> String {
        format!("/admin/{}/campaigns", self.frame.site.host)
    }

    fn figures(&self, row: &CampaignRow) -> String {
        row.figures(texts(self.frame.site), self.frame.now)
    }

    const fn is_new(&self) -> bool {
        true
    }
}

impl CampaignPage<'_> {
    fn texts(&self) -> &'static FundingDeskTexts {
        desk(self.frame.site)
    }

    fn all(&self) -> String {
        format!("/admin/{}/campaigns", self.frame.site.host)
    }

    fn action(&self) -> String {
        format!("{}/{}", self.all(), self.row.campaign.id)
    }

    const fn is_new(&self) -> bool {
        false
    }

    fn figures(&self) -> String {
        self.row.figures(texts(self.frame.site), self.frame.now)
    }

    fn beside(&self) -> Option<String> {
        words::beside(texts(self.frame.site), self.row.shown())
    }

    fn money(&self, money: &Money) -> String {
        words::money(texts(self.frame.site), *money)
    }

    fn kind(&self, kind: &EntryKind) -> &'static str {
        let kinds = &self.texts().kinds;
        kinds.get(kind.as_str()).unwrap_or_default()
    }

    fn source<'a>(&self, source: &'a str) -> &'a str
    where
        'static: 'a,
    {
        match source {
            "manual" => self.texts().manual,
            "statement" => self.texts().from_statement,
            other => self.texts().processors.get(other).unwrap_or(other),
        }
    }

    /// What a processor is called, by its word in the ledger or in the log.
    fn processor(&self, processor: &Processor) -> &'static str {
        let names = &self.texts().processors;
        names.get(processor.as_str()).unwrap_or_default()
    }

    fn processors(&self) -> Vec<(&'static str, &'static str)> {
        let all = Processor::ALL.into_iter();
        all.map(|own| (own.as_str(), self.processor(&own)))
            .collect()
    }

    /// How the account at a processor is called there.
    fn account_label(&self, processor: &Processor) -> &'static str {
        let labels = &self.texts().accounts;
        labels.get(processor.as_str()).unwrap_or_default()
    }

    /// How the key for questions is called there.
    fn key_label(&self, processor: &Processor) -> &'static str {
        let labels = &self.texts().keys;
        labels.get(processor.as_str()).unwrap_or_default()
    }

    fn title_of(&self, campaign: &CampaignId) -> &str {
        let found = self.campaigns.iter().find(|(id, _)| id == campaign);
        found.map_or("", |(_, title)| title)
    }

    /// At which address a message came.
    fn came_from(&self, message: &MessageRow) -> &'static str {
        let hook = self.hooks.iter().find(|own| own.id == message.hook);
        hook.map_or("", |own| self.processor(&own.processor))
    }

    fn outcome<'b>(&self, word: &'b str) -> &'b str
    where
        'static: 'b,
    {
        let outcomes = &self.texts().outcomes;
        outcomes.get(word).unwrap_or(word)
    }

    fn age(&self, time: &Time) -> Age {
        self.frame.age(time)
    }

    fn day(&self, time: &Time) -> String {
        texts(self.frame.site).date(*time).to_string()
    }

    /// The code that was drawn, with where it is entered.
    fn drawn(&self, entry: &EntryId) -> String {
        let gifts = format!("{}/account/{}/gifts", self.base, self.frame.site.host);
        fill(
            self.texts().code_drawn,
            &[("entry", entry), ("url", &gifts)],
        )
    }

    fn by(&self, name: &str) -> String {
        fill(self.texts().by, &[("name", &name)])
    }

    /// What a row notes; of a counter-entry, which entry it takes back, too.
    fn note(&self, row: &LedgerRow) -> String {
        let taken = row.external_id.parse().ok().map(EntryId);
        let taken = taken.filter(|_| row.kind == EntryKind::Correction);
        let taken = taken.map(|id| fill(self.texts().takes_back, &[("id", &id)]));
        let note = Some(row.note.clone()).filter(|note| !note.is_empty());
        taken.into_iter().chain(note).collect::<Vec<_>>().join(". ")
    }

    fn page(&self) -> String {
        let (host, id) = (encoded(&self.frame.site.host), self.row.campaign.id);
        format!("{}/embed/campaign?site={host}&campaign={id}", self.base)
    }

    /// What is put into a page.
    fn snippet(&self) -> String {
        let (base, host) = (self.base, &self.frame.site.host);
        let (id, page) = (self.row.campaign.id, self.page().replace('&', "&amp;"));
        format!(
            "<script src=\"{base}/funding.js\" async></script>\n\
             <rejoinder-funding site=\"{host}\" campaign=\"{id}\">\
             <a href=\"{page}\">{}</a></rejoinder-funding>",
            self.texts().support
        )
    }

    fn in_frame(&self) -> String {
        let page = self.page().replace('&', "&amp;");
        let title = markup::escape(&self.row.campaign.draft.title);
        format!("<iframe src=\"{page}\" title=\"{title}\" width=\"100%\" height=\"480\"></iframe>")
    }

    fn as_picture(&self) -> String {
        let page = self.page().replace('&', "&amp;");
        let picture = page.replace("/embed/campaign?", "/embed/campaign.svg?");
        let title = markup::escape(&self.row.campaign.draft.title);
        format!(
            "<a href=\"{page}\"><img src=\"{picture}\" width=\"600\" height=\"96\" alt=\"{title}\"></a>"
        )
    }
}

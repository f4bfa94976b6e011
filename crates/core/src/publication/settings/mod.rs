//! What a publisher can set for a site.

mod about;
mod change;
mod choices;
mod hidden;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::discussion::reaction;
use crate::discussion::sort::Sort;
use crate::publication::language::Language;
use crate::publication::origin;

pub use about::{SettingDescription, SettingGroup, SettingType};
pub use change::{MAX_MARKDOWN, MAX_TEXT};
pub use choices::{
    AgreedSort, BannedWords, Bubble, DeskMailPace, EmailPolicy, GuestPolicy, Images, IssoApi,
    LinkCards, Mentions, ModerationMode, Passages, Pictures, ProofOfWork, Questions, ReaderPages,
    ReceiptMails, SourceChecks, SpamCheckMode, Voting, WebsitePolicy,
};
pub use hidden::{HIDDEN, HiddenText};

/// A site's rules. Every value has a default that is safe; see [`Settings::ABOUT`] for what each takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The publication's name.
    pub title: String,
    /// The language of the interface.
    pub language: Language,
    /// The colour of links and buttons, as `#rrggbb`; none when empty.
    pub accent: String,
    /// The fonts of pages and mails, with commas between them; the system's when empty.
    pub font: String,
    /// The order that readers meet first.
    pub sort: Sort,
    /// Roots on the first page and in each further one.
    pub roots_per_page: usize,
    /// Replies shown under each comment at first.
    pub replies_shown: usize,
    /// The longest comment, in graphemes.
    pub max_graphemes: usize,
    /// The most links in a comment.
    pub max_links: usize,
    /// How long authors may edit.
    pub edit_window_minutes: u32,
    /// Which votes are taken.
    pub voting: Voting,
    /// The words that readers may react with, with commas between them.
    pub reactions: String,
    /// Which of these words count for a comment, with commas between them.
    pub liked_reactions: String,
    /// For how long a new comment's score stays hidden.
    pub hide_scores_minutes: u32,
    /// Comments with a lower score are collapsed at first.
    pub collapse_below: i64,
    /// Whether readers may put comments in the order of what both sides like.
    pub agreed_sort: AgreedSort,
    /// Whether a bubble leads to the thread from elsewhere on the page.
    pub bubble: Bubble,
    /// Whether one may write without an account.
    pub guests: GuestPolicy,
    /// Whether guests are asked for an e-mail address.
    pub email: EmailPolicy,
    /// Whether guests are asked for a website.
    pub website: WebsitePolicy,
    /// Names that only the newsroom may use, with commas between them.
    pub protected_names: String,
    /// What stands above the form, in Markdown.
    pub message: String,
    /// What is asked of writers, in Markdown.
    pub guidelines: String,
    /// When comments appear.
    pub mode: ModerationMode,
    /// What becomes of a comment with a banned word.
    pub banned_words: BannedWords,
    /// Pages close so many days after they were first seen; 0 means never.
    pub close_after_days: u32,
    /// The same text by the same author within so many minutes waits; 0 means never.
    pub repeat_minutes: u32,
    /// Comments with more links wait.
    pub hold_over_links: usize,
    /// Comments of an author who wrote so many in the last ten minutes wait; 0 means never.
    pub hold_over_rate: u32,
    /// Comments wait that moderators would refuse with at least this probability; 0 means never.
    pub hold_learned_percent: u32,
    /// When the writer's browser is asked for a proof of work.
    pub proof_of_work: ProofOfWork,
    /// The program outside that is asked about comments: its address, or `akismet`.
    pub external_url: String,
    /// What is shared with that program.
    pub external_key: HiddenText,
    /// Whether a program outside is asked about comments.
    pub external: SpamCheckMode,
    /// The comments of an author wait until so many of them are published; 0 means never.
    pub approve_first: u32,
    /// A comment waits when so many readers have flagged it; 0 means never.
    pub hold_after_flags: u32,
    /// How often moderators are told by mail that comments wait.
    pub desk_mail: DeskMailPace,
    /// Which links that stand alone in a comment unfold into a card.
    pub link_cards: LinkCards,
    /// The sites whose links do, when only listed ones do.
    pub link_card_sites: String,
    /// The largest file of a recording, in millions of bytes.
    pub max_recording_mb: u32,
    /// The files of all recordings together, in millions of bytes.
    pub max_recordings_mb: u32,
    /// Whether comments can mention people who wrote on the page.
    pub mentions: Mentions,
    /// Whether readers may show a picture.
    pub pictures: Pictures,
    /// Whether comments may carry pictures.
    pub images: Images,
    /// Whether readers may have a page with what they wrote.
    pub reader_pages: ReaderPages,
    /// What readers may say of single passages of an article.
    pub passages: Passages,
    /// Whether comments on passages may carry sources.
    pub source_checks: SourceChecks,
    /// Whether editors ask readers questions of single passages.
    pub questions: Questions,
    /// Whether whoever gave is mailed the receipt of it.
    pub receipt_mails: ReceiptMails,
    /// Whether the scripts of Isso may read and write here.
    pub isso_api: IssoApi,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: String::new(),
            language: Language::English,
            accent: String::new(),
            font: String::new(),
            sort: Sort::Newest,
            roots_per_page: 20,
            replies_shown: 3,
            max_graphemes: MAX_GRAPHEMES,
            max_links: 20,
            edit_window_minutes: 15,
            voting: Voting::UpAndDown,
            reactions: String::new(),
            liked_reactions: String::new(),
            hide_scores_minutes: 0,
            collapse_below: -5,
            agreed_sort: AgreedSort::Off,
            bubble: Bubble::Off,
            guests: GuestPolicy::Welcome,
            email: EmailPolicy::Optional,
            website: WebsitePolicy::Unasked,
            protected_names: String::new(),
            message: String::new(),
            guidelines: String::new(),
            mode: ModerationMode::After,
            banned_words: BannedWords::Refuse,
            close_after_days: 0,
            repeat_minutes: 6,
            hold_over_links: 3,
            hold_over_rate: 0,
            hold_learned_percent: 95,
            proof_of_work: ProofOfWork::UnderLoad,
            external_url: String::new(),
            external_key: HiddenText::default(),
            external: SpamCheckMode::Off,
            approve_first: 0,
            hold_after_flags: 5,
            desk_mail: DeskMailPace::Off,
            link_cards: LinkCards::On,
            link_card_sites: String::new(),
            max_recording_mb: 500,
            max_recordings_mb: 10_000,
            mentions: Mentions::On,
            pictures: Pictures::Off,
            images: Images::Off,
            reader_pages: ReaderPages::Off,
            passages: Passages::Off,
            source_checks: SourceChecks::Off,
            questions: Questions::On,
            receipt_mails: ReceiptMails::Off,
            isso_api: IssoApi::Off,
        }
    }
}

/// The longest comment that a site can take, in graphemes.
pub const MAX_GRAPHEMES: usize = 10_000;

impl Settings {
    /// Every setting, in the order in which owners meet them.
    pub const ABOUT: [SettingDescription; 50] = about::ABOUT;

    /// The keys of the reactions that count for a comment: of those that are offered.
    pub fn liked(&self) -> Vec<String> {
        let mut keys = reaction::keys(&self.liked_reactions);
        keys.retain(|key| reaction::is_offered(&self.reactions, key));
        keys
    }

    /// Whether the sides that readers are on are looked for: votes against are needed to tell.
    pub fn finds_sides(&self) -> bool {
        self.agreed_sort == AgreedSort::On && self.voting == Voting::UpAndDown
    }

    /// The largest file of a recording, in bytes.
    pub fn max_recording_bytes(&self) -> i64 {
        i64::from(self.max_recording_mb) * 1_000_000
    }

    /// The files of all recordings together, in bytes.
    pub fn max_recordings_bytes(&self) -> i64 {
        i64::from(self.max_recordings_mb) * 1_000_000
    }

    /// Whether a link to `url`, a web address, unfolds into a card.
    pub fn unfolds(&self, url: &str) -> bool {
        match self.link_cards {
            LinkCards::Off => false,
            LinkCards::On => true,
            LinkCards::Listed => {
                crate::discussion::card::host(url).is_some_and(|host| self.lists(host))
            }
            LinkCards::Unlisted => {
                crate::discussion::card::host(url).is_some_and(|host| !self.lists(host))
            }
        }
    }

    fn lists(&self, host: &str) -> bool {
        // With a dot at its end a name is the same place.
        let host = host.trim_end_matches('.');
        let listed = entries("link_card_sites", &self.link_card_sites);
        listed
            .filter_map(|own| origin::parse_host(own).ok())
            .any(|own| {
                let rest = host.strip_suffix(&own);
                rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
    }

    /// The settings as a map from key to value, with [`HIDDEN`] for what is not shown.
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = self.all_fields();
        for (key, value) in &mut fields {
            if is_hidden(key) && value.as_str().is_some_and(|text| !text.is_empty()) {
                *value = Value::String(HIDDEN.to_owned());
            }
        }
        fields
    }

    fn all_fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }
}

/// Whether the value of `key` is kept and never shown.
fn is_hidden(key: &str) -> bool {
    key == "external_key"
}

/// The entries of a setting that is a list.
fn entries<'a>(key: &str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let ends: &[char] = match key {
        "link_card_sites" => &[' ', ',', ';', '\t', '\n', '\r'],
        _ => &[','],
    };
    text.split(ends)
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests;

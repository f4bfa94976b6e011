//! The owner's pages: settings, words, people.

use askama::Template;
use rejoinder_core::identity::author::Role;
use rejoinder_core::publication::language::Language;
use rejoinder_core::publication::settings::{
    BannedWords, SettingDescription, SettingGroup, SettingType,
};
use rejoinder_core::{Author, Site};

use crate::catalogue::{self, NewsroomTexts, SettingsTexts};
use crate::look::ShownLogo;
use crate::newsroom::NewsroomFrame;
use crate::page::rendered;

/// A setting in the form.
#[derive(Debug, Clone)]
pub struct SettingField {
    /// What it is about.
    pub about: SettingDescription,
    /// What it is, or what was typed.
    pub value: String,
    /// What it is where nobody has said.
    pub usual: String,
    /// Why what was typed is not taken.
    pub problem: Option<String>,
}

impl SettingField {
    /// What it does.
    fn label(&self, language: &Language) -> &'static str {
        catalogue::setting(*language, self.about.key)
    }

    /// What a word that can be chosen means.
    fn choice<'a>(&self, texts: &'a SettingsTexts, word: &'a str) -> &'a str {
        let key = format!("{}.{word}", self.about.key);
        texts.choices.get(&key).unwrap_or(word)
    }

    /// The words that can be chosen, each with its label and whether it is chosen.
    fn choices<'a>(&self, texts: &'a SettingsTexts) -> Vec<(&'static str, &'a str, bool)> {
        let SettingType::Choice(words) = self.about.takes else {
            return Vec::new();
        };
        let choice = |word: &&'static str| (*word, self.choice(texts, word), *word == self.value);
        words.iter().map(choice).collect()
    }

    /// The bounds of a number.
    fn bounds(&self) -> Option<(i64, i64)> {
        match self.about.takes {
            SettingType::Number(least, most) => Some((least, most)),
            SettingType::Text(_) | SettingType::Markdown | SettingType::Choice(_) => None,
        }
    }

    fn is_long(&self) -> bool {
        self.about.takes == SettingType::Markdown
    }

    /// What it is where nobody has said, as the form calls it.
    fn usually<'a>(&'a self, texts: &'a SettingsTexts) -> &'a str {
        match self.about.takes {
            SettingType::Choice(_) => self.choice(texts, &self.usual),
            _ if self.usual.is_empty() => texts.empty,
            _ => &self.usual,
        }
    }
}

/// The settings of a site as a form.
#[derive(Debug, Template)]
#[template(path = "publication/settings.html")]
pub struct SettingsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// Every setting.
    pub fields: &'a [SettingField],
    /// Tells whether the site is still as it was when the form was shown.
    pub seen: &'a str,
    /// The site whose logo is shown.
    pub logo_of: &'a Site,
    /// Why another logo is not taken.
    pub logo_problem: Option<&'a str>,
    /// The origins that may embed the site, one on each line.
    pub origins: &'a str,
    /// Why they are not taken.
    pub origins_problem: Option<&'a str>,
    /// Why nothing was saved.
    pub problem: Option<&'a str>,
}

impl SettingsPage<'_> {
    fn texts(&self) -> &'static SettingsTexts {
        &catalogue::of(self.frame.site.settings.language).settings
    }

    fn shown_logo(&self) -> Option<ShownLogo> {
        ShownLogo::of("", self.logo_of)
    }

    /// Each group with its title and its settings.
    fn groups(&self) -> Vec<(&'static str, &'static str, Vec<&SettingField>)> {
        let of = |group: SettingGroup| {
            let own = self
                .fields
                .iter()
                .filter(|field| field.about.group == group);
            let title = self.texts().groups.get(group.as_str());
            let title = title.unwrap_or_default();
            (group.as_str(), title, own.collect())
        };
        SettingGroup::ALL.into_iter().map(of).collect()
    }
}

/// The settings of a site as a page.
pub fn settings_page(page: &SettingsPage<'_>) -> String {
    rendered(page)
}

/// The lists of words as a form.
#[derive(Debug, Template)]
#[template(path = "publication/words.html")]
pub struct WordsPage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// One entry on each line.
    pub banned: &'a str,
    /// One entry on each line.
    pub suspect: &'a str,
    /// Why nothing was saved.
    pub problem: Option<&'a str>,
}

impl WordsPage<'_> {
    fn is_banned_held(&self) -> bool {
        self.frame.site.settings.banned_words == BannedWords::Hold
    }
}

/// The lists of words as a page.
pub fn words_page(page: &WordsPage<'_>) -> String {
    rendered(page)
}

/// One of the newsroom.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The colleague's account.
    pub author: Author,
    /// Their address.
    pub email: String,
    /// Whether it is the one who looks.
    pub is_self: bool,
    /// Whether the link for them has not been used yet.
    pub is_invited: bool,
    /// The groups of pages: id, name, and whether this moderator is limited to it.
    pub groups: Vec<(i64, String, bool)>,
}

impl PersonRow {
    fn roles<'a>(&self, texts: &'a NewsroomTexts) -> Vec<(&'static str, &'a str, bool)> {
        let line = |role: Role| {
            let is_own = role == self.author.role;
            (role.as_str(), called(texts, role), is_own)
        };
        Role::ALL.into_iter().rev().map(line).collect()
    }
}

/// What a role may do, in a word or two.
fn called(texts: &NewsroomTexts, role: Role) -> &str {
    let texts = &texts.roles;
    match role {
        Role::Reader => texts.is_reader,
        Role::Staff => texts.is_staff,
        Role::Editor => texts.is_editor,
        Role::Moderator => texts.is_moderator,
        Role::Owner => texts.is_owner,
    }
}

/// Somebody who is let in.
#[derive(Debug, Clone, Default)]
pub struct InvitationForm {
    /// Their address, or what was typed.
    pub email: String,
    /// The link that signs them in, once it is made.
    pub link: Option<String>,
}

/// The newsroom as a page.
#[derive(Debug, Template)]
#[template(path = "publication/people.html")]
pub struct PeoplePage<'a> {
    /// What stands around it.
    pub frame: &'a NewsroomFrame<'a>,
    /// Those who may do most first.
    pub people: &'a [PersonRow],
    /// Somebody who is let in.
    pub invitation: &'a InvitationForm,
    /// Why something was not done.
    pub problem: Option<&'a str>,
}

impl PeoplePage<'_> {
    fn roles(&self) -> Vec<(&'static str, &'static str)> {
        let given = Role::ALL
            .into_iter()
            .rev()
            .filter(|role| *role > Role::Reader);
        let texts = self.frame.texts();
        given
            .map(|role| (role.as_str(), called(texts, role)))
            .collect()
    }
}

/// The newsroom as a page.
pub fn people_page(page: &PeoplePage<'_>) -> String {
    rendered(page)
}

//! Sources for or against a passage, which a comment or a correction of it can carry.
//!
//! What readers and editors say of them is shown beside the comment and never changes it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::discussion::ranking::wilson_lower_bound;
use crate::discussion::text::is_blank;
use crate::discussion::vote::VoteTally;
use crate::identity::author::Role;
use crate::refusal::Refusal;
use crate::time::Time;

use super::selector::Quote;

/// The most sources of one check.
pub const MAX_SOURCES: usize = 5;
/// The longest claim, in characters.
pub const MAX_CLAIM: usize = 280;
/// The longest quote from a source, in characters.
pub const MAX_QUOTE: usize = 300;
/// The longest title of a source, and name of who claims something, in characters.
pub const MAX_NAME: usize = 200;
/// The longest note of an editor, in characters.
pub const MAX_NOTE: usize = 500;
/// So many readers have answered before their answers count as agreement.
const MIN_ANSWERS: i64 = 5;
/// How sure it must be that most think so: the lower bound of their share, in billionths.
const MOST: i64 = 500_000_000;

/// What the sources are said to do to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// They support it.
    Supports,
    /// They contradict it.
    Contradicts,
    /// They say what else there is to know.
    Context,
    /// Whoever gives them cannot tell.
    CannotTell,
}

impl Stance {
    /// All of them, in the order they are offered in.
    pub const ALL: [Self; 4] = [
        Self::Supports,
        Self::Contradicts,
        Self::Context,
        Self::CannotTell,
    ];

    /// The word of the API and of forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Supports => "supports",
            Self::Contradicts => "contradicts",
            Self::Context => "context",
            Self::CannotTell => "cannot_tell",
        }
    }

    /// The stance of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }
}

/// One source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its address, as the URL gate gave it back.
    pub url: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// The day on which it was published, as `2026-11-29`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
}

/// The sources that somebody gives, and what for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// What they are about.
    pub claim: String,
    /// Who claims it, where an editor says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimant: Option<String>,
    /// What they do to it.
    pub stance: Stance,
    /// One to [`MAX_SOURCES`].
    pub list: Vec<Source>,
}

/// How often a question was answered with what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerCounts {
    /// Yes.
    pub yes: i64,
    /// Partly.
    pub partly: i64,
    /// No.
    pub no: i64,
}

/// What readers are asked of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceQuestion {
    /// Does the source say this?
    Says,
    /// Is it relevant?
    Relevant,
}

/// What they can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceAnswer {
    /// Yes.
    Yes,
    /// Partly.
    Partly,
    /// No.
    No,
}

/// An editor's word that a check holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// When the editor gave it.
    pub at: Time,
    /// What the editor says of it.
    pub note: String,
}

/// The sources that a comment carries, and what others make of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCheck {
    /// What its author gave.
    pub sources: Sources,
    /// Whether the source says this.
    #[serde(default)]
    pub says: AnswerCounts,
    /// Whether it is relevant.
    #[serde(default)]
    pub relevant: AnswerCounts,
    /// When its author took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Time>,
    /// That an editor has confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmation>,
}

/// What has become of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceCheckStatus {
    /// Not enough is known of it.
    Open,
    /// Readers agree that the sources say this and are relevant.
    Agreed,
    /// Readers agree that they do not say this, or are not relevant.
    Disputed,
    /// Its author took it back.
    Withdrawn,
    /// An editor has confirmed it.
    EditorConfirmed,
}

impl SourceCheckStatus {
    /// The word of the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Agreed => "agreed",
            Self::Disputed => "disputed",
            Self::Withdrawn => "withdrawn",
            Self::EditorConfirmed => "editor_confirmed",
        }
    }
}

impl SourceQuestion {
    /// Both, in the order they are asked in.
    pub const ALL: [Self; 2] = [Self::Says, Self::Relevant];

    /// The word of the API and of forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Says => "says",
            Self::Relevant => "relevant",
        }
    }

    /// The question of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }
}

impl SourceAnswer {
    /// All of them, in the order they are offered in.
    pub const ALL: [Self; 3] = [Self::Yes, Self::Partly, Self::No];

    /// The word of the API and of forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }

    /// The answer of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }
}

impl AnswerCounts {
    /// How often it was answered with `answer`.
    pub const fn of(&self, answer: SourceAnswer) -> i64 {
        match answer {
            SourceAnswer::Yes => self.yes,
            SourceAnswer::Partly => self.partly,
            SourceAnswer::No => self.no,
        }
    }

    /// Whether enough answered, and most of them with `answer` for all that chance can do.
    fn are_mostly(&self, answer: SourceAnswer) -> bool {
        let n = self.yes + self.partly + self.no;
        let up = self.of(answer);
        n >= MIN_ANSWERS && wilson_lower_bound(VoteTally { up, down: n - up }) >= MOST
    }
}

impl SourceCheck {
    /// Whether it speaks against the passage, so that whoever has said something of it should know.
    pub fn challenges(&self) -> bool {
        self.sources.stance == Stance::Contradicts && self.withdrawn_at.is_none()
    }

    /// A check as its author gives it.
    pub const fn new(sources: Sources) -> Self {
        let none = AnswerCounts {
            yes: 0,
            partly: 0,
            no: 0,
        };
        Self {
            sources,
            says: none,
            relevant: none,
            withdrawn_at: None,
            confirmed: None,
        }
    }

    /// What has become of it. A source that says something else, or one beside the point, is enough
    /// to dispute it; only one that says this and is to the point is agreed on.
    pub fn status(&self) -> SourceCheckStatus {
        let both = [&self.says, &self.relevant];
        match () {
            () if self.withdrawn_at.is_some() => SourceCheckStatus::Withdrawn,
            () if self.confirmed.is_some() => SourceCheckStatus::EditorConfirmed,
            () if both.iter().all(|own| own.are_mostly(SourceAnswer::Yes)) => {
                SourceCheckStatus::Agreed
            }
            () if both.iter().any(|own| own.are_mostly(SourceAnswer::No)) => {
                SourceCheckStatus::Disputed
            }
            () => SourceCheckStatus::Open,
        }
    }

    /// How `question` was answered.
    pub const fn answered(&self, question: SourceQuestion) -> AnswerCounts {
        match question {
            SourceQuestion::Says => self.says,
            SourceQuestion::Relevant => self.relevant,
        }
    }

    /// Whether an editor made it as fact checkers do: it says who claims what, and judges it.
    pub fn is_rated_by(&self, role: Role) -> bool {
        role >= Role::Editor
            && self.withdrawn_at.is_none()
            && self.sources.claimant.is_some()
            && self.sources.stance != Stance::CannotTell
    }
}

impl Source {
    /// A source within the limits. `url` is an address that the URL gate let through.
    pub fn new(
        url: &str,
        title: Option<&str>,
        quote: Option<&str>,
        published: Option<&str>,
    ) -> Result<Self, Refusal> {
        let known = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !known {
            return Err(Refusal::SourceInvalid);
        }
        let published = line(published);
        if published.as_deref().is_some_and(|day| !is_day(day)) {
            return Err(Refusal::SourceDayInvalid);
        }
        Ok(Self {
            url: url.to_owned(),
            title: within(line(title), MAX_NAME)?,
            quote: within(line(quote), MAX_QUOTE)?,
            published,
        })
    }
}

impl Sources {
    /// Sources within the limits, for what the passage says where no claim is given.
    pub fn new(
        passage: &Quote,
        claim: Option<&str>,
        claimant: Option<&str>,
        stance: Stance,
        list: Vec<Source>,
    ) -> Result<Self, Refusal> {
        if list.is_empty() {
            return Err(Refusal::SourceMissing);
        }
        if list.len() > MAX_SOURCES {
            return Err(Refusal::TooManySources { max: MAX_SOURCES });
        }
        let claim = match within(line(claim), MAX_CLAIM)? {
            Some(claim) => claim,
            None => cut(&passage.exact),
        };
        Ok(Self {
            claim,
            claimant: within(line(claimant), MAX_NAME)?,
            stance,
            list,
        })
    }

    /// All that is shown of them, a part on each line, for the rules that look at texts.
    pub fn shown(&self) -> String {
        let mut parts = vec![Some(&self.claim), self.claimant.as_ref()];
        for source in &self.list {
            parts.extend([
                Some(&source.url),
                source.title.as_ref(),
                source.quote.as_ref(),
            ]);
        }
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join("\n")
    }
}

/// What was typed, on one line; nothing where there is nothing to see in it.
fn line(typed: Option<&str>) -> Option<String> {
    let words: Vec<&str> = typed?.split_whitespace().collect();
    let line = words.join(" ").replace('\0', "");
    (!is_blank(&line)).then_some(line)
}

fn within(text: Option<String>, max: usize) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if text.chars().nth(max).is_some() => Err(Refusal::SourceTextTooLong { max }),
        text => Ok(text),
    }
}

/// The passage as a claim: on one line, and no longer than one.
fn cut(passage: &str) -> String {
    let words: Vec<&str> = passage.split_whitespace().collect();
    let mut claim = words.join(" ");
    if let Some((end, _)) = claim.char_indices().nth(MAX_CLAIM) {
        let last = claim.char_indices().nth(MAX_CLAIM - 1);
        claim.truncate(last.map_or(end, |(at, _)| at));
        claim.push('…');
    }
    claim
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(exact: &str) -> Quote {
        Quote::new(exact, "", "").unwrap()
    }

    fn source() -> Source {
        Source::new("https://harbour.example/timetable", None, None, None).unwrap()
    }

    fn check(says: [i64; 3], relevant: [i64; 3]) -> SourceCheck {
        let sources = Sources::new(&quote("late"), None, None, Stance::Supports, vec![source()]);
        let answered = |[yes, partly, no]: [i64; 3]| AnswerCounts { yes, partly, no };
        SourceCheck {
            says: answered(says),
            relevant: answered(relevant),
            ..SourceCheck::new(sources.unwrap())
        }
    }

    #[test]
    fn readers_agree_or_dispute_once_enough_of_them_answer_alike() {
        for (says, relevant, expected) in [
            ([0, 0, 0], [0, 0, 0], SourceCheckStatus::Open),
            ([4, 0, 0], [4, 0, 0], SourceCheckStatus::Open),
            ([5, 0, 0], [5, 0, 0], SourceCheckStatus::Agreed),
            ([5, 0, 0], [4, 0, 0], SourceCheckStatus::Open),
            ([5, 0, 0], [4, 1, 0], SourceCheckStatus::Open),
            ([8, 1, 0], [8, 0, 1], SourceCheckStatus::Agreed),
            ([5, 0, 1], [6, 0, 0], SourceCheckStatus::Open),
            ([7, 0, 3], [10, 0, 0], SourceCheckStatus::Open),
            ([70, 10, 20], [80, 10, 10], SourceCheckStatus::Agreed),
            ([0, 0, 4], [0, 0, 4], SourceCheckStatus::Open),
            ([0, 0, 5], [0, 0, 5], SourceCheckStatus::Disputed),
            ([0, 0, 5], [5, 0, 0], SourceCheckStatus::Disputed),
            ([5, 0, 0], [0, 0, 5], SourceCheckStatus::Disputed),
            ([0, 5, 0], [0, 5, 0], SourceCheckStatus::Open),
            ([10, 0, 10], [10, 0, 10], SourceCheckStatus::Open),
        ] {
            let status = check(says, relevant).status();
            assert_eq!(status, expected, "{says:?} {relevant:?}");
        }
    }

    #[test]
    fn an_editor_outweighs_readers_and_its_author_outweighs_all() {
        let at = Time::from_micros(1);
        let mut own = check([0, 0, 9], [0, 0, 9]);
        own.confirmed = Some(Confirmation {
            at,
            note: "The harbour office says so, too.".to_owned(),
        });
        assert_eq!(own.status(), SourceCheckStatus::EditorConfirmed);
        own.withdrawn_at = Some(at);
        assert_eq!(own.status(), SourceCheckStatus::Withdrawn);
    }

    #[test]
    fn without_a_claim_it_is_what_the_passage_says() {
        let claim = |exact: &str, claim: Option<&str>| {
            let made = Sources::new(&quote(exact), claim, None, Stance::Context, vec![source()]);
            made.unwrap().claim
        };
        assert_eq!(claim("The  ferry\nwas late", None), "The ferry was late");
        assert_eq!(claim("late", Some("  ")), "late");
        assert_eq!(
            claim("late", Some(" The ferry  is late. ")),
            "The ferry is late."
        );
        assert_eq!(claim(&"漢".repeat(280), None), "漢".repeat(280));
        assert_eq!(
            claim(&"漢".repeat(281), None),
            format!("{}…", "漢".repeat(279))
        );
    }

    #[test]
    fn what_is_beyond_the_limits_is_refused() {
        let url = "https://harbour.example/";
        let day = |day| Source::new(url, None, None, Some(day)).map(|own| own.published);
        assert_eq!(day("2026-02-28"), Ok(Some("2026-02-28".to_owned())));
        assert_eq!(day(" "), Ok(None));
        for wrong in [
            "2026-02-30",
            "28.2.2026",
            "2026-W09-6",
            "20260228",
            "2026-02-28T10:00",
        ] {
            assert_eq!(day(wrong), Err(Refusal::SourceDayInvalid), "{wrong}");
        }
        for wrong in ["ftp://harbour.example/", "javascript:alert(1)", "harbour"] {
            let made = Source::new(wrong, None, None, None);
            assert_eq!(made, Err(Refusal::SourceInvalid), "{wrong}");
        }
        let quote_of = |n: usize| Source::new(url, None, Some(&"a".repeat(n)), None);
        assert!(quote_of(300).is_ok());
        assert_eq!(quote_of(301), Err(Refusal::SourceTextTooLong { max: 300 }));
        let of = |n: usize| {
            let list = vec![source(); n];
            Sources::new(&quote("late"), None, None, Stance::Supports, list)
        };
        assert_eq!(of(0), Err(Refusal::SourceMissing));
        assert!(of(5).is_ok());
        assert_eq!(of(6), Err(Refusal::TooManySources { max: 5 }));
    }

    #[test]
    fn only_an_editor_who_names_the_claimant_and_judges_makes_a_fact_check() {
        let mut own = check([0; 3], [0; 3]);
        assert!(!own.is_rated_by(Role::Editor));
        own.sources.claimant = Some("The harbour office".to_owned());
        assert!(own.is_rated_by(Role::Editor) && own.is_rated_by(Role::Owner));
        assert!(!own.is_rated_by(Role::Staff) && !own.is_rated_by(Role::Reader));
        own.sources.stance = Stance::CannotTell;
        assert!(!own.is_rated_by(Role::Editor));
    }

    #[test]
    fn words_are_read_back() {
        for stance in Stance::ALL {
            assert_eq!(Stance::from_word(stance.as_str()), Some(stance));
        }
        for question in SourceQuestion::ALL {
            assert_eq!(SourceQuestion::from_word(question.as_str()), Some(question));
        }
        for answer in SourceAnswer::ALL {
            assert_eq!(SourceAnswer::from_word(answer.as_str()), Some(answer));
        }
    }
}

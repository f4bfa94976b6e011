//! The pipeline: every phase in its order, over what is known of a text and its author.

use crate::discussion::comment::CommentState;
use crate::identity::author::Role;
use crate::moderation::learned::SpamScore;
use crate::moderation::word_list::{WordList, are_same};
use crate::publication::settings::{BannedWords, Images, ModerationMode, Settings, SpamCheckMode};
use crate::refusal::Refusal;
use crate::time::Time;

use super::reason::StateReason;
use super::standing::{Standing, Trust, may_write};
use super::verdict::{Finding, FindingMark, JudgedField, Phase, ReasonedState, Verdict};

/// Why a comment with a banned word waits; nobody's trust outweighs it.
/// A site's two word lists.
pub struct WordLists {
    /// What is refused, or waits where the site says so.
    pub banned: WordList,
    /// What waits for a moderator.
    pub suspect: WordList,
}

/// What the author wrote last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastComment {
    /// As shown.
    pub text: String,
    /// When it was posted.
    pub at: Time,
}

/// A proof of work, as far as a request has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProofOfWorkResult {
    /// Nobody asked for it.
    #[default]
    NotAsked,
    /// It was asked for, and is right.
    Done,
    /// It was asked for, and is missing or wrong.
    Missing,
    /// It was asked for, and the writer's browser has no script that could do it.
    Unable,
}

/// What is known of a text and its author when it is judged.
pub struct PipelineInput<'a> {
    /// As shown, with the addresses of its links.
    pub text: &'a str,
    /// How many links it has.
    pub n_links: usize,
    /// Who it is by, and whether the writer can change that where they write.
    pub signed: Option<Byline<'a>>,
    /// What its author may do.
    pub role: Role,
    /// How its author stands with the moderators.
    pub standing: Standing,
    /// What its author wrote last.
    pub last: Option<LastComment>,
    /// The word lists, where the site has any.
    pub lists: Option<&'a WordLists>,
    /// How many comments its author wrote in the last ten minutes.
    pub n_recent: i64,
    /// What the site's filter makes of it.
    pub learned: Option<SpamScore>,
    /// Whether the proof of work that was asked for is there.
    pub work: ProofOfWorkResult,
    /// How many comments of its author are published.
    pub n_published: i64,
    /// Whether it carries a picture, and nothing of its author that does is published.
    pub has_first_image: bool,
    /// The mode of the page: its own, or its section's, or the site's.
    pub mode: ModerationMode,
    /// The time of judging, from which windows are counted.
    pub now: Time,
}

/// What stands beside a text and is its author's.
#[derive(Debug, Clone, Copy)]
pub struct Byline<'a> {
    /// What they call themself.
    pub name: &'a str,
    /// Their own site.
    pub website: Option<&'a str>,
    /// Whether both are fields of the form that the text came in.
    pub is_in_form: bool,
}

/// What the pipeline says of a text: refused outright, or where its comment stands.
pub fn judge(settings: &Settings, facts: &PipelineInput<'_>) -> Result<Verdict, Refusal> {
    may_write(&facts.standing, facts.role, facts.now)?;
    let findings = findings(settings, facts);
    if settings.banned_words == BannedWords::Refuse {
        may_be_said(facts, &findings)?;
    }
    let decisive = findings.iter().find(|found| decides(facts, found));
    let is_before = |phase| decisive.is_some_and(|found| found.phase < phase);
    if facts.work == ProofOfWorkResult::Missing
        && facts.role < Role::Staff
        && !is_before(Phase::Work)
    {
        return Err(Refusal::WorkNeeded);
    }
    Ok(Verdict {
        outcome: decisive.map_or(ReasonedState::PUBLISHED, ReasonedState::of),
        decided_by: decisive.map(|found| found.phase),
        asks_outside: settings.external != SpamCheckMode::Off
            && is_examined(facts)
            && !is_before(Phase::External),
        findings,
    })
}

/// Whether more than the list of banned words can stand against the author.
fn is_examined(facts: &PipelineInput<'_>) -> bool {
    facts.role < Role::Staff && facts.standing.trust != Trust::Trusted
}

fn decides(facts: &PipelineInput<'_>, found: &Finding) -> bool {
    is_examined(facts) || found.reason == StateReason::BannedWord
}

/// Whether a text has no banned word that its writer could take out where they write.
fn may_be_said(facts: &PipelineInput<'_>, findings: &[Finding]) -> Result<(), Refusal> {
    let banned = findings
        .iter()
        .filter(|found| found.reason == StateReason::BannedWord);
    let is_in_form = facts.signed.is_some_and(|signed| signed.is_in_form);
    let mut marks = banned.flat_map(|found| &found.marks);
    match marks.find(|mark| mark.judged == JudgedField::Text || is_in_form) {
        Some(mark) => Err(refused(facts, mark)),
        None => Ok(()),
    }
}

fn refused(facts: &PipelineInput<'_>, mark: &FindingMark) -> Refusal {
    let text = judged(facts).find(|(judged, _)| *judged == mark.judged);
    let word = text.and_then(|(_, text)| text.get(mark.start..mark.end));
    Refusal::WordBanned {
        field: mark.judged.field(),
        word: word.unwrap_or_default().to_owned(),
    }
}

fn findings(settings: &Settings, facts: &PipelineInput<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if facts.role >= Role::Staff {
        return findings;
    }
    findings.extend(repeat(settings, facts));
    findings.extend(words(facts));
    findings.extend(links(settings, facts));
    findings.extend(rate(settings, facts));
    findings.extend(learned(settings, facts));
    if is_examined(facts) {
        let simple = [
            (
                Phase::Work,
                facts.work == ProofOfWorkResult::Unable,
                StateReason::Work,
            ),
            (
                Phase::External,
                settings.external == SpamCheckMode::Before,
                StateReason::External,
            ),
            (
                Phase::Standing,
                facts.standing.trust == Trust::AlwaysHeld,
                StateReason::AuthorHeld,
            ),
            (
                Phase::NewAuthor,
                facts.n_published < i64::from(settings.approve_first),
                StateReason::NewAuthor,
            ),
            (
                Phase::Images,
                facts.has_first_image && settings.images == Images::Hold,
                StateReason::FirstImage,
            ),
            (
                Phase::Mode,
                facts.mode == ModerationMode::Before,
                StateReason::Before,
            ),
        ];
        let held = simple.into_iter().filter(|(_, applies, _)| *applies);
        findings
            .extend(held.map(|(phase, _, reason)| Finding::new(phase, CommentState::Held, reason)));
    }
    findings
}

fn repeat(settings: &Settings, facts: &PipelineInput<'_>) -> Option<Finding> {
    let last = facts.last.as_ref()?;
    let minutes = u64::from(settings.repeat_minutes);
    let is_repeat =
        facts.now.since(last.at).as_secs() < minutes * 60 && are_same(&last.text, facts.text);
    is_repeat.then(|| Finding::new(Phase::Repeat, CommentState::Held, StateReason::Repeat))
}

fn words(facts: &PipelineInput<'_>) -> Vec<Finding> {
    let Some(lists) = facts.lists else {
        return Vec::new();
    };
    let found = [
        (&lists.banned, StateReason::BannedWord),
        (&lists.suspect, StateReason::SuspectWord),
    ];
    let findings = found.into_iter().map(|(list, reason)| Finding {
        marks: judged(facts)
            .flat_map(|(judged, text)| marks(list, judged, text))
            .collect(),
        ..Finding::new(Phase::Words, CommentState::Held, reason)
    });
    findings.filter(|found| !found.marks.is_empty()).collect()
}

/// Everything that word lists look at.
fn judged<'a>(facts: &PipelineInput<'a>) -> impl Iterator<Item = (JudgedField, &'a str)> {
    let signed = facts.signed;
    let name = signed.map(|signed| (JudgedField::Name, signed.name));
    let website = signed.and_then(|signed| Some((JudgedField::Website, signed.website?)));
    let text = [(JudgedField::Text, facts.text)].into_iter();
    text.chain(name).chain(website)
}

fn marks(list: &WordList, judged: JudgedField, text: &str) -> Vec<FindingMark> {
    let found = list.find(text).into_iter();
    found
        .map(|hit| FindingMark {
            entry: hit.entry,
            judged,
            start: hit.range.start,
            end: hit.range.end,
        })
        .collect()
}

fn links(settings: &Settings, facts: &PipelineInput<'_>) -> Option<Finding> {
    let is_over = facts.n_links > settings.hold_over_links;
    is_over.then(|| Finding::new(Phase::Links, CommentState::Held, StateReason::Links))
}

fn rate(settings: &Settings, facts: &PipelineInput<'_>) -> Option<Finding> {
    let most = i64::from(settings.hold_over_rate);
    let is_over = most > 0 && facts.n_recent >= most;
    is_over.then(|| Finding::new(Phase::Rate, CommentState::Held, StateReason::Rate))
}

fn learned(settings: &Settings, facts: &PipelineInput<'_>) -> Option<Finding> {
    let score = facts.learned.as_ref()?;
    let least = f64::from(settings.hold_learned_percent) / 100.0;
    let is_over = least > 0.0 && score.probability >= least;
    is_over.then(|| Finding {
        probability: Some(score.probability),
        telling: score.telling.clone(),
        ..Finding::new(Phase::Learned, CommentState::Held, StateReason::Learned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moderation::standing::Ban;

    const NOW: Time = Time::from_micros(1_790_000_000_000_000);

    fn facts(text: &str) -> PipelineInput<'_> {
        PipelineInput {
            text,
            n_links: 0,
            signed: None,
            role: Role::Reader,
            standing: Standing::default(),
            last: None,
            lists: None,
            n_recent: 0,
            learned: None,
            work: ProofOfWorkResult::NotAsked,
            n_published: 0,
            has_first_image: false,
            mode: ModerationMode::After,
            now: NOW,
        }
    }

    fn said(settings: &Settings, facts: &PipelineInput<'_>) -> String {
        match judge(settings, facts) {
            Ok(verdict) => {
                let reason = verdict.outcome.reason.as_deref().unwrap_or_default();
                format!("{} {reason}", verdict.outcome.state.as_str())
            }
            Err(refusal) => format!("{refusal:?}"),
        }
    }

    fn lists() -> WordLists {
        WordLists {
            banned: WordList::new(["idiot"]),
            suspect: WordList::new(["scandal"]),
        }
    }

    #[test]
    fn nothing_stands_against_an_ordinary_comment() {
        assert_eq!(
            said(&Settings::default(), &facts("Well said.")),
            "published "
        );
    }

    #[test]
    fn the_same_text_within_six_minutes_waits() {
        let last = |seconds: u64| {
            Some(LastComment {
                text: "Read this\n".to_owned(),
                at: NOW.before(std::time::Duration::from_secs(seconds)),
            })
        };
        let at = |seconds, text| {
            let facts = PipelineInput {
                last: last(seconds),
                ..facts(text)
            };
            said(&Settings::default(), &facts)
        };
        assert_eq!(at(359, "Read this"), "held repeat");
        assert_eq!(at(360, "Read this"), "published ");
        assert_eq!(at(1, "Read that"), "published ");
    }

    #[test]
    fn a_banned_word_is_refused_where_it_was_written() {
        let lists = lists();
        let judged = |text, signed: Option<(&'static str, Option<&'static str>)>| {
            let facts = PipelineInput {
                lists: Some(&lists),
                signed: signed.map(|(name, website)| Byline {
                    name,
                    website,
                    is_in_form: true,
                }),
                ..facts(text)
            };
            said(&Settings::default(), &facts)
        };
        let refused = |field, word| format!("WordBanned {{ field: {field:?}, word: {word:?} }}");
        let bad_site = Some("https://idiot.example/");
        assert_eq!(judged("You 1d10t!", None), refused("text", "1d10t"));
        assert_eq!(
            judged("Hello", Some(("Id-iot", None))),
            refused("name", "Id-iot")
        );
        assert_eq!(
            judged("Hello", Some(("Ann", bad_site))),
            refused("website", "idiot")
        );
        assert_eq!(judged("Hello", Some(("Ann", None))), "published ");
    }

    #[test]
    fn a_name_that_cannot_be_changed_where_one_writes_waits() {
        let lists = lists();
        let facts = PipelineInput {
            lists: Some(&lists),
            signed: Some(Byline {
                name: "Idiot",
                website: None,
                is_in_form: false,
            }),
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &facts), "held banned_word");
    }

    #[test]
    fn listed_words_wait_where_the_publisher_says_so_and_are_marked() {
        let lists = lists();
        let settings = Settings {
            banned_words: BannedWords::Hold,
            ..Settings::default()
        };
        let judged = |text| {
            let facts = PipelineInput {
                lists: Some(&lists),
                ..facts(text)
            };
            judge(&settings, &facts).unwrap()
        };
        let verdict = judged("What a scandal, you 1d10t!");
        assert_eq!(verdict.outcome.reason.as_deref(), Some("banned_word"));
        assert_eq!(verdict.outcome.state, CommentState::Held);
        assert_eq!(verdict.findings.len(), 2);
        let mark = &verdict.findings[0].marks[0];
        assert_eq!(
            (mark.entry.as_str(), mark.start, mark.end),
            ("idiot", 20, 25)
        );
        let verdict = judged("What a scandal!");
        assert_eq!(verdict.outcome.reason.as_deref(), Some("suspect_word"));
        assert_eq!(verdict.outcome.state, CommentState::Held);
    }

    #[test]
    fn many_links_wait() {
        let with = |n_links| {
            let facts = PipelineInput {
                n_links,
                ..facts("See here")
            };
            said(&Settings::default(), &facts)
        };
        assert_eq!(
            (with(3).as_str(), with(4).as_str()),
            ("published ", "held links")
        );
    }

    #[test]
    fn too_many_comments_at_once_wait_where_the_publisher_says_so() {
        let settings = Settings {
            hold_over_rate: 5,
            ..Settings::default()
        };
        let after = |n_recent, settings: &Settings| {
            let facts = PipelineInput {
                n_recent,
                ..facts("And another thing")
            };
            said(settings, &facts)
        };
        assert_eq!(after(4, &settings), "published ");
        assert_eq!(after(5, &settings), "held rate");
        assert_eq!(after(500, &Settings::default()), "published ");
    }

    #[test]
    fn what_moderators_refuse_waits_with_the_words_that_tell() {
        let score = |probability| {
            Some(SpamScore {
                probability,
                telling: vec![("pills".to_owned(), 0.99)],
            })
        };
        let sure = PipelineInput {
            learned: score(0.96),
            ..facts("Cheap pills")
        };
        let verdict = judge(&Settings::default(), &sure).unwrap();
        assert_eq!(verdict.outcome.reason.as_deref(), Some("learned"));
        assert_eq!(verdict.findings[0].telling[0].0, "pills");
        let unsure = PipelineInput {
            learned: score(0.94),
            ..facts("Cheap pills")
        };
        assert_eq!(said(&Settings::default(), &unsure), "published ");
    }

    #[test]
    fn work_that_was_asked_for_must_be_done_unless_the_comment_waits_anyway() {
        let missing = PipelineInput {
            work: ProofOfWorkResult::Missing,
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &missing), "WorkNeeded");
        let links = PipelineInput {
            work: ProofOfWorkResult::Missing,
            n_links: 9,
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &links), "held links");
        let unable = PipelineInput {
            work: ProofOfWorkResult::Unable,
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &unable), "held work");
        let done = PipelineInput {
            work: ProofOfWorkResult::Done,
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &done), "published ");
    }

    #[test]
    fn new_authors_wait_until_enough_of_them_is_published() {
        let settings = Settings {
            approve_first: 2,
            ..Settings::default()
        };
        let known = |n_published| {
            let facts = PipelineInput {
                n_published,
                ..facts("Hello")
            };
            said(&settings, &facts)
        };
        assert_eq!(
            (known(1).as_str(), known(2).as_str()),
            ("held new_author", "published ")
        );
    }

    #[test]
    fn the_first_picture_of_an_author_waits_where_the_publisher_says_so() {
        let said = |images, has_first_image| {
            let settings = Settings {
                images,
                ..Settings::default()
            };
            let facts = PipelineInput {
                has_first_image,
                ..facts("Hello")
            };
            said(&settings, &facts)
        };
        assert_eq!(said(Images::Hold, true), "held first_image");
        assert_eq!(said(Images::Hold, false), "published ");
        assert_eq!(said(Images::On, true), "published ");
    }

    #[test]
    fn a_comment_waits_for_the_program_outside_where_the_publisher_says_so() {
        let external = |external| Settings {
            external,
            ..Settings::default()
        };
        let before = judge(&external(SpamCheckMode::Before), &facts("Hello")).unwrap();
        assert_eq!(before.outcome.reason.as_deref(), Some("external"));
        assert!(before.asks_outside);
        let after = judge(&external(SpamCheckMode::After), &facts("Hello")).unwrap();
        assert_eq!(after.outcome, ReasonedState::PUBLISHED);
        assert!(after.asks_outside);
        let off = judge(&Settings::default(), &facts("Hello")).unwrap();
        assert!(!off.asks_outside);
    }

    #[test]
    fn the_first_phase_to_decide_wins_and_every_phase_leaves_its_reason() {
        let settings = Settings {
            approve_first: 1,
            ..Settings::default()
        };
        let facts = PipelineInput {
            n_links: 9,
            mode: ModerationMode::Before,
            ..facts("Hello")
        };
        let verdict = judge(&settings, &facts).unwrap();
        let reasons: Vec<_> = verdict
            .findings
            .iter()
            .map(|it| it.reason.as_str())
            .collect();
        assert_eq!(reasons, ["links", "new_author", "before"]);
        assert_eq!(verdict.decided_by, Some(Phase::Links));
    }

    #[test]
    fn trusted_authors_are_stopped_by_banned_words_only() {
        let lists = lists();
        let trusted = |banned_words, text| {
            let settings = Settings {
                banned_words,
                ..Settings::default()
            };
            let facts = PipelineInput {
                standing: Standing {
                    trust: Trust::Trusted,
                    ..Standing::default()
                },
                lists: Some(&lists),
                n_links: 9,
                mode: ModerationMode::Before,
                ..facts(text)
            };
            said(&settings, &facts)
        };
        assert_eq!(trusted(BannedWords::Hold, "A scandal"), "published ");
        assert_eq!(trusted(BannedWords::Hold, "You idiot"), "held banned_word");
        assert!(trusted(BannedWords::Refuse, "You idiot").starts_with("WordBanned"));
    }

    #[test]
    fn authors_can_be_held_always() {
        let facts = PipelineInput {
            standing: Standing {
                trust: Trust::AlwaysHeld,
                ..Standing::default()
            },
            ..facts("Hello")
        };
        assert_eq!(said(&Settings::default(), &facts), "held author_held");
    }

    #[test]
    fn nothing_stands_against_the_newsroom() {
        let lists = lists();
        let facts = PipelineInput {
            role: Role::Staff,
            lists: Some(&lists),
            standing: Standing {
                ban: Some(Ban {
                    until: None,
                    reason: String::new(),
                }),
                ..Standing::default()
            },
            work: ProofOfWorkResult::Missing,
            mode: ModerationMode::Before,
            ..facts("He said: you idiot")
        };
        assert_eq!(said(&Settings::default(), &facts), "published ");
    }
}

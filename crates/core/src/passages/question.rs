//! Questions that editors ask of a passage, which readers answer by comments.

use crate::Reader;
use crate::discussion::comment::Comment;
use crate::discussion::text::is_blank;
use crate::identity::author::{Author, Role};
use crate::ids::{PageId, PassageId, QuestionId, SiteId};
use crate::passages::Annotation;
use crate::publication::settings::Questions;
use crate::refusal::Refusal;
use crate::time::Time;

/// The longest question, in characters.
pub const MAX_CHARS: usize = 500;

/// A page has so many questions at most.
pub const MAX_OF_PAGE: usize = 100;

/// What the newsroom asks of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The page's site.
    pub site: SiteId,
    /// Names it.
    pub id: QuestionId,
    /// The article's page.
    pub page: PageId,
    /// The passage.
    pub annotation: Annotation,
    /// What is asked.
    pub text: String,
    /// Who asks; nobody once they have deleted their account, and where it was imported.
    pub by: Option<Author>,
    /// When it was asked.
    pub made_at: Time,
    /// When its text last changed.
    pub edited_at: Option<Time>,
    /// Since when it takes no more answers.
    pub closed_at: Option<Time>,
    /// How many published comments answer it.
    pub n_answers: i64,
}

/// A passage with what is asked of it: all that stands at one place of the article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Names it.
    pub id: PassageId,
    /// The passage.
    pub annotation: Annotation,
    /// What is asked of it, the oldest first.
    pub questions: Vec<Question>,
}

/// A place of an article where something is said or asked, for pages that mark it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageMark {
    /// Names the passage.
    pub id: PassageId,
    /// Where it ends, in scalars of the article's text.
    pub end: usize,
    /// Its words.
    pub quote: String,
    /// How many comments are on it, with what answers them.
    pub n_comments: i64,
    /// Whether something is asked of it.
    pub is_asked: bool,
}

impl Passage {
    /// The question that is answered here: the newest that takes answers.
    pub fn open_question(&self) -> Option<&Question> {
        let open = |own: &&Question| own.closed_at.is_none();
        self.questions.iter().rev().find(open)
    }
}

/// Whether `reader` may ask, change and close questions of a page where they are `questions`.
pub fn may_ask(questions: Questions, reader: &Reader) -> Result<(), Refusal> {
    if reader.role() < Role::Editor {
        return Err(Refusal::NotAllowed);
    }
    match questions {
        Questions::On => Ok(()),
        Questions::Off => Err(Refusal::QuestionsOff),
    }
}

/// Whether a question may say this.
pub fn may_say(text: &str) -> Result<(), Refusal> {
    if is_blank(text) {
        return Err(Refusal::QuestionEmpty);
    }
    if text.chars().count() > MAX_CHARS {
        return Err(Refusal::QuestionTooLong { max: MAX_CHARS });
    }
    Ok(())
}

/// Whether a page with so many questions takes one more.
pub const fn may_add(n_of_page: usize) -> Result<(), Refusal> {
    if n_of_page >= MAX_OF_PAGE {
        return Err(Refusal::TooManyQuestions { max: MAX_OF_PAGE });
    }
    Ok(())
}

/// Whether a comment that replies to `parent` may answer `question`, on a page where they are `questions`.
pub const fn may_answer(
    questions: Questions,
    question: &Question,
    parent: Option<&Comment>,
) -> Result<(), Refusal> {
    match (questions, question.closed_at, parent) {
        (Questions::Off, _, _) => Err(Refusal::QuestionsOff),
        (Questions::On, Some(_), _) => Err(Refusal::QuestionClosed),
        (Questions::On, None, Some(_)) => Err(Refusal::PassageInReply),
        (Questions::On, None, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::address::Network;
    use crate::identity::author::{AuthorKind, Profile};
    use crate::ids::AuthorId;
    use crate::passages::{Quote, Selector};

    fn question() -> Question {
        let quote = Quote::new("the new timetable", "", "").unwrap();
        Question {
            site: SiteId(1),
            id: QuestionId(1),
            page: PageId(1),
            annotation: Annotation::new(Selector::pasted(quote)),
            text: "Who wrote it?".to_owned(),
            by: None,
            made_at: Time::from_micros(0),
            edited_at: None,
            closed_at: None,
            n_answers: 0,
        }
    }

    fn reader(role: Role) -> Reader {
        Reader {
            author: Some(Author {
                id: AuthorId(1),
                name: "Kim".to_owned(),
                kind: AuthorKind::Account,
                role,
                website: None,
                is_supporter: false,
                profile: Profile::default(),
            }),
            network: Network::of("192.0.2.1".parse().unwrap()),
        }
    }

    #[test]
    fn editors_ask_where_the_publisher_wants_it() {
        let (on, off) = (Questions::On, Questions::Off);

        assert_eq!(may_ask(on, &reader(Role::Editor)), Ok(()));
        assert_eq!(may_ask(on, &reader(Role::Owner)), Ok(()));
        assert_eq!(may_ask(on, &reader(Role::Staff)), Err(Refusal::NotAllowed));
        assert_eq!(
            may_ask(off, &reader(Role::Editor)),
            Err(Refusal::QuestionsOff)
        );
    }

    #[test]
    fn a_question_says_something_and_not_too_much() {
        assert_eq!(may_say(" \n"), Err(Refusal::QuestionEmpty));
        assert_eq!(may_say(&"ä".repeat(MAX_CHARS)), Ok(()));
        let refusal = Err(Refusal::QuestionTooLong { max: MAX_CHARS });
        assert_eq!(may_say(&"ä".repeat(MAX_CHARS + 1)), refusal);
    }

    #[test]
    fn a_closed_question_takes_no_answers() {
        let on = Questions::On;
        let closed = Question {
            closed_at: Some(Time::from_micros(1)),
            ..question()
        };

        assert_eq!(may_answer(on, &question(), None), Ok(()));
        let refused = may_answer(on, &closed, None);
        assert_eq!(refused, Err(Refusal::QuestionClosed));
        let passage = Passage {
            id: QuestionId(1).into(),
            annotation: question().annotation,
            questions: vec![question(), closed],
        };
        assert_eq!(passage.open_question().unwrap().id, QuestionId(1));
    }
}

//! Why something was not done.

use crate::time::Time;

/// A rule said no. Carries what a person needs to know, as data.
///
/// Each variant has a status, a stable code and, where one field is to blame, the field's name in
/// `server::http::error`; a new variant does not compile until it has them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(
    missing_docs,
    reason = "the sentence above each variant names its fields"
)]
pub enum Refusal {
    /// No name was given where one is needed.
    #[error("a name is needed")]
    NameMissing,
    /// The name is too long.
    #[error("the name has {graphemes} characters; at most {max} are possible")]
    NameTooLong { graphemes: usize, max: usize },
    /// The name is, or looks like, one that only the newsroom may use.
    #[error("this name belongs to the newsroom; please take another")]
    NameProtected,
    /// The e-mail address is not one.
    #[error("this does not look like an e-mail address")]
    EmailInvalid,
    /// The site asks guests for an e-mail address.
    #[error("an e-mail address is needed here")]
    EmailMissing,
    /// The website is not an http or https address.
    #[error("the website must be an address that starts with http:// or https://")]
    WebsiteInvalid,
    /// There is no text.
    #[error("the comment is empty")]
    TextMissing,
    /// A word that the site's rules do not take.
    #[error("a rule of this site, not a moderator, does not take “{word}”; please change it")]
    WordBanned { field: &'static str, word: String },
    /// The text is too long.
    #[error("the comment has {graphemes} characters; at most {max} are possible")]
    TextTooLong { graphemes: usize, max: usize },
    /// The text has too many links.
    #[error("the comment has {links} links; at most {max} are possible")]
    TooManyLinks { links: usize, max: usize },
    /// The site shows no pictures of readers.
    #[error("pictures of readers are not shown here")]
    PicturesOff,
    /// What was sent is no picture that can be shown.
    #[error(
        "please choose a JPEG, PNG, WebP or GIF of at most 4 MB and 16 million pixels, with sides of at least 32 pixels"
    )]
    PictureUnusable,
    /// The site takes no pictures in comments.
    #[error("comments here carry no pictures")]
    ImagesOff,
    /// What was sent is no picture that a comment can carry.
    #[error("please choose a JPEG, PNG, WebP or GIF of at most 8 MB and 16 million pixels")]
    ImageUnusable,
    /// The picture was sent by nobody, or too long ago, or stands in a comment already.
    #[error("a picture is no longer here; please choose it again")]
    ImageUnknown,
    /// More pictures than a comment can carry.
    #[error("a comment can carry {max} pictures at most")]
    TooManyImages { max: usize },
    /// Nothing says what a picture shows.
    #[error("please say what the picture shows, for those who cannot see it")]
    ImageAltMissing,
    /// What stands for a picture is too long.
    #[error("what stands for the picture has {graphemes} characters; at most {max} are possible")]
    ImageAltTooLong { graphemes: usize, max: usize },
    /// More accounts than one article can be by.
    #[error("an article can be by {max} accounts at most")]
    TooManyPageAuthors { max: usize },
    /// The page is not named.
    #[error("the page is not named")]
    PageMissing,
    /// The page's name is too long.
    #[error("the page's name has {bytes} bytes; at most {max} are possible")]
    PageTooLong { bytes: usize, max: usize },
    /// What is looked for is too long.
    #[error("a search can have at most {max} characters")]
    SearchTooLong { max: usize },
    /// Too many words are looked for at once.
    #[error("a search can have at most {max} words")]
    TooManySearchWords { max: usize },
    /// The page's name cannot be one.
    #[error("this cannot be the name or the address of a page")]
    PageInvalid,
    /// The page's address is not on the site.
    #[error("the page is on {host}, which is not part of this site")]
    PageElsewhere { host: String },
    /// A host is not one.
    #[error("`{host}` is not a host such as news.example or localhost:4000")]
    HostInvalid { host: String },
    /// The host is that of another site.
    #[error("there is a site {host} already")]
    SiteExists { host: String },
    /// So many origins are not possible.
    #[error("a site has 1 to {max} origins, and not {count}")]
    OriginCount { count: usize, max: usize },
    /// An origin is not one.
    #[error("`{origin}` is not an origin such as https://news.example")]
    OriginInvalid { origin: String },
    /// An origin was to stand for many.
    #[error(
        "`{origin}` would match no page: a `*` stands for nothing here, so list each by itself"
    )]
    OriginWildcard { origin: String },
    /// The sign-in link was used, is too old, or never was.
    #[error("this sign-in link has been used or is too old; ask for a new one")]
    LinkUsed,
    /// A token of the publisher's cannot be believed.
    #[error("the token cannot be used: {why}")]
    TokenInvalid { why: &'static str },
    /// A token of the publisher's was used before.
    #[error("the token was used before; each signs in once")]
    TokenUsed,
    /// The site takes comments from accounts only.
    #[error("sign in to comment here")]
    SignInNeeded,
    /// The whole site is closed to comments.
    #[error("comments are closed on this site")]
    SiteClosed,
    /// The page is closed to comments.
    #[error("comments on this page closed on {since}")]
    PageClosed { since: Time },
    /// The branch is closed to replies.
    #[error("replies to this comment closed on {since}")]
    BranchClosed { since: Time },
    /// There is no such comment here.
    #[error("there is no such comment")]
    CommentUnknown,
    /// The comment that was replied to is gone.
    #[error("the comment you are replying to was removed")]
    ParentRemoved,
    /// The comment is someone else's.
    #[error("only its author can do this")]
    NotYours,
    /// The time to edit is over.
    #[error("the time to edit ended at {ended}")]
    EditWindowOver { ended: Time },
    /// The comment changed since the reader saw it.
    #[error("the comment was changed meanwhile; it is now at revision {revision}")]
    EditedMeanwhile { revision: i64 },
    /// The vote is on one's own comment.
    #[error("you cannot vote on your own comment")]
    OwnComment,
    /// The vote is none that the site takes.
    #[error("this site does not take such votes")]
    VoteNotTaken,
    /// Someone at this address voted on the comment within a day.
    #[error("someone at your address has voted on this comment today")]
    AddressVoted,
    /// The reaction is to one's own comment.
    #[error("you cannot react to your own comment")]
    OwnReaction,
    /// The reaction is none that the site offers.
    #[error("this site has no such reaction")]
    ReactionNotTaken,
    /// Someone else at this address reacted to the comment within a day.
    #[error("someone at your address has reacted to this comment today")]
    AddressReacted,
    /// The key was used for another request.
    #[error("this idempotency key was used for a different request")]
    KeyReused,
    /// A moderator has stopped the author, their browser or their address.
    #[error("{}", banned(*.until, .reason))]
    Banned { until: Option<Time>, reason: String },
    /// A moderator has stopped the author for a while.
    #[error("you can take part here again after {until}")]
    Suspended { until: Time },
    /// A proof of work was asked for, and is missing or wrong.
    #[error("this site asks your browser for a moment's work first")]
    WorkNeeded,
    /// The role does not go so far.
    #[error("this is for others to do")]
    NotAllowed,
    /// What was removed cannot be decided on.
    #[error("the comment was removed; only undoing that brings it back")]
    CommentRemoved,
    /// Only what is published can be featured or pinned.
    #[error("the comment is not published")]
    NotPublished,
    /// Only roots can be pinned.
    #[error("only a comment that replies to nothing can be pinned")]
    NotARoot,
    /// The page has as many pinned comments as it can.
    #[error("a page has at most {max} pinned comments")]
    TooManyPins { max: i64 },
    /// Another decision came after the one to be undone.
    #[error("a newer decision stands")]
    DecidedMeanwhile,
    /// There is no such decision, or it is none that can be undone.
    #[error("there is nothing to undo here")]
    NotUndoable,
    /// The note is too long.
    #[error("the note has {characters} characters; at most {max} are possible")]
    NoteTooLong { characters: usize, max: usize },
    /// One's own comment cannot be flagged.
    #[error("you cannot flag your own comment")]
    OwnFlag,
    /// There is no such recording here, or none that can be heard.
    #[error("there is no such recording")]
    RecordingUnknown,
    /// The correction has no text.
    #[error("the correction has no text")]
    ProposalEmpty,
    /// The correction is too long.
    #[error("the text of a line can have at most {max} characters")]
    ProposalTooLong { max: usize },
    /// The speaker's name is too long.
    #[error("the name of a speaker can have at most {max} characters")]
    SpeakerTooLong { max: usize },
    /// The correction has links, which nobody says.
    #[error("a transcript has no links")]
    ProposalLinks,
    /// The correction says what stands there.
    #[error("this is what the transcript says already")]
    ProposalSame,
    /// Somebody has proposed the same.
    #[error("somebody has proposed this already; you can confirm it")]
    ProposalKnown,
    /// There is neither a line at this time, nor room for a new one.
    #[error("there is no line at this time, and no room for a new one")]
    ProposalMisplaced,
    /// The newsroom has locked this part.
    #[error("the newsroom takes no corrections of this part")]
    ProposalLocked,
    /// The author, or the recording, has as many open ones as there can be.
    #[error("there are {max} open corrections already; they are decided on first")]
    TooManyProposals { max: usize },
    /// There is no such correction here.
    #[error("there is no such correction")]
    ProposalUnknown,
    /// The correction was accepted, declined or overtaken.
    #[error("this correction has been decided on already")]
    ProposalDecided,
    /// One's own correction cannot be confirmed.
    #[error("you cannot confirm your own correction")]
    OwnProposal,
    /// Someone at this address proposed or confirmed the correction lately.
    #[error("someone at your address has proposed or confirmed this")]
    AddressConfirmed,
    /// The site takes no comments on passages.
    #[error("comments on single passages are not taken here")]
    PassagesOff,
    /// The site takes no corrections, or the page does not.
    #[error("corrections are not taken here")]
    CorrectionsOff,
    /// The correction says nothing.
    #[error("the correction does not say what is wrong")]
    CorrectionEmpty,
    /// The correction is too long.
    #[error("a correction can have at most {max} characters")]
    CorrectionTooLong { max: usize },
    /// The sender, or the page, has as many open ones as there can be.
    #[error("there are {max} open corrections already; they are decided on first")]
    TooManyCorrections { max: usize },
    /// There is no such correction here.
    #[error("there is no such correction")]
    CorrectionUnknown,
    /// The correction was accepted or declined.
    #[error("this correction has been decided on already")]
    CorrectionDecided,
    /// The site asks no questions of passages.
    #[error("questions of passages are not asked here")]
    QuestionsOff,
    /// The question says nothing.
    #[error("the question is empty")]
    QuestionEmpty,
    /// The question is too long.
    #[error("a question can have at most {max} characters")]
    QuestionTooLong { max: usize },
    /// A page has so many questions already.
    #[error("a page can have at most {max} questions")]
    TooManyQuestions { max: usize },
    /// There is no such question here.
    #[error("there is no such question")]
    QuestionUnknown,
    /// The question takes no more answers.
    #[error("this question takes no more answers")]
    QuestionClosed,
    /// There is no such passage here.
    #[error("there is no such passage")]
    PassageUnknown,
    /// The passage does not stand in the article, or stands there more than once.
    #[error("these words do not stand in the article, or not only once")]
    PassageNotFound,
    /// The page has a key and no address, so that nothing can be fetched.
    #[error("this page has no address from which its text could be fetched")]
    ArticleWithoutAddress,
    /// The page is at none of the site's origins.
    #[error(
        "texts are fetched from the site's own origins alone, and this page is at none of them"
    )]
    ArticleElsewhere,
    /// The line for the list of corrections says nothing.
    #[error("the line for the list of corrections is empty")]
    ErratumEmpty,
    /// The line for the list of corrections is too long.
    #[error("a line of the list of corrections can have at most {max} characters")]
    ErratumTooLong { max: usize },
    /// A reply has the passage of what it replies to.
    #[error("a reply is about the passage of the comment that it replies to")]
    PassageInReply,
    /// The passage has no words.
    #[error("the passage is empty")]
    PassageEmpty,
    /// The passage is too long.
    #[error("a passage can have at most {max} characters")]
    PassageTooLong { max: usize },
    /// What stands beside the passage is longer than is kept of it.
    #[error("at most {max} characters beside a passage are taken")]
    PassageContextTooLong { max: usize },
    /// The passage ends before it starts, or only one of both is given.
    #[error(
        "where a passage starts and ends must be given together, and it must end behind its start"
    )]
    PassageMisplaced,
    /// The site takes no sources.
    #[error("sources are not taken here")]
    SourcesOff,
    /// Sources are for or against a passage, and there is none.
    #[error("sources are given for or against a passage of the article, which is not named")]
    SourcesWithoutPassage,
    /// Sources are given, and none is there.
    #[error("at least one source is needed")]
    SourceMissing,
    /// There are more sources than one comment can carry.
    #[error("at most {max} sources are possible")]
    TooManySources { max: usize },
    /// The address of a source is not an http or https address.
    #[error("the address of a source must start with http:// or https://")]
    SourceInvalid,
    /// A source is the page itself that the comment stands on.
    #[error("the page itself cannot be a source")]
    SourceIsPage,
    /// A source was published on a day that is none.
    #[error("the day on which a source was published must be written as 2026-11-29")]
    SourceDayInvalid,
    /// The claim, or what is said of a source, is too long.
    #[error("this can have at most {max} characters")]
    SourceTextTooLong { max: usize },
    /// The comment carries no sources.
    #[error("this comment has no sources")]
    SourcesUnknown,
    /// The sources were taken back.
    #[error("these sources have been withdrawn")]
    SourcesWithdrawn,
    /// They are the reader's own.
    #[error("nobody answers this about their own sources")]
    OwnSources,
    /// An editor confirms sources and says nothing of them.
    #[error("please say why")]
    SourceNoteMissing,
    /// There is no such author here.
    #[error("there is no such author")]
    AuthorUnknown,
    /// There is no such group of pages here.
    #[error("there is no such group of pages")]
    GroupUnknown,
    /// The site would be left without an owner.
    #[error("a site needs an owner: make somebody else one first")]
    LastOwner,
    /// A group needs a name of its own.
    #[error("a group of pages needs a name of its own, of at most {max} characters")]
    GroupNameInvalid { max: usize },
    /// A word list is too long.
    #[error("the list has {words} words; at most {max} are possible")]
    TooManyWords { words: usize, max: usize },
    /// A word list is too large, however few its words.
    #[error("the list has {bytes} bytes; at most {max} are possible")]
    ListTooLarge { bytes: usize, max: usize },
    /// An entry cannot stand in a word list.
    #[error("“{entry}” cannot stand in a list: {why}")]
    WordUnusable { entry: String, why: &'static str },
    /// A setting is not known.
    #[error("there is no setting `{key}`; there are: {known}")]
    SettingUnknown { key: String, known: String },
    /// A setting cannot have the value.
    #[error("`{key}` cannot be `{value}`: {expected}")]
    SettingInvalid {
        key: String,
        value: String,
        expected: String,
    },
}

impl Refusal {
    /// The most that would have been taken, of whatever there was too much of.
    pub const fn max(&self) -> Option<usize> {
        match self {
            Self::NameTooLong { max, .. }
            | Self::TextTooLong { max, .. }
            | Self::TooManyLinks { max, .. }
            | Self::ProposalTooLong { max }
            | Self::SpeakerTooLong { max }
            | Self::TooManyProposals { max }
            | Self::CorrectionTooLong { max }
            | Self::TooManyCorrections { max }
            | Self::QuestionTooLong { max }
            | Self::TooManyQuestions { max }
            | Self::ErratumTooLong { max }
            | Self::PassageTooLong { max }
            | Self::PassageContextTooLong { max }
            | Self::TooManySources { max }
            | Self::TooManyPageAuthors { max }
            | Self::TooManyImages { max }
            | Self::ImageAltTooLong { max, .. }
            | Self::SourceTextTooLong { max }
            | Self::SearchTooLong { max }
            | Self::TooManySearchWords { max }
            | Self::NoteTooLong { max, .. } => Some(*max),
            _ => None,
        }
    }
}

fn banned(until: Option<Time>, reason: &str) -> String {
    let until = until
        .map(|until| format!(" until {until}"))
        .unwrap_or_default();
    let reason = match reason {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    format!("you cannot take part here{until}{reason}")
}

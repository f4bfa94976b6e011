//! The reasons that people choose from, and those that rules give.

use crate::word::Vocabulary;

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$about])* $variant),*
        }

        impl $name {
            /// All of them, in the order they are offered in.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word that is stored, shown by the API and translated by the interface.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }

            /// The reason of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
            }
        }

        impl Vocabulary for $name {
            fn word(self) -> &'static str {
                self.as_str()
            }

            fn of_word(word: &str) -> Option<Self> {
                Self::from_word(word)
            }
        }
    };
}

reasons! {
    /// Why a moderator refuses a comment.
    Reason {
        /// It insults or degrades.
        Abusive = "abusive",
        /// It incites hatred.
        Hate = "hate",
        /// It pursues a person.
        Harassment = "harassment",
        /// It is not about the article.
        OffTopic = "off_topic",
        /// It states what is false.
        Misinformation = "misinformation",
        /// It gives away what is private.
        Private = "private",
        /// It advertises.
        Advertising = "advertising",
        /// It is spam.
        Spam = "spam",
        /// It says again what was said.
        Repeat = "repeat",
        /// It breaks the law.
        Illegal = "illegal",
        /// Something else, which the note says.
        Other = "other",
    }
}

reasons! {
    /// Why a reader flags a comment.
    FlagReason {
        /// It insults or degrades.
        Abusive = "abusive",
        /// It incites hatred.
        Hate = "hate",
        /// It is spam or advertises.
        Spam = "spam",
        /// It is not about the article.
        OffTopic = "off_topic",
        /// It states what is false.
        Misinformation = "misinformation",
        /// It gives away what is private.
        Private = "private",
        /// It breaks the law.
        Illegal = "illegal",
        /// Something else, which the note says.
        Other = "other",
    }
}

reasons! {
    /// Why a comment is in its state: what people chose, and what the rules found.
    StateReason {
        /// It insults or degrades.
        Abusive = "abusive",
        /// It incites hatred.
        Hate = "hate",
        /// It pursues a person.
        Harassment = "harassment",
        /// It is not about the article.
        OffTopic = "off_topic",
        /// It states what is false.
        Misinformation = "misinformation",
        /// It gives away what is private.
        Private = "private",
        /// It advertises.
        Advertising = "advertising",
        /// It is spam.
        Spam = "spam",
        /// It says again what was said.
        Repeat = "repeat",
        /// It breaks the law.
        Illegal = "illegal",
        /// Something else, which a note says.
        Other = "other",
        /// A moderator gave no reason.
        Moderator = "moderator",
        /// Its author deleted it.
        Author = "author",
        /// A banned entry of a word list was found.
        BannedWord = "banned_word",
        /// A suspect entry of a word list was found.
        SuspectWord = "suspect_word",
        /// It has many links.
        Links = "links",
        /// Its author wrote much in a short time.
        Rate = "rate",
        /// It resembles what was refused.
        Learned = "learned",
        /// The spam check has not answered yet.
        External = "external",
        /// The spam check asked for it.
        Outside = "outside",
        /// No proof of work came with it.
        Work = "work",
        /// Its author always waits.
        AuthorHeld = "author_held",
        /// Its author is new.
        NewAuthor = "new_author",
        /// It carries the first picture of its author.
        FirstImage = "first_image",
        /// Comments of its page wait.
        Before = "before",
        /// Readers flagged it.
        Flags = "flags",
    }
}

impl From<Reason> for StateReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Abusive => Self::Abusive,
            Reason::Hate => Self::Hate,
            Reason::Harassment => Self::Harassment,
            Reason::OffTopic => Self::OffTopic,
            Reason::Misinformation => Self::Misinformation,
            Reason::Private => Self::Private,
            Reason::Advertising => Self::Advertising,
            Reason::Spam => Self::Spam,
            Reason::Repeat => Self::Repeat,
            Reason::Illegal => Self::Illegal,
            Reason::Other => Self::Other,
        }
    }
}

impl From<FlagReason> for StateReason {
    fn from(reason: FlagReason) -> Self {
        match reason {
            FlagReason::Abusive => Self::Abusive,
            FlagReason::Hate => Self::Hate,
            FlagReason::Spam => Self::Spam,
            FlagReason::OffTopic => Self::OffTopic,
            FlagReason::Misinformation => Self::Misinformation,
            FlagReason::Private => Self::Private,
            FlagReason::Illegal => Self::Illegal,
            FlagReason::Other => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.as_str()), Some(*reason));
        }
        for reason in FlagReason::ALL {
            assert_eq!(FlagReason::from_word(reason.as_str()), Some(*reason));
        }
        for reason in Reason::ALL {
            assert_eq!(StateReason::from(*reason).as_str(), reason.as_str());
        }
        for reason in FlagReason::ALL {
            assert_eq!(StateReason::from(*reason).as_str(), reason.as_str());
        }
        for reason in StateReason::ALL {
            assert_eq!(StateReason::from_word(reason.as_str()), Some(*reason));
        }
        assert_eq!(Reason::from_word("because"), None);
    }
}

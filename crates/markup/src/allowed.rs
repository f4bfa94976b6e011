//! What HTML a comment may hold.

/// What every link says of itself: it is a reader's, and the publisher vouches for nothing.
pub(crate) const LINK_REL: &str = "nofollow ugc noopener noreferrer";

/// Every element that a comment may hold.
pub(crate) const ALLOWED_TAGS: [&str; 31] = [
    "a",
    "b",
    "blockquote",
    "br",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];

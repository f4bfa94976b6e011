pub(crate) mod cards;
pub(crate) mod comments;
pub(crate) mod mentions;
pub(crate) mod race;
pub(crate) mod reactions;
pub(crate) mod rendering;
pub(crate) mod text_search;
pub(crate) mod votes;

pub(crate) mod agreement;
pub(crate) mod dump;
pub(crate) mod large;
pub(crate) mod nodes;
pub(crate) mod repair;
pub(crate) mod seals;
pub(crate) mod trouble;
pub(crate) mod writes;

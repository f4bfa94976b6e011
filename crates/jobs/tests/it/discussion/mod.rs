pub(crate) mod cards;
mod liking;
mod sides;

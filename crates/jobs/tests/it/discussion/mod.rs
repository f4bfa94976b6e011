pub(crate) mod cards;
mod sides;

pub(crate) mod articles;
pub(crate) mod audit;
mod look;
pub(crate) mod owner;

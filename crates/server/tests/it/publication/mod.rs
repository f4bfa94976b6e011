pub(crate) mod articles;
pub(crate) mod audit;
pub(crate) mod owner;

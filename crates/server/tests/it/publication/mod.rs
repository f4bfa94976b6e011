pub(crate) mod articles;
pub(crate) mod audit;
mod imports;
mod look;
pub(crate) mod owner;

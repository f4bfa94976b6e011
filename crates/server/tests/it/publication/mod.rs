pub(crate) mod articles;
pub(crate) mod audit;
mod imports;
mod logo;
mod look;
pub(crate) mod owner;
mod sites;

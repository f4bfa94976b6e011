pub(crate) mod audit;
pub(crate) mod overview;
mod sites;

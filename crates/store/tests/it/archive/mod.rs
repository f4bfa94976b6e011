pub(crate) mod backup;
pub(crate) mod imports;

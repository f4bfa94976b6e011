pub(crate) mod backup;
pub(crate) mod export;
pub(crate) mod export_large;
pub(crate) mod imports;

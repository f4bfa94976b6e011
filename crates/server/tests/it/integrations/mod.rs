pub(crate) mod api_tokens;
pub(crate) mod isso;
pub(crate) mod programs_writing;
pub(crate) mod webhooks;

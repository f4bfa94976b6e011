pub(crate) mod api_tokens;
pub(crate) mod webhooks;

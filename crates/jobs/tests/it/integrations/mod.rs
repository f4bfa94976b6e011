pub(crate) mod webhooks;

//! Webhooks, and the tokens of programs.

pub mod api_tokens;
pub mod webhooks;

//! What programs are told, and the owners' pages about them.

mod api_tokens;
pub mod webhook;
mod webhooks;

pub use api_tokens::{ApiTokenForm, TokenLine, api_tokens_page};
pub use webhooks::{
    DeliveryRow, Endpoint, SecretPage, WebhookForm, WebhookPage, WebhooksPage, secret_page,
    webhook_page, webhooks_page,
};

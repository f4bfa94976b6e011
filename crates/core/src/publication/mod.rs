//! A publisher's sites and their settings.

pub mod accent;
pub mod audit;
pub mod language;
pub mod logo;
pub mod origin;
pub mod settings;
pub mod site;

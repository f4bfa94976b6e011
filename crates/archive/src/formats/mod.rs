//! One file or folder for each system.

mod artalk;
mod commento;
mod coral;
mod cusdis;
mod disqus;
mod drupal;
mod generic;
mod giscus;
mod isso;
mod remark42;
mod staticman;
mod twikoo;
mod waline;
mod web_annotation;
pub mod wordpress;

pub(crate) use generic::is_table;

use crate::format::Format;

/// All formats, those first that are surest of what they see.
pub(crate) const ALL: &[&dyn Format] = &[
    &wordpress::WordPress,
    &disqus::Disqus,
    &isso::Isso,
    &remark42::Remark42,
    &commento::Commento,
    &coral::Coral,
    &artalk::Artalk,
    &waline::Waline,
    &twikoo::Twikoo,
    &cusdis::Cusdis,
    &drupal::Drupal,
    &giscus::Giscus,
    &web_annotation::WebAnnotation,
    &staticman::Staticman,
    &generic::Csv,
    &generic::JsonLines,
];

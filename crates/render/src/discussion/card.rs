//! A card: what stands for a link that stands alone in a comment.

use rejoinder_core::discussion::card::{self, Card};
use rejoinder_core::discussion::player::{self, Player};
use rejoinder_core::{Comment, Settings};

/// A card as its template shows it. All text in it is a stranger's.
pub(crate) struct CardView<'a> {
    pub(crate) card: &'a Card,
    /// The name that the page's site gives itself, unless that is its host.
    pub(crate) site: Option<&'a str>,
    /// Where the link leads, which nobody can claim.
    pub(crate) host: &'a str,
    pub(crate) player: Option<Player>,
}

impl CardView<'_> {
    /// What stands where a site has no sign of its own.
    pub(crate) fn letter(&self) -> String {
        self.host
            .chars()
            .take(1)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// The cards of a comment that the site's settings let unfold.
pub(crate) fn shown<'a>(settings: &Settings, comment: &'a Comment) -> Vec<CardView<'a>> {
    if !comment.is_published() {
        return Vec::new();
    }
    let cards = comment.cards.iter();
    cards
        .filter(|card| settings.unfolds(&card.url))
        .map(|card| {
            let host = card::host(&card.url).unwrap_or_default();
            let host = host.strip_prefix("www.").unwrap_or(host);
            let site = card.site.as_deref();
            CardView {
                card,
                site: site.filter(|site| !site.eq_ignore_ascii_case(host)),
                host,
                player: player::of(&card.url),
            }
        })
        .collect()
}

//! Who wrote a comment, as far as a file says.

use std::io;

use rejoinder_core::identity::author::{name, parse_email};
use sha2::{Digest, Sha256};
use store::identity::authors::GuestDetails;
use unicode_segmentation::UnicodeSegmentation;

use super::report::Report;
use super::said::Said;
use crate::Writer;

/// Stands for the name of someone who gave none, as it does in WordPress.
const NAMELESS: &str = "Anonymous";

/// What is shown of an author, cut to what may be shown.
pub(super) fn details(
    writer: &Writer,
    said: Said<'_>,
    report: &mut Report,
) -> io::Result<GuestDetails> {
    let shown = match name(&writer.name) {
        Ok(shown) => shown,
        Err(_) if writer.name.trim().is_empty() => NAMELESS.to_owned(),
        Err(_) => {
            report.changed(
                &said.record(),
                "its author's name was cut to what can be shown",
            )?;
            let start: String = writer.name.graphemes(true).take(40).collect();
            name(&start).unwrap_or_else(|_| NAMELESS.to_owned())
        }
    };
    let address = match parse_email(writer.email.as_deref().unwrap_or_default()) {
        Ok(address) => address,
        Err(_) => {
            report.changed(
                &said.record(),
                "its author's e-mail address is none and was left out",
            )?;
            None
        }
    };
    let given = writer.website.as_deref().map(str::trim).unwrap_or_default();
    let website = markup::safe_url(given);
    if website.is_none() && !matches!(given, "" | "http://" | "https://") {
        report.changed(
            &said.record(),
            "its author's website is no web address and was left out",
        )?;
    }
    Ok(GuestDetails {
        name: shown,
        email: address,
        website,
    })
}

/// What tells an author from others: an account or an address, with the name, because the name that
/// stood above a comment stays there. Someone who gave neither is nobody else, whatever the name.
pub(super) fn author_key(writer: &Writer) -> Option<u128> {
    let known = match (&writer.user_id, &writer.email) {
        (Some(user), _) => format!("user {user}"),
        (None, Some(address)) => address.to_lowercase(),
        (None, None) => return None,
    };
    // An address is not kept a second time, where deleting its author would miss it.
    let hash = Sha256::digest(format!("{known}\0{}", writer.name));
    let start = hash.first_chunk::<16>();
    start.map(|start| u128::from_be_bytes(*start))
}

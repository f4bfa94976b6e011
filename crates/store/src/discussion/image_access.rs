//! Who sees a picture that a comment carries.

use rejoinder_core::publication::settings::Images;
use rejoinder_core::{Comment, CommentState, ImageId, Reader, Site};

use crate::discussion::{comments, images};
use crate::moderation::reach;
use crate::{Result, Tx};

/// A picture, for whoever asked for it.
#[derive(Debug, Clone)]
pub struct SeenImage {
    /// A JPEG that was made here.
    pub bytes: Vec<u8>,
    /// Whether everyone sees it.
    pub is_public: bool,
}

/// The picture `id`, where `reader` may see it.
///
/// Everyone may while its comment is published and the site shows pictures; otherwise its writer and the
/// moderators of its page, and of a removed comment they alone.
pub fn see(
    tx: &mut Tx<'_>,
    site: &Site,
    reader: &Reader,
    id: ImageId,
) -> Result<Option<SeenImage>> {
    let Some(comment) = images::carrier(tx, site.id, id)? else {
        return Ok(None);
    };
    let Some(comment) = comments::by_id(tx, site.id, comment)? else {
        return Ok(None);
    };
    let is_public = comment.is_published() && site.settings.images != Images::Off;
    if !is_public && !is_own(tx, site, reader, &comment)? {
        return Ok(None);
    }
    let bytes = images::bytes(tx, site.id, id)?;
    Ok(bytes.map(|bytes| SeenImage { bytes, is_public }))
}

fn is_own(tx: &mut Tx<'_>, site: &Site, reader: &Reader, comment: &Comment) -> Result<bool> {
    if comment.state != CommentState::Removed && reader.is(comment.author.id) {
        return Ok(true);
    }
    match &reader.author {
        Some(author) => reach::may_moderate(tx, site.id, author, comment),
        None => Ok(false),
    }
}

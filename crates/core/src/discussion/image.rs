//! The pictures that comments carry: beside the text, never in it, so that no text can name one of elsewhere.

use serde::{Deserialize, Serialize};

use crate::ids::ImageId;

/// The most pictures of one comment.
pub const MAX_IMAGES: usize = 4;

/// The longest text that stands for a picture, in graphemes.
pub const MAX_ALT: usize = 500;

/// A picture that a comment carries. Its bytes are kept here, and were made here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Names it at its site.
    pub id: ImageId,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
    /// What it shows, in its writer's words.
    pub alt: String,
}

/// What stands for a picture as it is kept: one line.
pub fn alt(typed: &str) -> String {
    let words = typed.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_picture_is_one_line() {
        assert_eq!(alt(" A\r\nbridge\tat \u{0} night "), "A bridge at night");
    }
}

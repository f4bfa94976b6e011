//! The picture by which a publication is known.

/// A site's logo, as it is kept: a PNG that was made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// What it is called: a hash of its bytes.
    pub name: String,
    /// Its width in pixels.
    pub width: i64,
    /// Its height in pixels.
    pub height: i64,
}

/// The height at which pages and mails show a logo, in pixels.
const SHOWN_HEIGHT: i64 = 40;

/// The widest that they show one, in pixels.
const SHOWN_WIDTH: i64 = 240;

impl Logo {
    /// How wide and how high it is shown, in pixels: no larger than it is, and as wide for its height.
    pub fn shown(&self) -> (i64, i64) {
        let (width, height) = (self.width.max(1), self.height.max(1));
        let at_height = (width * SHOWN_HEIGHT / height, SHOWN_HEIGHT);
        let at_width = (SHOWN_WIDTH, height * SHOWN_WIDTH / width);
        let (wide, high) = match at_height.0 > SHOWN_WIDTH {
            true => at_width,
            false => at_height,
        };
        match wide > width || high > height {
            true => (width, height),
            false => (wide.max(1), high.max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_shown_as_high_as_a_line_and_never_larger_than_it_is() {
        let shown = |width, height| {
            let name = String::new();
            Logo {
                name,
                width,
                height,
            }
            .shown()
        };
        assert_eq!(shown(320, 160), (80, 40));
        assert_eq!(shown(160, 160), (40, 40));
        assert_eq!(shown(640, 40), (240, 15));
        assert_eq!(shown(60, 30), (60, 30));
        assert_eq!(shown(640, 1), (240, 1));
        assert_eq!(shown(0, 0), (1, 1));
    }
}

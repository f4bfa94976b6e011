//! The colour that a site is known by, legible on any ground.

use std::fmt;

/// The least contrast that text has against its ground (WCAG 2.2, 1.4.3), and a little more: staff stand
/// on a faint wash of it.
const LEAST_CONTRAST: f64 = 5.2;

/// How far a colour goes towards black or white at a time.
const STEP: f64 = 0.04;

/// The grounds of pages of our own.
const LIGHT: Accent = Accent([0xff, 0xff, 0xff]);
const DARK: Accent = Accent([0x16, 0x18, 0x1b]);
const BLACK: Accent = Accent([0, 0, 0]);

/// A colour, written as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent([u8; 3]);

impl Accent {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// The same on a light ground: darker, as far as it has to be.
    pub fn on_light(self) -> Self {
        self.towards(BLACK, LIGHT)
    }

    /// The same on a dark ground: lighter, as far as it has to be.
    pub fn on_dark(self) -> Self {
        self.towards(LIGHT, DARK)
    }

    fn towards(self, end: Self, ground: Self) -> Self {
        let mut share = 0.0;
        loop {
            let mixed = self.mixed(end, share);
            if mixed.contrast(ground) >= LEAST_CONTRAST || share >= 1.0 {
                return mixed;
            }
            share += STEP;
        }
    }

    fn mixed(self, other: Self, share: f64) -> Self {
        let share = share.min(1.0);
        let mix = |at: usize| {
            let [own, others] = [self.0[at], other.0[at]].map(f64::from);
            // Between two bytes there are only bytes.
            (own + (others - own) * share).round() as u8
        };
        Self([mix(0), mix(1), mix(2)])
    }

    fn contrast(self, ground: Self) -> f64 {
        let [own, grounds] = [self.luminance(), ground.luminance()];
        (own.max(grounds) + 0.05) / (own.min(grounds) + 0.05)
    }

    /// As WCAG defines it for sRGB.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|byte| {
            let part = f64::from(byte) / 255.0;
            match part <= 0.040_45 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_colour_is_one() {
        for text in [
            "", "red", "#123", "123456", "#12345g", "#1234567", "#12é45", "#+12345",
        ] {
            assert_eq!(Accent::parse(text), None, "{text}");
        }
        assert_eq!(
            Accent::parse("#8A1f11")
                .map(|own| own.to_string())
                .as_deref(),
            Some("#8a1f11")
        );
    }

    #[test]
    fn whatever_its_colour_it_can_be_read_on_both_grounds() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let accent = Accent([red, green, blue]);
                    assert!(
                        accent.on_light().contrast(LIGHT) >= LEAST_CONTRAST,
                        "{accent}"
                    );
                    assert!(
                        accent.on_dark().contrast(DARK) >= LEAST_CONTRAST,
                        "{accent}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is() {
        let own = Accent([0x8a, 0x1f, 0x11]);
        assert_eq!(own.on_light(), own);
        assert_ne!(own.on_dark(), own);
    }
}

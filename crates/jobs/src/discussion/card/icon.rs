//! The sign of a stranger's site, made anew and small. Nothing of the file that came is kept.

use std::io::Cursor;

use image::ImageFormat;
use store::discussion::cards::NewCardPicture;

use crate::pictures::reader;

/// The longest side of what is kept, in pixels: three for each that is shown.
const SIDE: u32 = 48;

/// The shortest and the longest side of what is read.
const MIN_SIDE: u32 = 8;
const MAX_SIDE: u32 = 1_024;

/// `bytes` as a small PNG, which may let through what is behind it, if they are an icon that may be
/// shown: ICO, PNG, GIF, JPEG or WebP by what they hold, and nearly square.
pub(super) fn small(bytes: &[u8]) -> Option<NewCardPicture> {
    let format = image::guess_format(bytes).ok()?;
    let is_known = matches!(
        format,
        ImageFormat::Ico
            | ImageFormat::Png
            | ImageFormat::Gif
            | ImageFormat::Jpeg
            | ImageFormat::WebP
    );
    // Of an ICO these are the sides of the picture in it, whatever its directory says.
    let (width, height) = reader(bytes, format).into_dimensions().ok()?;
    let (shorter, longer) = (width.min(height), width.max(height));
    if !is_known || shorter < MIN_SIDE || longer > MAX_SIDE || longer > 2 * shorter {
        return None;
    }
    let icon = reader(bytes, format).decode().ok()?.to_rgba8();
    if icon.pixels().all(|pixel| pixel.0[3] == 0) {
        return None;
    }
    let icon = image::DynamicImage::from(icon);
    let small = icon.thumbnail(SIDE.min(width), SIDE.min(height)).to_rgba8();
    let mut bytes = Vec::new();
    small
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .ok()?;
    Some(NewCardPicture {
        width: i64::from(small.width()),
        height: i64::from(small.height()),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use image::{DynamicImage, Rgba, RgbaImage};

    use super::*;

    const RED: Rgba<u8> = Rgba([200, 0, 0, 128]);

    fn icon(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let icon = DynamicImage::from(RgbaImage::from_pixel(width, height, RED));
        let mut bytes = Vec::new();
        icon.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    /// An ICO of one picture, which its directory calls one of `side` by `side` (0 is 256).
    fn ico(side: u8, picture: &[u8]) -> Vec<u8> {
        let length = u32::try_from(picture.len()).unwrap().to_le_bytes();
        let head = [0, 0, 1, 0, 1, 0, side, side, 0, 0, 1, 0, 32, 0];
        [&head[..], &length, &[22, 0, 0, 0], picture].concat()
    }

    #[test]
    fn an_icon_is_made_anew_small_and_stays_transparent() {
        for (format, side) in [(ImageFormat::Png, 192), (ImageFormat::Ico, 64)] {
            let small = small(&icon(side, side, format)).unwrap();
            assert_eq!((small.width, small.height), (48, 48));
            assert_eq!(image::guess_format(&small.bytes).unwrap(), ImageFormat::Png);
            let shown = image::load_from_memory(&small.bytes).unwrap().to_rgba8();
            assert!(shown.pixels().all(|pixel| *pixel == RED), "{format:?}");
        }
        let same = small(&icon(16, 16, ImageFormat::Ico)).unwrap();
        assert_eq!((same.width, same.height), (16, 16));
    }

    #[test]
    fn what_hides_in_an_icon_is_not_kept() {
        let mut png = icon(16, 16, ImageFormat::Png);
        png.extend_from_slice(b"<script>Secret</script>");
        let again = small(&png).unwrap().bytes;
        assert!(!again.windows(6).any(|part| part == b"Secret"));
    }

    #[test]
    fn what_is_no_icon_shows_nothing() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let empty = DynamicImage::new_rgba8(16, 16);
        let mut clear = Vec::new();
        empty
            .write_to(&mut Cursor::new(&mut clear), ImageFormat::Png)
            .unwrap();
        let one = icon(1, 1, ImageFormat::Png);
        let banner = icon(300, 20, ImageFormat::Png);
        let cut = &icon(16, 16, ImageFormat::Ico)[..60];
        for bytes in [
            &svg[..],
            b"",
            b"BM",
            b"\0\0\x01\0\xff\xff",
            cut,
            &clear,
            &one,
            &banner,
        ] {
            assert!(small(bytes).is_none(), "{:?}", &bytes[..bytes.len().min(8)]);
        }
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let mut huge = icon(256, 256, ImageFormat::Png);
        huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(small(&huge).is_none());
        assert!(small(&ico(0, &huge)).is_none(), "in an ICO");
        // A bitmap of two billion pixels, as its own head says.
        let mut bitmap = vec![40, 0, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 1, 0, 1, 0, 32, 0];
        bitmap.resize(100_000, 0);
        assert!(small(&ico(0, &bitmap)).is_none(), "a bitmap");
        // Sixty thousand pictures, all of them the directory itself.
        let entry = [16, 16, 0, 0, 1, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0];
        let nested = [&[0, 0, 1, 0, 0x60, 0xea][..], &entry.repeat(60_000)].concat();
        assert!(small(&nested).is_none(), "in itself");
    }
}

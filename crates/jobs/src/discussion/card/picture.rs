//! A stranger's picture, made anew and small. Nothing of the file that came is kept.

use image::ImageFormat;
use image::codecs::jpeg::JpegEncoder;
use store::discussion::cards::NewCardPicture;

use crate::pictures::{MAX_PIXELS, on_white, reader};

/// The media types that pictures come as.
pub(super) const ACCEPT: &str = "image/jpeg, image/png, image/webp, image/gif, image/x-icon, \
                                 image/vnd.microsoft.icon";

/// The longest side of what is kept, in pixels.
const SIDE: u32 = 400;

/// A picture with a shorter side than this shows nothing.
const MIN_SIDE: u32 = 32;

const QUALITY: u8 = 78;

/// `bytes` as a small JPEG, if they are a picture that may be shown: JPEG, PNG, GIF or WebP by what
/// they hold, and no larger than can be read without harm.
pub(super) fn small(bytes: &[u8]) -> Option<NewCardPicture> {
    let format = image::guess_format(bytes).ok()?;
    let is_known = matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP
    );
    let (width, height) = reader(bytes, format).into_dimensions().ok()?;
    let is_right =
        width.min(height) >= MIN_SIDE && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    if !is_known || !is_right {
        return None;
    }
    let picture = reader(bytes, format).decode().ok()?;
    let small = on_white(&picture.thumbnail(SIDE.min(width), SIDE.min(height)));
    let mut bytes = Vec::new();
    small
        .write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
        .ok()?;
    Some(NewCardPicture {
        width: i64::from(small.width()),
        height: i64::from(small.height()),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, Rgba, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = DynamicImage::new_rgba8(width, height);
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        bytes
    }

    #[test]
    fn a_picture_is_made_anew_small_and_on_white() {
        let small = small(&png(1_200, 630)).unwrap();
        assert_eq!((small.width, small.height), (400, 210));
        assert_eq!(
            image::guess_format(&small.bytes).unwrap(),
            ImageFormat::Jpeg
        );
        let shown = image::load_from_memory(&small.bytes).unwrap().to_rgb8();
        assert!(shown.pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
    }

    #[test]
    fn a_small_picture_stays_as_small() {
        let small = small(&png(64, 48)).unwrap();
        assert_eq!((small.width, small.height), (64, 48));
    }

    #[test]
    fn what_hides_in_a_picture_is_not_kept() {
        let mut jpeg = small(&png(100, 100)).unwrap().bytes;
        let comment = b"\xff\xfe\x00\x10Secret place!!";
        jpeg.splice(2..2, comment.iter().copied());
        let again = small(&jpeg).unwrap().bytes;
        assert!(!again.windows(6).any(|part| part == b"Secret"));
    }

    #[test]
    fn what_is_no_picture_or_too_large_is_left_out() {
        assert!(small(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
        assert!(small(b"").is_none());
        assert!(small(&png(1, 1)).is_none());
        assert!(small(&png(100, 100)[..60]).is_none());
        // A file of a few bytes that says it is a picture of 40,000 by 40,000.
        let mut bomb = png(100, 100);
        bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
        assert!(small(&bomb).is_none());
    }

    fn animated(n_frames: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
        let frame = RgbaImage::from_pixel(MIN_SIDE, MIN_SIDE, Rgba([200, 0, 0, 255]));
        let frames = std::iter::repeat_with(|| image::Frame::new(frame.clone()));
        encoder.encode_frames(frames.take(n_frames)).unwrap();
        drop(encoder);
        bytes
    }

    /// A part of a PNG file.
    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let mut crc = u32::MAX;
        for byte in kind.iter().chain(data) {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                let low = crc & 1;
                crc = (crc >> 1) ^ (0xedb8_8320 * low);
            }
        }
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length[..], kind, data, &(!crc).to_be_bytes()].concat()
    }

    /// A frame of `width` by `height` in an APNG.
    fn frame_control(number: u32, width: u32, height: u32) -> Vec<u8> {
        let sides = [number, width, height, 0, 0].map(u32::to_be_bytes).concat();
        chunk(b"fcTL", &[&sides[..], &[0, 1, 0, 100, 0, 0]].concat())
    }

    /// A PNG that moves: it says it has `n_said` frames, and has `n` more, each of `width` by `height`.
    fn apng(n_said: u32, n: u32, (width, height): (u32, u32)) -> Vec<u8> {
        let still = png(64, 48);
        // The signature and the head, then the only chunk of data, and the end.
        let (head, rest) = still.split_at(33);
        let length = usize::try_from(u32::from_be_bytes(rest[..4].try_into().unwrap())).unwrap();
        assert_eq!(&rest[4..8], b"IDAT");
        let (data, end) = rest.split_at(12 + length);
        let said = [n_said, 0].map(u32::to_be_bytes).concat();
        let mut bytes = [
            head,
            &chunk(b"acTL", &said),
            &frame_control(0, 64, 48),
            data,
        ]
        .concat();
        for number in 0..n {
            let data = [&(2 * number + 2).to_be_bytes()[..], &data[8..8 + length]].concat();
            bytes.extend(frame_control(2 * number + 1, width, height));
            bytes.extend(chunk(b"fdAT", &data));
        }
        bytes.extend(end);
        bytes
    }

    /// A part of a WebP file.
    fn riff(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_le_bytes();
        let pad = &[0][..data.len() % 2];
        [&kind[..], &length, data, pad].concat()
    }

    fn still_webp() -> Vec<u8> {
        let picture = RgbaImage::from_pixel(64, 48, Rgba([200, 0, 0, 255]));
        let mut bytes = Vec::new();
        DynamicImage::from(picture)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP)
            .unwrap();
        bytes
    }

    /// Two sides of a WebP, each one less than it is, in three bytes.
    fn sides((width, height): (u32, u32)) -> Vec<u8> {
        let three = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
        [three(width), three(height)].concat()
    }

    /// A WebP that moves, on a canvas, with `n` frames that say they are so large.
    fn moving_webp(canvas: (u32, u32), n: usize, frame: (u32, u32)) -> Vec<u8> {
        let still = still_webp();
        let at = still.windows(4).position(|kind| kind == b"VP8L").unwrap();
        let about = [&[0x12, 0, 0, 0][..], &sides(canvas)].concat();
        // At the corner, for a tenth of a second, and not blended with what was there.
        let place = [&[0; 6][..], &sides(frame), &[100, 0, 0, 2]].concat();
        let frame = riff(b"ANMF", &[&place, &still[at..]].concat());
        let parts = [
            b"WEBP".to_vec(),
            riff(b"VP8X", &about),
            riff(b"ANIM", &[0; 6]),
            frame.repeat(n),
        ];
        riff(b"RIFF", &parts.concat())
    }

    #[test]
    fn of_a_picture_that_moves_the_first_frame_is_kept() {
        for (still, moving) in [
            (animated(1), animated(400)),
            (png(64, 48), apng(401, 400, (64, 48))),
            (still_webp(), moving_webp((64, 48), 400, (64, 48))),
        ] {
            let (still, moving) = (small(&still).unwrap(), small(&moving).unwrap());
            assert_eq!(moving.bytes, still.bytes);
        }
    }

    #[test]
    fn a_picture_that_moves_and_lies_is_left_out_or_shows_its_first_frame() {
        let (still, webp) = (small(&png(64, 48)).unwrap(), small(&still_webp()).unwrap());
        let more = u32::MAX;
        for hostile in [
            apng(more, 3, (64, 48)),
            apng(0, 3, (64, 48)),
            apng(4, 3, (more, more)),
            apng(4, 3, (0, 0)),
            apng(4, 3, (65_535, 65_535)),
        ] {
            let kept = small(&hostile).map(|kept| kept.bytes);
            assert!(kept.is_none_or(|kept| kept == still.bytes));
        }
        let most = 1 << 24;
        for hostile in [
            moving_webp((most, most), 3, (64, 48)),
            moving_webp((16_384, 16_384), 3, (64, 48)),
            moving_webp((64, 48), 3, (most, most)),
            moving_webp((64, 48), 3, (16_384, 16_384)),
            moving_webp((64, 48), 0, (64, 48)),
        ] {
            let kept = small(&hostile).map(|kept| kept.bytes);
            assert!(kept.is_none_or(|kept| kept == webp.bytes));
        }
        // A canvas of as many pixels as may be, most of which no frame fills.
        let wide = small(&moving_webp((4_000, 4_000), 1, (64, 48)));
        assert!(wide.is_none_or(|kept| (kept.width, kept.height) == (400, 400)));
    }

    /// One of each kind, small.
    fn each() -> [Vec<u8>; 6] {
        [
            png(64, 48),
            animated(3),
            small(&png(64, 48)).unwrap().bytes,
            apng(4, 3, (64, 48)),
            still_webp(),
            moving_webp((64, 48), 3, (64, 48)),
        ]
    }

    #[test]
    fn a_picture_that_is_cut_anywhere_is_left_out_or_harmless() {
        for whole in each() {
            for length in 0..whole.len() {
                if let Some(kept) = small(&whole[..length]) {
                    assert!(kept.width <= 64 && kept.height <= 48);
                }
            }
        }
    }

    #[test]
    fn what_is_a_picture_and_something_else_is_only_a_picture() {
        let more = b"<script>alert(1)</script>";
        for whole in each() {
            let both = [&whole, &more[..]].concat();
            let kept = small(&both).unwrap().bytes;
            assert!(!kept.windows(8).any(|part| part == &more[..8]));
            assert!(small(&[more, &whole[..]].concat()).is_none());
        }
    }

    #[test]
    fn a_picture_that_needs_more_memory_than_it_may_is_left_out() {
        // As many pixels as may be, and eight bytes to each.
        let wide = DynamicImage::new_rgba16(4_000, 4_000);
        let mut bytes = Vec::new();
        wide.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        assert!(bytes.len() < 2 << 20, "it is small on its way");
        assert!(small(&bytes).is_none());
        assert!(small(&png(4_001, 4_000)).is_none());
    }
}

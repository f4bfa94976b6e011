//! Pictures of strangers, made anew: nothing of the file that came is kept, and none takes more memory or
//! time than it may.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage};

/// The most pixels of what is read.
pub(crate) const MAX_PIXELS: u64 = 16_000_000;

/// The most memory that reading may take.
const MAX_BYTES: u64 = 96 << 20;

/// The longest file of a picture that somebody shows of themself, in bytes.
pub const MAX_FILE: usize = 4 << 20;

/// The side of what is kept of it, in pixels: three for each that is shown.
const SIDE: u32 = 128;

/// A picture with a shorter side than this shows nothing.
const MIN_SIDE: u32 = 32;

/// The width and the height that a logo is made to fit in, in pixels: four for each that is shown.
const LOGO: (u32, u32) = (960, 160);

/// The shortest side of a logo, in pixels.
const MIN_LOGO: u32 = 8;

/// The longest file of a picture for a comment, in bytes.
pub const MAX_IMAGE_FILE: usize = 8 << 20;

/// The longest side of what a comment carries, in pixels.
const IMAGE_SIDE: u32 = 1_600;

/// A picture for a comment with a shorter side than this shows nothing.
const MIN_IMAGE: u32 = 8;

const QUALITY: u8 = 82;

/// A reader that takes no more memory than it may.
pub(crate) fn reader(bytes: &[u8], format: ImageFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    reader
}

/// JPEG knows no transparency.
pub(crate) fn on_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.pixels().zip(flat.pixels_mut()) {
        let [r, g, b, alpha] = from.0.map(u32::from);
        let mix = |c: u32| u8::try_from((c * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        to.0 = [mix(r), mix(g), mix(b)];
    }
    flat
}

/// A picture as it was made here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePicture {
    /// Its file.
    pub bytes: Vec<u8>,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// What a file shows before it is turned, and how it is to be turned; none where `bytes` are no picture that
/// may be read.
///
/// A JPEG, PNG, GIF or WebP by what they hold, and no larger than can be read without harm. Of one that
/// moves it is the first frame.
fn decoded(bytes: &[u8], max_file: usize, min_side: u32) -> Option<(DynamicImage, Orientation)> {
    let format = image::guess_format(bytes).ok()?;
    let is_known = matches!(
        format,
        ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP
    );
    if !is_known || bytes.len() > max_file {
        return None;
    }
    let mut decoder = reader(bytes, format).into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let is_right =
        width.min(height) >= min_side && u64::from(width) * u64::from(height) <= MAX_PIXELS;
    if !is_right || decoder.total_bytes() > MAX_BYTES {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    Some((picture, orientation))
}

/// `picture` no larger than a box, and as wide for its height; a smaller one stays as it is.
fn fitted(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if picture.width() <= width && picture.height() <= height {
        return picture.clone();
    }
    // It is made small before it is looked at closely: a smooth filter takes long over many pixels.
    let near = match picture.width() > 2 * width || picture.height() > 2 * height {
        true => &picture.thumbnail(2 * width, 2 * height),
        false => picture,
    };
    near.resize(width, height, FilterType::Triangle)
}

fn is_on_its_side(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn jpeg(picture: &RgbImage) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.write_with_encoder(encoder).ok()?;
    Some(bytes)
}

/// The middle of a picture as a small square JPEG, the right way up, if `bytes` are one.
pub fn square(bytes: &[u8]) -> Option<Vec<u8>> {
    let (picture, orientation) = decoded(bytes, MAX_FILE, MIN_SIDE)?;
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    let middle = picture.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    let near = match side > 2 * SIDE {
        true => middle.thumbnail_exact(2 * SIDE, 2 * SIDE),
        false => middle,
    };
    let mut square = near.resize_exact(SIDE, SIDE, FilterType::Triangle);
    square.apply_orientation(orientation);
    jpeg(&on_white(&square))
}

/// A publication's logo as a small PNG, the right way up, if `bytes` are a picture. What shows through does so
/// still.
pub fn logo(bytes: &[u8]) -> Option<MadePicture> {
    let (picture, orientation) = decoded(bytes, MAX_FILE, MIN_LOGO)?;
    let (width, height) = match is_on_its_side(orientation) {
        true => (LOGO.1, LOGO.0),
        false => LOGO,
    };
    let mut small = DynamicImage::from(fitted(&picture, width, height).to_rgba8());
    small.apply_orientation(orientation);
    let mut bytes = Cursor::new(Vec::new());
    small.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(MadePicture {
        bytes: bytes.into_inner(),
        width: small.width(),
        height: small.height(),
    })
}

/// A picture that a comment carries, as a JPEG, the right way up, if `bytes` are one.
pub fn image(bytes: &[u8]) -> Option<MadePicture> {
    let (picture, orientation) = decoded(bytes, MAX_IMAGE_FILE, MIN_IMAGE)?;
    let mut small = fitted(&picture, IMAGE_SIDE, IMAGE_SIDE);
    small.apply_orientation(orientation);
    let small = on_white(&small);
    Some(MadePicture {
        bytes: jpeg(&small)?,
        width: small.width(),
        height: small.height(),
    })
}

#[cfg(test)]
mod tests {
    use image::{Rgb, Rgba, RgbaImage};

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> RgbImage {
        assert_eq!(image::guess_format(bytes).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(bytes).unwrap().to_rgb8()
    }

    fn is_near(pixel: &Rgb<u8>, wanted: [u8; 3]) -> bool {
        let near = pixel.0.iter().zip(wanted);
        near.into_iter()
            .all(|(own, wanted)| own.abs_diff(wanted) < 40)
    }

    /// Red on the left, green in the middle, blue on the right.
    fn flag() -> RgbImage {
        RgbImage::from_fn(600, 200, |x, _| match x / 200 {
            0 => Rgb([255, 0, 0]),
            1 => Rgb([0, 255, 0]),
            _ => Rgb([0, 0, 255]),
        })
    }

    #[test]
    fn the_middle_is_kept_as_a_small_square() {
        let wide = DynamicImage::from(flag());
        for format in [
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
            ImageFormat::Jpeg,
        ] {
            let kept = read(&square(&encoded(&wide, format)).unwrap());
            assert_eq!(kept.dimensions(), (SIDE, SIDE));
            assert!(is_near(kept.get_pixel(64, 64), [0, 255, 0]), "{format:?}");
            assert!(is_near(kept.get_pixel(4, 4), [0, 255, 0]), "{format:?}");
        }
        let small = DynamicImage::new_rgb8(40, 33);
        assert_eq!(
            read(&square(&encoded(&small, ImageFormat::Png)).unwrap()).width(),
            SIDE
        );
    }

    #[test]
    fn what_shows_through_is_white() {
        let clear = RgbaImage::from_pixel(64, 64, Rgba([0, 0, 0, 0]));
        let kept = read(&square(&encoded(&clear.into(), ImageFormat::Png)).unwrap());
        assert!(kept.pixels().all(|pixel| is_near(pixel, [255, 255, 255])));
    }

    /// A JPEG with EXIF that names a place and says which way up it is to be held.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"Secret place");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_picture_stands_the_right_way_up_and_tells_nothing_of_where_it_was_taken() {
        // The upper half is red.
        let upright = RgbImage::from_fn(200, 200, |_, y| match y < 100 {
            true => Rgb([255, 0, 0]),
            false => Rgb([0, 0, 255]),
        });
        let jpeg = encoded(&upright.into(), ImageFormat::Jpeg);
        for (orientation, (x, y)) in [(1, (64, 10)), (3, (64, 118)), (6, (118, 64)), (8, (10, 64))]
        {
            let kept = square(&with_exif(&jpeg, orientation)).unwrap();
            assert!(!kept.windows(6).any(|part| part == b"Secret"));
            assert!(!kept.windows(4).any(|part| part == b"Exif"));
            assert!(
                is_near(read(&kept).get_pixel(x, y), [255, 0, 0]),
                "{orientation}"
            );
        }
    }

    #[test]
    fn what_is_no_picture_or_would_do_harm_is_left_out() {
        assert!(square(b"").is_none());
        assert!(square(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
        let png = |width, height| encoded(&DynamicImage::new_rgb8(width, height), ImageFormat::Png);
        assert!(square(&png(31, 400)).is_none());
        assert!(square(&png(4_001, 4_000)).is_none());
        let mut bomb = png(100, 100);
        bomb[16..24].copy_from_slice(&[0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40]);
        assert!(square(&bomb).is_none());
        let deep = encoded(&DynamicImage::new_rgba16(4_000, 4_000), ImageFormat::Png);
        assert!(square(&deep).is_none(), "it needs more memory than it may");
        let mut long = png(100, 100);
        long.resize(MAX_FILE + 1, 0);
        assert!(square(&long).is_none());
        let whole = png(100, 100);
        for length in 0..whole.len() {
            let _ = square(&whole[..length]);
        }
    }

    #[test]
    fn a_long_strip_is_no_long_picture() {
        let strip = DynamicImage::from(RgbImage::from_pixel(100_000, 32, Rgb([9, 9, 9])));
        let kept = square(&encoded(&strip, ImageFormat::Png)).unwrap();
        assert_eq!(read(&kept).dimensions(), (SIDE, SIDE));
    }

    #[test]
    fn what_hides_behind_a_picture_is_not_kept() {
        let more = b"<script>alert(1)</script>";
        let both = [&encoded(&flag().into(), ImageFormat::Png)[..], more].concat();
        for kept in [
            square(&both).unwrap(),
            logo(&both).unwrap().bytes,
            image(&both).unwrap().bytes,
        ] {
            assert!(!kept.windows(8).any(|part| part == &more[..8]));
        }
    }

    #[test]
    fn a_logo_fits_and_what_shows_through_does_so_still() {
        let clear = RgbaImage::from_pixel(2_000, 500, Rgba([9, 9, 9, 0]));
        let kept = logo(&encoded(&clear.into(), ImageFormat::WebP)).unwrap();
        assert_eq!((kept.width, kept.height), (640, 160));
        assert_eq!(image::guess_format(&kept.bytes).unwrap(), ImageFormat::Png);
        let shown = image::load_from_memory(&kept.bytes).unwrap().to_rgba8();
        assert!(shown.pixels().all(|pixel| pixel.0[3] == 0));
        let small = DynamicImage::new_rgb8(40, 8);
        let kept = logo(&encoded(&small, ImageFormat::Png)).unwrap();
        assert_eq!((kept.width, kept.height), (40, 8));
        assert!(logo(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
    }

    #[test]
    fn a_picture_for_a_comment_fits_stands_upright_and_tells_nothing_of_where_it_was_taken() {
        let upright = RgbImage::from_fn(3_200, 1_000, |x, _| match x < 1_600 {
            true => Rgb([255, 0, 0]),
            false => Rgb([0, 0, 255]),
        });
        let jpeg = encoded(&upright.into(), ImageFormat::Jpeg);

        let flat = image(&with_exif(&jpeg, 1)).unwrap();
        let turned = image(&with_exif(&jpeg, 6)).unwrap();

        assert_eq!((flat.width, flat.height), (1_600, 500));
        assert_eq!((turned.width, turned.height), (500, 1_600));
        assert!(is_near(read(&turned.bytes).get_pixel(250, 10), [255, 0, 0]));
        for kept in [flat, turned] {
            assert!(!kept.bytes.windows(6).any(|part| part == b"Secret"));
            assert!(!kept.bytes.windows(4).any(|part| part == b"Exif"));
        }
    }

    #[test]
    fn a_picture_for_a_comment_is_as_bounded_as_any() {
        let png = |width, height| encoded(&DynamicImage::new_rgb8(width, height), ImageFormat::Png);
        assert!(image(b"").is_none() && image(&png(7, 400)).is_none());
        assert!(image(&png(4_001, 4_000)).is_none());
        assert!(image(&png(8, 8)).is_some());
        let mut long = png(100, 100);
        long.resize(MAX_IMAGE_FILE + 1, 0);
        assert!(image(&long).is_none());
        let strip = image(&png(100_000, 8)).unwrap();
        assert_eq!((strip.width, strip.height), (1_600, 1));
    }
}

//! Values as bytes, for records that wait in a file.

use std::io;

use rejoinder_core::passages::Selector;
use rejoinder_core::{CommentState, PageId, PageKey, Time, VoteTally};
use store::archive::imports::ImportedPage;
use store::identity::authors::GuestDetails;

use crate::Body;

/// What can be put behind other values, and taken from the front of what is left.
pub(super) trait Packed: Sized {
    fn pack(&self, out: &mut Vec<u8>);
    fn unpack(from: &mut &[u8]) -> io::Result<Self>;
}

/// A structure is its fields, in the order in which they are named.
macro_rules! packed_fields {
    ($name:ty { $($field:ident),* $(,)? }) => {
        impl $crate::writer::packing::Packed for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                $(self.$field.pack(out);)*
            }

            fn unpack(from: &mut &[u8]) -> std::io::Result<Self> {
                $(let $field = $crate::writer::packing::Packed::unpack(from)?;)*
                Ok(Self { $($field),* })
            }
        }
    };
}
pub(super) use packed_fields;

packed_fields!(GuestDetails {
    name,
    email,
    website
});
packed_fields!(VoteTally { up, down });
packed_fields!(ImportedPage {
    source_id,
    key,
    aliases,
    title,
    closed_at,
    created_at,
});

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a record is not as it was")
}

fn take<'b>(from: &mut &'b [u8], n_bytes: usize) -> io::Result<&'b [u8]> {
    let (taken, rest) = from.split_at_checked(n_bytes).ok_or_else(broken)?;
    *from = rest;
    Ok(taken)
}

macro_rules! packed_numbers {
    ($($ty:ty),*) => { $(
        impl Packed for $ty {
            fn pack(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }

            fn unpack(from: &mut &[u8]) -> io::Result<Self> {
                let bytes = take(from, size_of::<Self>())?;
                bytes.try_into().map(Self::from_le_bytes).map_err(|_| broken())
            }
        }
    )* };
}

packed_numbers!(u8, u32, i64, u128);

impl Packed for bool {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        Ok(u8::unpack(from)? != 0)
    }
}

impl Packed for String {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self, out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        let n_bytes = usize::try_from(u32::unpack(from)?).map_err(|_| broken())?;
        let bytes = take(from, n_bytes)?;
        str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| broken())
    }
}

/// No text of a record has four gigabytes: the readers of the formats take none that long.
fn pack_text(text: &str, out: &mut Vec<u8>) {
    u32::try_from(text.len()).unwrap_or(u32::MAX).pack(out);
    out.extend_from_slice(text.as_bytes());
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.is_some().pack(out);
        if let Some(inner) = self {
            inner.pack(out);
        }
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        Ok(match bool::unpack(from)? {
            true => Some(T::unpack(from)?),
            false => None,
        })
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        for inner in self {
            true.pack(out);
            inner.pack(out);
        }
        false.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        let mut all = Self::new();
        while bool::unpack(from)? {
            all.push(T::unpack(from)?);
        }
        Ok(all)
    }
}

impl Packed for Time {
    fn pack(&self, out: &mut Vec<u8>) {
        self.micros().pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        i64::unpack(from).map(Self::from_micros)
    }
}

impl Packed for PageId {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        i64::unpack(from).map(Self)
    }
}

impl Packed for PageKey {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self.as_str(), out);
        self.url().map(str::to_owned).pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        Ok(Self::stored(Packed::unpack(from)?, Packed::unpack(from)?))
    }
}

impl Packed for CommentState {
    fn pack(&self, out: &mut Vec<u8>) {
        pack_text(self.as_str(), out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        Self::from_word(&String::unpack(from)?).ok_or_else(broken)
    }
}

impl Packed for Body {
    fn pack(&self, out: &mut Vec<u8>) {
        matches!(self, Self::Html(_)).pack(out);
        pack_text(self.source(), out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        let is_html = bool::unpack(from)?;
        let source = String::unpack(from)?;
        Ok(match is_html {
            true => Self::Html(source),
            false => Self::Markdown(source),
        })
    }
}

/// Few comments have one.
impl Packed for Selector {
    fn pack(&self, out: &mut Vec<u8>) {
        let json = serde_json::to_string(self).unwrap_or_default();
        json.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> io::Result<Self> {
        serde_json::from_str(&String::unpack(from)?).map_err(|_| broken())
    }
}

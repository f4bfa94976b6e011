//! What a reader may write, and what everybody else's browser makes of it.

mod attacks;
mod bounds;
mod linear;
mod mail;
mod markdown;
mod page;
mod properties;
mod times;

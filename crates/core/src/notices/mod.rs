//! Who is told of what, and how often.

pub mod bell;
pub mod reply_address;
pub mod subscription;

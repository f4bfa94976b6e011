//! Whole pages as they are served, read back as a browser reads them.

mod escaping;
mod feeds;
mod fixture;
mod mails;
mod page;
mod pushes;
mod shape;
mod times;
mod tombstones;

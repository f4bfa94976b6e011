//! The door out, tried against real sockets.

mod client;
mod collector;
mod smtp;

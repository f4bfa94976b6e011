//! The child of `worker::run` and nothing else, for the tests of this crate.

use std::io;

use rejoinder_media::worker;

fn main() -> io::Result<()> {
    let ask = std::env::args().next_back().unwrap_or_default();
    worker::serve(worker::stdin()?, &ask, io::stdout().lock())
}

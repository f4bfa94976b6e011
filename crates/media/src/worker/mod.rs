//! Decoding in a process of its own, which can be killed.
//!
//! A decoder that is led astray by a file may ask for all memory there is or never end. So the program
//! starts itself again: [`run`] opens the file, gives it to the child as its standard input, and reads
//! the answer from its standard output; the child calls [`serve`] before it does anything else. The
//! child bounds its own memory and time first, the parent bounds what it reads and how long it waits.
//! What the child says is not believed further than what a fingerprint can do harm: nothing.
//!
//! ```no_run
//! # use std::{io, ops::ControlFlow, process::Command};
//! # use rejoinder_media::{worker, DecodeLimits, SampleKeeping};
//! // In the parent:
//! let mut command = Command::new(std::env::current_exe()?);
//! command.arg("decode-recording");
//! let on = &mut |_| ControlFlow::Continue(());
//! let decoded = worker::run(command, "talk.mp3".as_ref(), SampleKeeping::Nothing, &DecodeLimits::default(), on);
//! // In the child, whose last argument `run` added:
//! let ask = std::env::args().next_back().unwrap_or_default();
//! worker::serve(worker::stdin()?, &ask, io::stdout().lock())?;
//! # io::Result::Ok(())
//! ```

mod child;
mod frames;
mod parent;

pub use child::{serve, stdin};
pub use parent::run;

use serde::{Deserialize, Serialize};

use crate::{DecodeLimits, SampleKeeping};

/// What the parent asks for, in the child's last argument.
#[derive(Debug, Serialize, Deserialize)]
struct DecodeRequest {
    keep: SampleKeeping,
    limits: DecodeLimits,
}

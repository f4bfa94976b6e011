use std::process::Child;

use crate::Result;
use crate::command::{command, find, run};

/// The build of the README, which journeys run by the README's own command.
///
/// It begins with the first check and takes what the others leave of the processor: compilers that wait
/// for one crate and tests that wait for an answer leave much of it.
pub(crate) struct ReleaseBuild(Option<Child>);

impl ReleaseBuild {
    /// Begins to build, where a program can be made to step back for others.
    pub(crate) fn begin() -> Self {
        let build = &["-n", "19", "cargo", "build", "--release", "--quiet"];
        let begun = find(&["nice"]).and_then(|_| command("nice", build).spawn().ok());
        Self(begun)
    }

    /// Returns when it is built.
    pub(crate) fn finish(&mut self) -> Result {
        if let Some(mut begun) = self.0.take() {
            // Whether it went well, the next line tells, and says what is wrong.
            let _ = begun.wait();
        }
        run(&mut command("cargo", &["build", "--release"]))
    }
}

impl Drop for ReleaseBuild {
    fn drop(&mut self) {
        if let Some(mut begun) = self.0.take() {
            let _ = begun.kill();
            let _ = begun.wait();
        }
    }
}

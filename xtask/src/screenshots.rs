use std::path::Path;

use crate::Result;
use crate::command::{command, root, run, web};
use crate::needs::{self, Need};
use crate::npm;
use crate::scratch::Scratch;

/// Start the demo and take pictures of its pages, with names that say width and colour scheme.
pub(crate) fn take(out: &Path) -> Result {
    needs::provide(&[Need::Node, Need::Chromium])?;
    npm::install()?;
    run(&mut command("cargo", &["build", "--release"]))?;
    let mut pictures = command("node", &["e2e/screenshots.js"]);
    pictures.arg(root().join(out)).current_dir(web());
    let scratch = Scratch::new()?;
    run(pictures
        .env("REJOINDER_CHROMIUM", needs::chromium()?)
        .env("TMPDIR", scratch.path()))
}

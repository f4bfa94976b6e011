use std::fs;

use crate::Result;
use crate::command::{command, run, web};

/// Install the packages of the lock file, unless they are there already.
pub(crate) fn install() -> Result {
    let lock = fs::read(web().join("package-lock.json"))
        .map_err(|error| format!("web/package-lock.json cannot be read: {error}"))?;
    let installed = web().join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let install = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
    run(command("npm", &install).current_dir(web()))?;
    fs::write(installed, lock).map_err(|error| format!("web/node_modules is read-only: {error}"))
}

/// Run a script of web/package.json.
pub(crate) fn run_script(name: &str) -> Result {
    install()?;
    run(command("npm", &["run", "--silent", name]).current_dir(web()))
}

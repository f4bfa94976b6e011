use std::fs;
use std::path::Path;

use crate::Result;
use crate::command::{command, find, output, root, run};

/// What the benchmark needs that Debian has: the program, where Debian puts it, and the package.
const TOOLS: &[(&str, &str, &str)] = &[
    ("nginx", "/usr/sbin/nginx", "nginx-light"),
    ("wrk", "/usr/bin/wrk", "wrk"),
    ("python3", "/usr/bin/python3", "python3-venv"),
];

/// See that nginx, wrk and Isso are there: with apt where that is possible, and with pip into
/// target/peers.
pub(crate) fn set_up() -> Result {
    install_tools()?;
    let wanted = root().join("bench/peers/requirements.txt");
    let folder = root().join("target/peers/isso");
    let installed = folder.join("installed.txt");
    let text = fs::read(&wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    if fs::read(&installed).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    let path = folder.display().to_string();
    run(&mut command("python3", &["-m", "venv", "--clear", &path]))?;
    let pip = folder.join("bin/pip").display().to_string();
    let wanted = wanted.display().to_string();
    run(&mut command(
        &pip,
        &["install", "--quiet", "--requirement", &wanted],
    ))?;
    fs::write(installed, text).map_err(|error| format!("{path} is read-only: {error}"))
}

fn install_tools() -> Result {
    let is_missing = |(program, path, _): &&(&str, &str, &str)| {
        find(&[program]).is_none() && !Path::new(path).is_file()
    };
    let missing: Vec<_> = TOOLS
        .iter()
        .filter(is_missing)
        .map(|(_, _, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let may_install = find(&["apt-get"]).is_some() && output(&mut command("id", &["-u"]))? == "0";
    if !may_install {
        let missing = missing.join(", ");
        return Err(format!(
            "the benchmark needs what this machine does not have: {missing}"
        ));
    }
    run(&mut command("apt-get", &["update", "-qq"]))?;
    // Debian starts a server that it installs; this one is only ever started by the benchmark.
    let mut install = command(
        "apt-get",
        &["install", "-qq", "-y", "--no-install-recommends"],
    );
    install
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("RUNLEVEL", "1");
    run(install.args(missing))
}

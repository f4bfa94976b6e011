//! Isso's own scripts, as `PyPI` has them: a browser test holds our answers against them. They are fetched
//! and kept below `target`, and are no part of this project.

use std::fs;
use std::path::PathBuf;

use crate::Result;
use crate::command::{command, root, run};
use crate::needs::{self, Need};

/// The scripts that pages load.
const SCRIPTS: [&str; 2] = ["embed.min.js", "count.min.js"];

/// The folder with the scripts, which pip fetches where they are not there yet.
pub(crate) fn provide() -> Result<PathBuf> {
    let wanted = wanted()?;
    let folder = root().join("target/peers").join(wanted.replace("==", "-"));
    if SCRIPTS.iter().all(|name| folder.join(name).is_file()) {
        return Ok(folder);
    }
    needs::provide(&[Need::Python])?;
    let own = folder.join("python");
    let path = own.display().to_string();
    run(&mut command("python3", &["-m", "venv", "--clear", &path]))?;
    let pip = own.join("bin/pip").display().to_string();
    let packed = own.join("packed").display().to_string();
    let download = [
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        &packed,
        &wanted,
    ];
    run(&mut command(&pip, &download))?;
    for entry in fs::read_dir(&packed).map_err(|error| format!("{packed}: {error}"))? {
        let file = entry.map_err(|error| format!("{packed}: {error}"))?.path();
        unpack(&file.display().to_string(), &folder.display().to_string())?;
    }
    let left: Vec<_> = SCRIPTS
        .iter()
        .filter(|name| !folder.join(name).is_file())
        .collect();
    if !left.is_empty() {
        return Err(format!("{wanted} of PyPI holds no {left:?}"));
    }
    fs::remove_dir_all(&own).map_err(|error| format!("{path}: {error}"))?;
    Ok(folder)
}

/// The version that the benchmark measures, as pip calls it.
fn wanted() -> Result<String> {
    let list = root().join("bench/peers/requirements.txt");
    let text = fs::read_to_string(&list).map_err(|error| format!("{}: {error}", list.display()))?;
    let mut lines = text.lines().map(str::trim);
    let wanted = lines.find(|line| line.starts_with("isso=="));
    let missing = || format!("{} names no version of isso", list.display());
    wanted.map(str::to_owned).ok_or_else(missing)
}

/// Put the scripts of a source archive or a wheel straight into `folder`.
fn unpack(file: &str, folder: &str) -> Result {
    let script = "import sys, tarfile, zipfile, pathlib\n\
                  path, folder, *names = sys.argv[1:]\n\
                  to = pathlib.Path(folder)\n\
                  if zipfile.is_zipfile(path):\n\
                  \x20   file = zipfile.ZipFile(path)\n\
                  \x20   members, read = file.namelist(), file.read\n\
                  else:\n\
                  \x20   file = tarfile.open(path)\n\
                  \x20   members = file.getnames()\n\
                  \x20   read = lambda name: file.extractfile(name).read()\n\
                  for member in members:\n\
                  \x20   for name in names:\n\
                  \x20       if member.endswith('isso/js/' + name):\n\
                  \x20           (to / name).write_bytes(read(member))\n";
    let mut words = vec!["-c", script, file, folder];
    words.extend(SCRIPTS);
    run(&mut command("python3", &words))
}

use std::fs;
use std::path::Path;

use crate::Result;
use crate::command::{command, root, run};

/// Run the examples in the documentation of the crates that have some: the others take a minute to say
/// that they have none.
pub(crate) fn test() -> Result {
    let mut tests = command("cargo", &["test", "--quiet", "--doc"]);
    for name in crates_with_examples()? {
        tests.args(["--package", &format!("rejoinder-{name}")]);
    }
    run(&mut tests)
}

fn crates_with_examples() -> Result<Vec<String>> {
    let crates = root().join("crates");
    let mut names = Vec::new();
    for entry in fs::read_dir(&crates).map_err(|error| error.to_string())? {
        let folder = entry.map_err(|error| error.to_string())?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let is_library = folder.join("src/lib.rs").is_file();
        if is_library
            && has_example(&folder.join("src")).map_err(|error| format!("{name}: {error}"))?
        {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Whether a source below `folder` has an example that compiles.
fn has_example(folder: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let has_one = match path.is_dir() {
            true => has_example(&path)?,
            false => {
                path.extension().is_some_and(|it| it == "rs")
                    && is_example(&fs::read_to_string(&path)?)
            }
        };
        if has_one {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a documentation comment opens a fence of code; one of text is no example.
fn is_example(source: &str) -> bool {
    let docs = source.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
    });
    let mut fences = docs.filter_map(|line| line.trim_start().strip_prefix("```"));
    // A fence that closes says nothing of what it closes.
    while let Some(opens) = fences.next() {
        if opens != "text" {
            return true;
        }
        fences.next();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_whose_documentation_shows_code_has_examples() {
        assert!(is_example(
            "/// So:\n/// ```\n/// let a = 1;\n/// ```\nfn f() {}"
        ));
        assert!(is_example(
            "//! ```text\n//! a\n//! ```\n//! ```no_run\n//! b();\n//! ```"
        ));
        assert!(!is_example(
            "    /// ```text\n    /// 3:48\n    /// ```\n// ```\nfn f() {}"
        ));
        assert!(
            crates_with_examples()
                .unwrap()
                .contains(&"media".to_owned())
        );
    }
}

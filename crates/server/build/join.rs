//! Makes one file of the scripts that are always loaded together: what a reader waits for is asked for
//! once, and compresses better.
//!
//! The sources stay modules of their own. Here a module of a group goes into the group's file, and
//! whoever has the group already imports it from there; it also stays where it was, for pages that
//! need it alone.

use std::collections::{BTreeMap, BTreeSet};

/// A file, and the modules that stand in it, each behind those that it needs.
pub(crate) const GROUPS: [(&str, &[&str]); 3] = [
    (
        "thread.js",
        &[
            "nodes.js",
            "storage.js",
            "words.js",
            "load.js",
            "listening.js",
            "thread.js",
        ],
    ),
    ("compose.js", &["compose.js", "post.js"]),
    (
        "player.js",
        &[
            "player_time.js",
            "player_along.js",
            "player_elsewhere.js",
            "player_home.js",
            "player.js",
        ],
    ),
];

/// What runs without a thread: modules of a group are theirs alone.
pub(crate) const ALONE: [&str; 11] = [
    "count.js",
    "device.js",
    "embed.js",
    "funding.js",
    "imports.js",
    "passkeys.js",
    "push.js",
    "recordings.js",
    "sign_in.js",
    "upload.js",
    "html.js",
];

/// Join the scripts among `files`, which are minified.
pub(crate) fn join(files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let mut joined = Vec::new();
    for (group, modules) in GROUPS {
        joined.push((group, one(group, modules, files)?));
    }
    for (group, text) in joined {
        files.insert(group.to_owned(), text);
    }
    for (name, text) in files.iter_mut() {
        let is_script = name.rsplit_once('.').is_some_and(|(_, kind)| kind == "js");
        if is_script && !ALONE.contains(&name.as_str()) {
            *text = super::minify::script(text, &regrouped);
        }
    }
    Ok(())
}

/// The modules of a group in one, with one import of each file that none of them is.
fn one(group: &str, modules: &[&str], files: &BTreeMap<String, String>) -> Result<String, String> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut bodies = String::new();
    for module in modules {
        let mut rest = files
            .get(*module)
            .ok_or(format!("{group}: no {module}"))?
            .as_str();
        while let Some((names, address, after)) = import(rest) {
            rest = after;
            let file = address.rsplit('/').next().unwrap_or_default();
            if !modules.contains(&file) {
                let address = regrouped(address).unwrap_or_else(|| address.to_owned());
                let all = imports.entry(address).or_default();
                all.extend(
                    names
                        .split(',')
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned),
                );
            }
        }
        if rest.contains("}from'") {
            return Err(format!(
                "{module}: an import that does not stand at the top"
            ));
        }
        bodies.push_str(rest);
        bodies.push('\n');
    }
    let mut text = String::new();
    for (address, names) in imports {
        let names: Vec<String> = names.into_iter().collect();
        text.push_str(&format!("import{{{}}}from'{address}';", names.join(",")));
    }
    Ok(text + bodies.trim_end())
}

/// The import that `text` begins with: its names, its address, and what comes after it.
fn import(text: &str) -> Option<(&str, &str, &str)> {
    let (names, rest) = text
        .trim_start()
        .strip_prefix("import{")?
        .split_once("}from'")?;
    let (address, rest) = rest.split_once('\'')?;
    Some((names, address, rest.strip_prefix(';').unwrap_or(rest)))
}

/// The address of the group that the module at `address` is in, for whoever has a thread.
fn regrouped(address: &str) -> Option<String> {
    let (folder, file) = address.rsplit_once('/')?;
    let is_module = folder.starts_with('.') || folder == "${base}/static";
    let (group, _) = GROUPS
        .iter()
        .find(|(group, modules)| *group != file && modules.contains(&file))?;
    is_module.then(|| format!("{folder}/{group}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> = GROUPS
            .iter()
            .flat_map(|(_, modules)| *modules)
            .map(|module| ((*module).to_owned(), String::new()))
            .collect();
        all.extend(
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
        );
        join(&mut all).unwrap();
        all
    }

    #[test]
    fn a_group_is_one_file_with_one_import_of_each_other() {
        let all = joined(&[
            (
                "compose.js",
                "import{part}from'../shared/nodes.js';\nexport let a=part;",
            ),
            (
                "post.js",
                "import{a}from'./compose.js';import{listOf,part}from'../shared/nodes.js';export let b=a;",
            ),
        ]);
        assert_eq!(
            all["compose.js"],
            "import{listOf,part}from'../shared/thread.js';export let a=part;export let b=a;"
        );
    }

    #[test]
    fn whoever_has_a_thread_imports_the_group() {
        let all = joined(&[
            (
                "own.js",
                "import{part}from'../shared/nodes.js';import('./post.js');f('./post.js')",
            ),
            ("sign_in.js", "import{part}from'../shared/nodes.js';"),
        ]);
        assert_eq!(
            all["own.js"],
            "import{part}from'../shared/thread.js';import('./compose.js');f('./compose.js')"
        );
        assert_eq!(all["sign_in.js"], "import{part}from'../shared/nodes.js';");
    }
}

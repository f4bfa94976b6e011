//! No module needs another that needs it: read from the `import` lines of the scripts and the `use`
//! lines of the crates, as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::command::root;
use crate::source::{files, scripts, without_tests};

/// What each module needs.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_script_needs_one_that_needs_it() {
    let graph = web();
    assert!(graph.len() > 40, "{}", graph.len());
    assert!(graph["thread.js"].contains("nodes.js"), "{graph:?}");
    assert_eq!(circles(&graph), Vec::<String>::new());
}

#[test]
fn no_module_of_a_crate_needs_one_that_needs_it() {
    let crates = root().join("crates");
    let entries = fs::read_dir(crates).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut n_modules = 0;
    for name in names {
        let graph = rust(&name);
        n_modules += graph.len();
        assert_eq!(circles(&graph), Vec::<String>::new(), "{name}");
    }
    assert!(n_modules > 400, "{n_modules}");
}

/// The scripts that browsers run, by their names, which are unique. Loading when needed is needing,
/// too; what only stands in a comment, as types do, is not.
fn web() -> Graph {
    let mut graph = Graph::new();
    for path in scripts() {
        let text = without_comments(&fs::read_to_string(&path).unwrap());
        graph.insert(name_of(&path), imports(&text));
    }
    graph
}

/// The files that a script without comments imports.
fn imports(text: &str) -> BTreeSet<String> {
    let after = ["from '", "import '", "import('", "import(`"];
    let addresses = after.iter().flat_map(|start| {
        text.split(start)
            .skip(1)
            .filter_map(|rest| rest.split(['\'', '`']).next())
    });
    let names = addresses.filter_map(|address| address.rsplit('/').next());
    names
        .filter(|name| name.ends_with(".js"))
        .map(str::to_owned)
        .collect()
}

/// A module's path below the crate's root.
type Module = Vec<String>;

/// The modules of the crate in `crates/NAME`, tests apart. Needing a module above oneself, for what is
/// written there, is not counted: a folder and its files are one thing.
fn rust(name: &str) -> Graph {
    let src = root().join("crates").join(name).join("src");
    let code = |path: &Path| {
        let text = without_comments(&fs::read_to_string(path).unwrap());
        without_tests(&text).to_owned()
    };
    let files = files(&src, "rs").into_iter();
    let texts: BTreeMap<Module, String> = files
        .map(|path| (module_of(path.strip_prefix(&src).unwrap()), code(&path)))
        .filter(|(module, _)| module.last().is_none_or(|last| last != "tests"))
        .collect();
    let exports = exports(&texts);
    let mut graph = Graph::new();
    for (module, text) in &texts {
        let needed = paths(text).into_iter();
        let needed = needed.filter_map(|path| absolute(&path, module));
        let needed = needed.filter_map(|path| resolved(&path, &texts, &exports));
        let others = needed.filter(|other| !module.starts_with(other));
        let others = others.map(|other| other.join("::")).collect();
        graph.insert(module.join("::"), others);
    }
    graph
}

/// Where each name really is that a module passes on.
fn exports(texts: &BTreeMap<Module, String>) -> BTreeMap<Module, Module> {
    let mut exports = BTreeMap::new();
    for (module, text) in texts {
        let passed_on = text
            .split_inclusive(';')
            .filter(|line| line.contains("\npub use ") || line.contains("\npub(crate) use "));
        for path in passed_on.flat_map(uses) {
            let Some(name) = path.last().cloned() else {
                continue;
            };
            // A path that begins with neither `crate` nor `super` begins at the module itself.
            let target = absolute(&path, module).unwrap_or_else(|| [&module[..], &path].concat());
            exports.insert([&module[..], &[name]].concat(), target);
        }
    }
    exports
}

/// What `use` lines and paths in the middle of lines name.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut paths = uses(text);
    paths.extend(written_out(text, "crate::", &["crate"]));
    paths.extend(written_out(text, "super::", &["super"]));
    for child in children(text) {
        paths.extend(written_out(text, &format!("{child}::"), &["self", child]));
    }
    paths
}

/// The paths that start with `start` wherever they stand, as if they began with `root`. Those with
/// braces stand in `use` lines, which are read apart.
fn written_out(text: &str, start: &str, root: &[&str]) -> Vec<Vec<String>> {
    let begun = text.match_indices(start).filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|c| !is_word(c) && c != ':')
    });
    let path = |(at, _): (usize, &str)| {
        let rest = &text[at + start.len()..];
        let end = rest.find(|c| !is_word(c) && c != ':').unwrap_or(rest.len());
        let parts = rest[..end].split("::").map(str::to_owned);
        let whole = root.iter().map(|&part| part.to_owned()).chain(parts);
        (!rest[end..].starts_with('{')).then(|| whole.collect())
    };
    begun.filter_map(path).collect()
}

/// The modules that stand below this one.
fn children(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (_, declared) = line.split_once("mod ")?;
        let name = declared.strip_suffix(';')?;
        name.chars().all(is_word).then_some(name)
    })
}

/// A path of this crate that stands in `module`, from the crate's root.
fn absolute(path: &[String], module: &[String]) -> Option<Module> {
    let n_up = path.iter().take_while(|part| *part == "super").count();
    match path.first()?.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => Some([&module[..module.len().checked_sub(n_up)?], &path[n_up..]].concat()),
        _ => None,
    }
}

/// The module that a path leads into, through what others pass on.
fn resolved(
    path: &[String],
    texts: &BTreeMap<Module, String>,
    exports: &BTreeMap<Module, Module>,
) -> Option<Module> {
    let known = (0..=path.len()).rev().map(|n| &path[..n]);
    let module = known.into_iter().find(|start| texts.contains_key(*start))?;
    let exported = path.get(..=module.len()).and_then(|name| exports.get(name));
    match exported {
        Some(target) if target != path => resolved(target, texts, exports),
        _ => Some(module.to_vec()),
    }
}

/// Each path of each `use`, with its braces expanded.
fn uses(text: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for line in text.split_inclusive(';') {
        let starts = [
            "\nuse ",
            "\npub use ",
            "\npub(crate) use ",
            "\npub(super) use ",
            "    use ",
        ];
        for start in starts {
            if let Some(at) = line.rfind(start) {
                expand(
                    line[at + start.len()..].trim_end_matches(';'),
                    &[],
                    &mut paths,
                );
                break;
            }
        }
    }
    paths
}

fn expand(tree: &str, before: &[String], paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let (path, group) = match tree.split_once('{') {
        Some((path, rest)) => (path, rest.rsplit_once('}').map(|(group, _)| group)),
        None => (tree, None),
    };
    let path = path.split(" as ").next().unwrap_or_default();
    let parts = path
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut whole = before.to_vec();
    whole.extend(parts.map(str::to_owned));
    match group {
        Some(group) => branches(group)
            .into_iter()
            .for_each(|branch| expand(branch, &whole, paths)),
        None if whole.len() > before.len() => paths.push(whole),
        None => {}
    }
}

/// The parts of a group that its own commas part.
fn branches(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                all.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&group[start..]);
    all
}

/// Each set of modules that all need each other, in one line.
fn circles(graph: &Graph) -> Vec<String> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = graph
        .keys()
        .map(|name| (name, reachable(graph, name)))
        .collect();
    let sets: BTreeSet<Vec<&str>> = reach
        .iter()
        .filter(|(name, reached)| reached.contains(*name))
        .map(|(name, reached)| {
            let mutual = reached
                .iter()
                .filter(|other| reach.get(**other).is_some_and(|back| back.contains(*name)));
            mutual.map(|other| other.as_str()).collect()
        })
        .collect();
    sets.into_iter().map(|set| set.join(" ⇄ ")).collect()
}

/// What `name` needs, and what that needs.
fn reachable<'g>(graph: &'g Graph, name: &str) -> BTreeSet<&'g String> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&String> = graph.get(name).into_iter().flatten().collect();
    while let Some(next) = left.pop() {
        if reached.insert(next) {
            left.extend(graph.get(next).into_iter().flatten());
        }
    }
    reached
}

/// `text` without what stands between `/*` and `*/`, or in a line that starts as a comment.
fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code.push_str(part.split_once("*/").map_or("", |(_, rest)| rest));
    }
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// The module in a file, from the crate's root; nothing for the root itself.
fn module_of(file: &Path) -> Vec<String> {
    let path = file.with_extension("");
    let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    parts
        .filter(|part| !["lib", "main", "mod"].contains(&part.as_str()))
        .collect()
}

#[test]
fn trees_of_names_are_expanded() {
    let paths = uses(
        "//! Doc.\nuse crate::a::{self, b::{C, D as E}};\n\npub use super::f;\nfn g() {\n    use crate::h;\n}\n",
    );
    let paths: Vec<String> = paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        paths,
        [
            "crate::a::self",
            "crate::a::b::C",
            "crate::a::b::D",
            "super::f",
            "crate::h"
        ]
    );
}

#[test]
fn paths_in_the_middle_of_a_line_are_read() {
    let paths = paths(
        "mod a;\npub(crate) mod b;\nfn f() {\n    a::g(super::super::h(), crate::i::j, extra::k)\n}",
    );
    let paths: Vec<String> = paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(paths, ["crate::i::j", "super::super::h", "self::a::g"]);
}

#[test]
fn a_circle_is_found_with_all_that_are_in_it() {
    let needs = |name: &str, needed: &[&str]| {
        let needed = needed.iter().map(|&other| other.to_owned()).collect();
        (name.to_owned(), needed)
    };
    let graph = Graph::from([
        needs("a", &["b"]),
        needs("b", &["c", "d"]),
        needs("c", &["a"]),
        needs("d", &[]),
    ]);
    assert_eq!(circles(&graph), ["a ⇄ b ⇄ c"]);
}

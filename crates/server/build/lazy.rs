//! Has what is loaded when it is first used fetched before it is imported: `web/widget/load.js` says why.
//!
//! The sources say `import('./a.js')`, which a type checker understands. Here it becomes
//! `load('a','b')`, with all that `a.js` imports and what has a thread has not.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use super::join::{ALONE, GROUPS};
use super::tokens::{Tokens, tokens};

/// The file that `load` stands in, which everything with a thread has.
const HOME: &str = GROUPS[0].0;

/// Rewrite each `import('…')` in the scripts among `files`, which are joined.
pub(crate) fn load(files: &mut BTreeMap<String, String>) {
    let needs: BTreeMap<String, Vec<String>> = files
        .iter()
        .map(|(name, text)| (name.clone(), imported(text)))
        .collect();
    for (name, text) in files.iter_mut() {
        if !ALONE.contains(&name.as_str())
            && let Some(changed) = loading(text, &needs)
        {
            *text = if name == HOME {
                changed
            } else {
                with_load(&changed)
            };
        }
    }
}

/// `text` with `load` among what it imports from the thread.
fn with_load(text: &str) -> String {
    let end = text.find(&format!("/{HOME}'"));
    match end.and_then(|end| text[..end].rfind("import{")) {
        Some(start) => {
            let (before, after) = text.split_at(start + "import{".len());
            format!("{before}load,{after}")
        }
        None => format!("import{{load}}from'./{HOME}';{text}"),
    }
}

/// What a script imports as it begins.
fn imported(text: &str) -> Vec<String> {
    let all = tokens(text);
    let imports =
        (1..all.len()).filter(|at| all.before(*at) == "from" && all.before(at - 1) == "}");
    imports.filter_map(|at| file(&all, at)).collect()
}

/// `text` with each of its imports loaded; nothing where it has none.
fn loading(text: &str, needs: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let all = tokens(text);
    let mut out = String::new();
    let mut done = 0;
    for at in 0..all.len() {
        if all.text(at) != "import" || all.text(at + 1) != "(" {
            continue;
        }
        let Some(first) = file(&all, at + 2) else {
            continue;
        };
        let mut wanted = BTreeSet::new();
        gather(&first, needs, &mut wanted);
        wanted.remove(&first);
        let names = iter::once(&first).chain(&wanted);
        let names: Vec<String> = names.map(|name| format!("'{}'", stem(name))).collect();
        out.extend([&text[done..all.start(at)], "load(", &names.join(",")]);
        done = all.start(at + 3);
    }
    (done > 0).then(|| out + &text[done..])
}

/// The file that the token at `at` names, if it is the address of a script.
fn file(all: &Tokens<'_>, at: usize) -> Option<String> {
    let address = all.text(at).strip_prefix('\'')?.strip_suffix('\'')?;
    let (folder, file) = address.rsplit_once('/')?;
    folder.starts_with('.').then(|| file.to_owned())
}

/// What `load` calls a script: it knows where they are, and of which version.
fn stem(file: &str) -> &str {
    file.strip_suffix(".js").unwrap_or(file)
}

/// Add `file` and all that it needs to `wanted`.
fn gather(file: &str, needs: &BTreeMap<String, Vec<String>>, wanted: &mut BTreeSet<String>) {
    if file != HOME && wanted.insert(file.to_owned()) {
        for other in needs.get(file).into_iter().flatten() {
            gather(other, needs, wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut all = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        load(&mut all);
        all
    }

    #[test]
    fn what_is_imported_later_is_fetched_first_with_all_that_it_needs() {
        let all = loaded(&[
            (
                "own.js",
                "let a=()=>import('./passages.js'),b='}from',c=`import('./x.js')`;",
            ),
            (
                "passages.js",
                "import{b}from'../shared/marks.js';import{c}from'./thread.js';import('./own.js')",
            ),
            ("marks.js", "import{d}from'./text.js';"),
            ("text.js", "import{e}from'./marks.js';"),
        ]);
        assert_eq!(
            all["own.js"],
            "import{load}from'./thread.js';\
             let a=()=>load('passages','marks','text'),b='}from',c=`import('./x.js')`;"
        );
        assert_eq!(
            all["passages.js"],
            "import{b}from'../shared/marks.js';import{load,c}from'./thread.js';load('own')"
        );
        assert_eq!(all["marks.js"], "import{d}from'./text.js';");
    }

    #[test]
    fn the_thread_loads_by_itself_and_what_has_none_imports() {
        let all = loaded(&[
            (
                "thread.js",
                "export function load(){};await import('./bell.js')",
            ),
            ("embed.js", "import(`${base}/static/thread.js`)"),
            ("bell.js", ""),
        ]);
        assert_eq!(
            all["thread.js"],
            "export function load(){};await load('bell')"
        );
        assert_eq!(all["embed.js"], "import(`${base}/static/thread.js`)");
    }
}

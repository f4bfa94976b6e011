//! Gives short names to what a script calls so for itself alone: variables, parameters, functions,
//! imports and private members. What it exports, and what it takes from the browser, keep theirs.
//!
//! `web/e2e/served.test.js` has a type checker compare what each name stands for with the source.

use std::collections::{BTreeMap, BTreeSet};

use super::scopes::{Names, Place};
use super::tokens::{Tokens, is_keyword, tokens};

/// `script`, which is minified, with short names.
pub(crate) fn mangle(script: &str) -> String {
    let all = tokens(script);
    let names = Names::of(&all);
    let short = shorten(&all, &names);
    let privates = shorten_privates(&all, &names);
    let mut out = String::with_capacity(script.len());
    let mut done = 0;
    for used in &names.uses {
        let name = all.text(used.at);
        let to = match used.binding {
            Some(binding) => short[binding].as_ref(),
            None => privates.get(name),
        };
        let Some(to) = to else { continue };
        let before = match used.place {
            Place::Alone => "",
            Place::Member => ":",
            Place::Import => " as ",
        };
        let start = all.start(used.at);
        out.push_str(&script[done..start]);
        if !before.is_empty() {
            out.extend([name, before]);
        }
        out.push_str(to);
        done = start + name.len();
    }
    out + &script[done..]
}

/// The new name of each binding, one scope after the other, so that functions that take the same call it
/// the same; the file's own come last. Two that are never seen from one
/// place may share one.
fn shorten(all: &Tokens<'_>, names: &Names<'_>) -> Vec<Option<String>> {
    let mut uses: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); names.bindings.len()];
    for used in &names.uses {
        if let Some(binding) = used.binding {
            uses[binding].insert(used.at);
        }
    }
    let mut order: Vec<usize> = (0..names.bindings.len())
        .filter(|at| !names.bindings[*at].is_exported)
        .collect();
    order.sort_by_key(|at| {
        (
            names.bindings[*at].scope.1 >= all.len(),
            names.bindings[*at].scope,
        )
    });
    let mut short = vec![None; names.bindings.len()];
    let mut taken: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for at in order {
        let own = &names.bindings[at];
        let meets = |other: &usize| {
            let (other, theirs) = (&names.bindings[*other], &uses[*other]);
            other.scope == own.scope
                || own.holds(other) && uses[at].range(other.range()).next().is_some()
                || other.holds(own) && theirs.range(own.range()).next().is_some()
        };
        let name = candidates().find(|name| {
            !all.has_word(name) && !taken.get(name).is_some_and(|all| all.iter().any(meets))
        });
        if let Some(name) = name {
            taken.entry(name.clone()).or_default().push(at);
            short[at] = Some(name);
        }
    }
    short
}

/// The new names of private members, which classes do not share.
fn shorten_privates<'s>(all: &Tokens<'s>, names: &Names<'_>) -> BTreeMap<&'s str, String> {
    let mut privates = BTreeMap::new();
    for used in names.uses.iter().filter(|used| used.binding.is_none()) {
        let name = all.text(used.at);
        let n = privates.len();
        if name.starts_with('#') {
            privates
                .entry(name)
                .or_insert_with(|| format!("#{}", nth(n)));
        }
    }
    privates
}

/// The names that are free to be given, the shortest first.
fn candidates() -> impl Iterator<Item = String> {
    (0..).map(nth).filter(|name| !is_keyword(name))
}

/// The `n`-th word: a, b, … Z, aa, ….
fn nth(n: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let last = char::from(LETTERS[n % 52]);
    match n / 52 {
        0 => last.to_string(),
        more => nth(more - 1) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(mangle(source), expected);
    }

    #[test]
    fn what_a_script_declares_has_a_short_name() {
        check(
            "function one(first,[second],...more){let third=first+second;for(let each of more)third+=each;}",
            "function a(a,[b],...c){let d=a+b;for(let a of c)d+=a;}",
        );
        check("list.map((item)=>item.name)", "list.map((a)=>a.name)");
        check(
            "try{go()}catch(error){log(error)}",
            "try{go()}catch(a){log(a)}",
        );
        check(
            "let f=one=>one+two,g=(one)=>({one});f",
            "let a=a=>a+two,b=(a)=>({one:a});a",
        );
    }

    #[test]
    fn what_is_seen_from_one_place_has_names_of_its_own() {
        check(
            "function outer(one){let two=one;return(three)=>{let four=two;return three+four}}",
            "function a(a){let b=a;return(a)=>{let c=b;return a+c}}",
        );
        // A function's parameters may not be declared again in its body, used there or not.
        check("function f(one){let two}", "function a(a){let b}");
        check("f((one)=>{let two},one)", "f((a)=>{let b},one)");
    }

    #[test]
    fn members_keep_their_names() {
        check(
            "let {kept,other:local,deep:{inner=1}}=make();use({kept,local:kept,other(){}},inner)",
            "let {kept:a,other:b,deep:{inner:c=1}}=make();use({kept:a,local:a,other(){}},c)",
        );
        check(
            "let{[key]:_,...others}=one;a?key:others",
            "let{[key]:b,...c}=one;a?key:c",
        );
        check(
            "let name=1;class A{name;#hidden=name;say(){}get all(){return this.#hidden}}",
            "let a=1;class b{name;#a=a;say(){}get all(){return this.#a}}",
        );
    }

    #[test]
    fn what_is_known_outside_keeps_its_name() {
        check(
            "import{part,acts as own}from'./a.js';export function find(one){own(part)}export async function go(){find()}",
            "import{part as b,acts as c}from'./a.js';export function find(a){c(b)}export async function go(){find()}",
        );
        check(
            "function f(name){return name}name()",
            "function a(a){return a}name()",
        );
    }

    #[test]
    fn no_short_name_is_a_word_of_the_language() {
        let long: Vec<String> = (0..800).map(|n| format!("long{n}")).collect();

        let script = mangle(&format!("let {};", long.join(",")));

        let names = script.strip_prefix("let ").unwrap().trim_end_matches(';');
        let names: BTreeSet<&str> = names.split(',').collect();
        assert_eq!(names.len(), 800);
        assert!(names.contains("dn") && names.contains("dp"), "{script}");
        for word in ["as", "do", "if", "in", "of"] {
            assert!(!names.contains(word), "{word}");
        }
        let all: BTreeSet<String> = candidates().take(140_000).collect();
        for word in [
            "for", "get", "let", "new", "set", "try", "var", "a", "Do", "IF",
        ] {
            let is_free = word.len() == 1 || word.starts_with(char::is_uppercase);
            assert_eq!(all.contains(word), is_free, "{word}");
        }
    }

    #[test]
    fn names_in_templates_are_names_and_strings_are_not() {
        check(
            "let base=1;f(`base ${base+`${base}`} base`,'base',/base/)",
            "let a=1;f(`base ${a+`${a}`} base`,'base',/base/)",
        );
    }
}

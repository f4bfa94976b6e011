//! What the names of a script stand for.
//!
//! Scopes are found by brackets, for scripts as they are written here: each statement has its `;`,
//! and there is no `var` and no label.

use std::ops::Range;

use super::tokens::{Brace, Tokens};

pub(crate) struct Names<'s> {
    pub(crate) bindings: Vec<Binding<'s>>,
    /// In their order; what is not a member of something, or a private one.
    pub(crate) uses: Vec<Use>,
}

/// A variable, a parameter, a function, a class or an import.
pub(crate) struct Binding<'s> {
    name: &'s str,
    /// The tokens from which it is seen: the first and the last.
    pub(crate) scope: (usize, usize),
    pub(crate) is_exported: bool,
}

pub(crate) struct Use {
    pub(crate) at: usize,
    pub(crate) place: Place,
    /// What it stands for, if that is declared here.
    pub(crate) binding: Option<usize>,
}

/// What else a name is where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Alone,
    /// It names a member as well: `{name}`.
    Member,
    /// It names what another file exports.
    Import,
}

impl Binding<'_> {
    pub(crate) fn range(&self) -> Range<usize> {
        self.scope.0..self.scope.1 + 1
    }

    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.scope.0 <= other.scope.0 && other.scope.1 <= self.scope.1
    }
}

impl<'s> Names<'s> {
    pub(crate) fn of(all: &'s Tokens<'s>) -> Self {
        let mut finder = Finder {
            all,
            bindings: Vec::new(),
            uses: Vec::new(),
        };
        for at in 0..all.len() {
            finder.declarations(at);
            if let Some(place) = finder.place(at) {
                finder.uses.push(Use {
                    at,
                    place,
                    binding: None,
                });
            }
        }
        let Finder {
            bindings, mut uses, ..
        } = finder;
        for used in &mut uses {
            used.binding = bindings
                .iter()
                .enumerate()
                .filter(|(_, binding)| {
                    binding.name == all.text(used.at) && binding.range().contains(&used.at)
                })
                .min_by_key(|(_, binding)| binding.range().len())
                .map(|(at, _)| at);
        }
        Self { bindings, uses }
    }
}

struct Finder<'s> {
    all: &'s Tokens<'s>,
    bindings: Vec<Binding<'s>>,
    uses: Vec<Use>,
}

impl<'s> Finder<'s> {
    /// What the name at `at` is, unless it is only a member's, or no name.
    fn place(&self, at: usize) -> Option<Place> {
        let all = self.all;
        let (before, next) = (all.before(at), all.text(at + 1));
        if !all.is_name(at) {
            return None;
        }
        if all.text(at).starts_with('#') {
            return Some(Place::Alone);
        }
        if matches!(before, "." | "?.") {
            return None;
        }
        match all.brace_around(at) {
            Some(Brace::Names) if before == "as" => Some(Place::Alone),
            Some(Brace::Names) => (next != "as").then_some(Place::Import),
            Some(Brace::Class) => {
                let is_member = all.begins_line(at)
                    || matches!(before, "{" | ";" | "}" | "static" | "async" | "get" | "set");
                (!is_member).then_some(Place::Alone)
            }
            Some(Brace::Object) if matches!(before, "{" | "," | "async" | "get" | "set") => {
                (!matches!(next, ":" | "(")).then_some(Place::Member)
            }
            _ => Some(Place::Alone),
        }
    }

    /// Take in what is declared by the token at `at`.
    fn declarations(&mut self, at: usize) {
        let all = self.all;
        match all.text(at) {
            "let" | "const" => self.variables(at),
            "function" | "class" => {
                let name = at + 1 + usize::from(all.text(at + 1) == "*");
                if all.is_name(name) {
                    self.declare(name, self.scope_around(at), self.is_exported(at));
                }
            }
            "{" if all.before(at) == "import" => {
                let file = (0, all.len());
                for name in at + 1..all.end(at).unwrap_or(at) {
                    if all.is_name(name) && all.text(name + 1) != "as" {
                        self.declare(name, file, false);
                    }
                }
            }
            "=>" if all.is_name(at - 1) => {
                self.declare(at - 1, (at - 1, self.end_of_body(at + 1)), false);
            }
            "(" => {
                if let Some(body) = self.body_after(at) {
                    self.pattern(at, (at, self.end_of_body(body)), false);
                }
            }
            _ => {}
        }
    }

    fn declare(&mut self, at: usize, scope: (usize, usize), is_exported: bool) {
        let name = self.all.text(at);
        self.bindings.push(Binding {
            name,
            scope,
            is_exported,
        });
    }

    fn is_exported(&self, at: usize) -> bool {
        let before = self.all.before(at);
        before == "export" || before == "async" && self.all.before(at - 1) == "export"
    }

    /// What the statement at `start` declares: `let a = b, [c] = d`.
    fn variables(&mut self, start: usize) {
        let all = self.all;
        let (scope, is_exported) = (self.scope_around(start), self.is_exported(start));
        let mut at = start + 1;
        self.pattern(at, scope, is_exported);
        while at < all.len() && !matches!(all.text(at), ";" | ")" | "}" | "of" | "in") {
            at = all.after(at);
            if all.text(at) == "," {
                self.pattern(at + 1, scope, is_exported);
            }
        }
    }

    /// The names that what stands at `start` binds: a name, or names in brackets of any kind.
    fn pattern(&mut self, start: usize, scope: (usize, usize), is_exported: bool) {
        let all = self.all;
        if all.is_name(start) {
            self.declare(start, scope, is_exported);
        }
        let Some(end) = all.end(start) else { return };
        let is_object = all.text(start) == "{";
        let mut at = start + 1;
        while at < end {
            let is_bound = match all.before(at) {
                ":" => is_object,
                "..." => true,
                "," | "{" | "[" | "(" => !is_object || all.is_name(at) && all.text(at + 1) != ":",
                _ => false,
            };
            if is_bound {
                self.pattern(at, scope, is_exported);
            }
            at = all.after(at);
        }
    }

    /// Where the body begins of the function that takes what is in the parenthesis at `at`.
    fn body_after(&self, at: usize) -> Option<usize> {
        let all = self.all;
        let end = all.end(at)?;
        match all.text(end + 1) {
            "=>" => Some(end + 2),
            "{" if !matches!(all.before(at), "if" | "for" | "while" | "switch" | "await") => {
                Some(end + 1)
            }
            _ => None,
        }
    }

    /// The last token of the statements in braces or of the expression at `start`.
    fn end_of_body(&self, start: usize) -> usize {
        let all = self.all;
        if all.text(start) == "{" {
            return all.end(start).unwrap_or(all.len());
        }
        let mut at = start;
        while at < all.len() && !matches!(all.text(at), "," | ";" | ")" | "]") && !all.closes(at) {
            at = all.after(at);
        }
        at - 1
    }

    /// From where a declaration at `at` is seen.
    fn scope_around(&self, at: usize) -> (usize, usize) {
        let all = self.all;
        let Some(open) = all.within(at) else {
            return (0, all.len());
        };
        let end = all.end(open).unwrap_or(all.len());
        let before = all.before(open);
        if all.text(open) == "(" {
            // What a loop declares.
            return (open, self.end_of_body(end + 1));
        }
        let parameters = match before {
            "=>" => open.checked_sub(2),
            _ => open.checked_sub(1),
        };
        // A function's parameters and what its body declares may not have one name.
        match parameters.and_then(|close| all.start_of(close)) {
            Some(start) if self.body_after(start) == Some(open) => (start, end),
            _ if before == "=>" => (open - 2, end),
            _ => (open, end),
        }
    }
}

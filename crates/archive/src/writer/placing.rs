//! Where comments belong, whatever the order in which a file holds them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use crate::item::CommentItem;

/// Pages that are one here have one number.
pub(super) type PageNumber = u32;

/// Puts the comments of a file into an order in which a parent always comes before its replies.
///
/// A reply whose parent has not come yet waits. What still waits at the end has no parent in the
/// file, or stands in a circle: it becomes a root, and its replies follow it.
///
/// A comment that has been placed is remembered as a number made of its id, which two of a million
/// comments share once in tens of millions of imports.
#[derive(Debug, Default)]
pub(super) struct Placing {
    known: Known,
    waiting: HashMap<String, Vec<(PageNumber, CommentItem)>>,
}

/// A comment in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) item: CommentItem,
    /// The comment that it stands under, which came before.
    pub(super) parent: Option<String>,
    /// Why that is not the parent that the file names.
    pub(super) moved: Option<&'static str>,
}

/// The pages of all comments, and whether they have been placed: in some tables, because one that
/// grows is there twice for a moment, and in as few bytes as it takes, because there may be millions.
#[derive(Debug)]
struct Known {
    hasher: RandomState,
    tables: Vec<HashMap<[u32; 2], PageNumber>>,
}

const N_TABLES: u64 = 16;

/// Stands in a page number for a comment that has been placed.
const PLACED: PageNumber = 1 << 31;

impl Default for Known {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            tables: (0..N_TABLES).map(|_| HashMap::new()).collect(),
        }
    }
}

impl Known {
    /// The table that an id belongs to, and what it is there.
    fn place(&self, id: &str) -> (usize, [u32; 2]) {
        let hash = self.hasher.hash_one(id);
        let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
        let table = usize::try_from(hash % N_TABLES).unwrap_or(0);
        (table, [half(hash), half(hash >> 32)])
    }

    fn get(&self, id: &str) -> Option<(PageNumber, bool)> {
        let (table, key) = self.place(id);
        let known = *self.tables[table].get(&key)?;
        Some((known & !PLACED, known & PLACED != 0))
    }

    fn insert(&mut self, id: &str, page: PageNumber, is_placed: bool) {
        let (table, key) = self.place(id);
        let known = page | if is_placed { PLACED } else { 0 };
        self.tables[table].insert(key, known);
    }
}

impl Placing {
    fn known(&self, id: &str) -> Option<(PageNumber, bool)> {
        self.known.get(id)
    }

    fn remember(&mut self, id: &str, page: PageNumber, is_placed: bool) {
        self.known.insert(id, page, is_placed);
    }

    /// The page of the comment with this id, if one has come.
    pub(super) fn page_of(&self, id: &str) -> Option<PageNumber> {
        self.known(id).map(|(page, _)| page)
    }

    /// Take the next comment of the file; gives what is ready now, or nothing for a comment that
    /// has come before.
    pub(super) fn add(&mut self, page: PageNumber, item: CommentItem) -> Option<Vec<Placed>> {
        if self.known(&item.source_id).is_some() {
            return None;
        }
        let mut placed = Vec::new();
        let is_there = |parent: &String| self.known(parent).is_some_and(|(_, is_placed)| is_placed);
        match item.parent.clone().filter(|parent| !is_there(parent)) {
            Some(parent) => {
                self.remember(&item.source_id, page, false);
                self.waiting.entry(parent).or_default().push((page, item));
            }
            None => self.place(page, item, None, &mut placed),
        }
        Some(placed)
    }

    /// No more comments of these pages come: place everything that waits.
    pub(super) fn finish(&mut self) -> Vec<Placed> {
        let mut placed = Vec::new();
        for parent in self.missing() {
            for (page, item) in self.waiting.remove(&parent).unwrap_or_default() {
                self.place(page, item, Some("its parent did not come in"), &mut placed);
            }
        }
        let mut rest: Vec<(PageNumber, CommentItem)> =
            self.waiting.drain().flat_map(|(_, items)| items).collect();
        rest.sort_by(|(_, a), (_, b)| {
            (a.posted_at, &a.source_id).cmp(&(b.posted_at, &b.source_id))
        });
        let firsts = first_of_circles(&rest);
        let mut roots = Vec::with_capacity(firsts.len());
        for (at, (page, item)) in rest.into_iter().enumerate() {
            match item.parent.clone().filter(|_| !firsts.contains(&at)) {
                Some(parent) => self.waiting.entry(parent).or_default().push((page, item)),
                None => roots.push((page, item)),
            }
        }
        for (page, item) in roots {
            self.place(page, item, Some("it is its own ancestor"), &mut placed);
        }
        placed
    }

    /// Parents that are waited for and do not wait themselves.
    fn missing(&self) -> Vec<String> {
        let items = self.waiting.values().flatten();
        let waiting: HashSet<&str> = items.map(|(_, item)| item.source_id.as_str()).collect();
        let parents = self.waiting.keys();
        let mut missing: Vec<String> = parents
            .filter(|parent| !waiting.contains(parent.as_str()))
            .cloned()
            .collect();
        missing.sort_unstable();
        missing
    }

    /// Place `item` and, after it, every reply that waited for it, at any depth.
    fn place(
        &mut self,
        page: PageNumber,
        item: CommentItem,
        orphaned: Option<&'static str>,
        placed: &mut Vec<Placed>,
    ) {
        let id = item.source_id.clone();
        let one = self.place_one(page, item, orphaned);
        placed.push(one);
        self.release(&id, placed);
    }

    /// Place what waited for `id`. A chain of any length needs no more stack.
    fn release(&mut self, id: &str, placed: &mut Vec<Placed>) {
        let mut ready = self.waiting.remove(id).unwrap_or_default();
        ready.reverse();
        while let Some((page, item)) = ready.pop() {
            let next = self.waiting.remove(&item.source_id).unwrap_or_default();
            let one = self.place_one(page, item, None);
            placed.push(one);
            ready.extend(next.into_iter().rev());
        }
    }

    fn place_one(
        &mut self,
        page: PageNumber,
        item: CommentItem,
        orphaned: Option<&'static str>,
    ) -> Placed {
        let mut parent = item.parent.clone().filter(|_| orphaned.is_none());
        let mut moved = orphaned;
        let is_elsewhere = |parent: &String| self.page_of(parent) != Some(page);
        if parent.as_ref().is_some_and(is_elsewhere) {
            parent = None;
            moved = Some("its parent stands on another page");
        }
        self.remember(&item.source_id, page, true);
        Placed {
            item,
            parent,
            moved,
        }
    }
}

/// The first of the comments of each circle, where every comment's parent is one of `items`.
fn first_of_circles(items: &[(PageNumber, CommentItem)]) -> HashSet<usize> {
    let ids = items
        .iter()
        .enumerate()
        .map(|(at, (_, item))| (item.source_id.as_str(), at));
    let places: HashMap<&str, usize> = ids.collect();
    let parent = |at: usize| {
        items[at]
            .1
            .parent
            .as_deref()
            .and_then(|id| places.get(id))
            .copied()
    };
    let mut walks = vec![None; items.len()];
    let mut firsts = HashSet::new();
    for start in 0..items.len() {
        let mut here = Some(start);
        while let Some(at) = here.filter(|at| walks[*at].is_none()) {
            walks[at] = Some(start);
            here = parent(at);
        }
        let Some(entry) = here.filter(|at| walks[*at] == Some(start)) else {
            continue;
        };
        let circle = std::iter::successors(parent(entry), |at| parent(*at));
        firsts.extend(circle.take_while(|at| *at != entry).chain([entry]).min());
    }
    firsts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Body;

    fn comment(id: &str, parent: Option<&str>) -> CommentItem {
        CommentItem {
            parent: parent.map(str::to_owned),
            ..CommentItem::new(id, "page", Body::Html(String::new()))
        }
    }

    /// Comments as `id`, or `id<parent`. Gives them as placed.
    fn place(file: &[&str]) -> Vec<String> {
        let mut placing = Placing::default();
        let mut placed = Vec::new();
        for record in file {
            let (id, parent) = match record.split_once('<') {
                Some((id, parent)) => (id, Some(parent)),
                None => (*record, None),
            };
            placed.extend(placing.add(0, comment(id, parent)).unwrap());
        }
        placed.extend(placing.finish());
        placed.iter().map(shown).collect()
    }

    fn shown(placed: &Placed) -> String {
        let parent = placed.parent.as_deref().map(|parent| format!("<{parent}"));
        let moved = placed.moved.map(|reason| format!(" ({reason})"));
        let id = &placed.item.source_id;
        format!(
            "{id}{}{}",
            parent.unwrap_or_default(),
            moved.unwrap_or_default()
        )
    }

    #[test]
    fn a_reply_waits_for_its_parent() {
        assert_eq!(
            place(&["c<b", "b<a", "d<a", "a"]),
            ["a", "b<a", "c<b", "d<a"]
        );
    }

    #[test]
    fn a_reply_without_a_parent_becomes_a_root_and_keeps_its_replies() {
        assert_eq!(
            place(&["b<gone", "c<b"]),
            ["b (its parent did not come in)", "c<b"]
        );
    }

    #[test]
    fn a_circle_is_opened_at_its_first_comment() {
        assert_eq!(
            place(&["a<c", "b<a", "c<b", "d<d"]),
            [
                "a (it is its own ancestor)",
                "b<a",
                "c<b",
                "d (it is its own ancestor)"
            ]
        );
    }

    #[test]
    fn a_comment_that_comes_twice_is_placed_once() {
        let mut placing = Placing::default();
        assert!(placing.add(0, comment("b", Some("a"))).is_some());
        assert!(placing.add(0, comment("b", None)).is_none());
    }

    #[test]
    fn a_reply_never_stands_on_another_page_than_its_parent() {
        let mut placing = Placing::default();
        placing.add(0, comment("a", None));
        let placed = placing.add(1, comment("b", Some("a"))).unwrap();
        assert_eq!(shown(&placed[0]), "b (its parent stands on another page)");
    }

    #[test]
    fn a_branch_that_hangs_on_a_circle_stays_whole() {
        assert_eq!(
            place(&["x<c", "a<c", "b<a", "c<b", "y<x"]),
            ["a (it is its own ancestor)", "b<a", "c<b", "x<c", "y<x"]
        );
    }

    #[test]
    fn a_chain_of_any_length_is_placed_without_recursion() {
        let mut placing = Placing::default();
        for i in (1..100_000_u32).rev() {
            placing.add(0, comment(&i.to_string(), Some(&(i - 1).to_string())));
        }
        assert_eq!(placing.add(0, comment("0", None)).unwrap().len(), 100_000);
    }
}

//! What changed between two texts, by words.

/// A piece of two texts laid over each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DiffPiece {
    /// In both.
    Kept(String),
    /// Only in the earlier.
    Gone(String),
    /// Only in the later.
    Added(String),
}

/// Beyond so many comparisons what differs is shown as a whole.
const MAX_WORK: usize = 400_000;

/// What changed from `before` to `after`.
pub(crate) fn changes(before: &str, after: &str) -> Vec<DiffPiece> {
    let (old, new) = (words(before), words(after));
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let ends = old_rest.iter().rev().zip(new_rest.iter().rev());
    let end = ends.take_while(|(a, b)| a == b).count();
    let old_middle = &old_rest[..old_rest.len() - end];
    let new_middle = &new_rest[..new_rest.len() - end];

    let mut out = Vec::new();
    push(&mut out, DiffKind::Kept, &old[..start]);
    if old_middle.len().saturating_mul(new_middle.len()) > MAX_WORK {
        push(&mut out, DiffKind::Gone, old_middle);
        push(&mut out, DiffKind::Added, new_middle);
    } else {
        walk(&mut out, old_middle, new_middle);
    }
    push(&mut out, DiffKind::Kept, &old_rest[old_rest.len() - end..]);
    out
}

/// Catalogue and the space between them.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_space = first.is_whitespace();
        let length = rest
            .find(|c: char| c.is_whitespace() != is_space)
            .unwrap_or(rest.len());
        words.push(&rest[..length]);
        rest = &rest[length..];
    }
    words
}

#[derive(Clone, Copy)]
enum DiffKind {
    Kept,
    Gone,
    Added,
}

fn push(out: &mut Vec<DiffPiece>, kind: DiffKind, words: &[&str]) {
    if words.is_empty() {
        return;
    }
    let text = words.concat();
    match (out.last_mut(), kind) {
        (Some(DiffPiece::Kept(last)), DiffKind::Kept)
        | (Some(DiffPiece::Gone(last)), DiffKind::Gone)
        | (Some(DiffPiece::Added(last)), DiffKind::Added) => last.push_str(&text),
        (_, DiffKind::Kept) => out.push(DiffPiece::Kept(text)),
        (_, DiffKind::Gone) => out.push(DiffPiece::Gone(text)),
        (_, DiffKind::Added) => out.push(DiffPiece::Added(text)),
    }
}

/// Walk along the longest common subsequence.
fn walk(out: &mut Vec<DiffPiece>, old: &[&str], new: &[&str]) {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            common[i * width + j] = if a == b {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            push(out, DiffKind::Kept, &old[i..=i]);
            (i, j) = (i + 1, j + 1);
        } else if common[(i + 1) * width + j] >= common[i * width + j + 1] {
            push(out, DiffKind::Gone, &old[i..=i]);
            i += 1;
        } else {
            push(out, DiffKind::Added, &new[j..=j]);
            j += 1;
        }
    }
    push(out, DiffKind::Gone, &old[i..]);
    push(out, DiffKind::Added, &new[j..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let show = |change: &DiffPiece| match change {
            DiffPiece::Kept(text) => text.clone(),
            DiffPiece::Gone(text) => format!("[-{text}-]"),
            DiffPiece::Added(text) => format!("[+{text}+]"),
        };
        changes(before, after).iter().map(show).collect()
    }

    #[test]
    fn what_was_changed_stands_where_it_was() {
        assert_eq!(
            shown("the old bridge is fine", "the new bridge is very fine"),
            "the [-old-][+new+] bridge is[+ very+] fine"
        );
        assert_eq!(shown("same", "same"), "same");
        assert_eq!(shown("", "new"), "[+new+]");
        assert_eq!(shown("gone", ""), "[-gone-]");
    }

    #[test]
    fn both_texts_can_be_read_from_it() {
        let (before, after) = ("a b  c\nd é", "b c\nd f é g");
        let all = changes(before, after);
        let side = |is_old: bool| -> String {
            let keep = |change: &DiffPiece| match change {
                DiffPiece::Kept(text) => text.clone(),
                DiffPiece::Gone(text) if is_old => text.clone(),
                DiffPiece::Added(text) if !is_old => text.clone(),
                _ => String::new(),
            };
            all.iter().map(keep).collect()
        };
        assert_eq!(
            (side(true), side(false)),
            (before.to_owned(), after.to_owned())
        );
    }

    #[test]
    fn long_texts_that_have_nothing_in_common_are_shown_as_a_whole() {
        let (before, after) = ("x y ".repeat(2_000) + "x", "p q ".repeat(2_000) + "p");
        assert_eq!(changes(&before, &after).len(), 2);
    }
}

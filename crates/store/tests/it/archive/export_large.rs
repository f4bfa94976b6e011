//! The same with so many comments as a large site has.

use std::collections::BTreeMap;

use rejoinder_core::discussion::ranking::wilson_lower_bound;
use rejoinder_core::{AuthorId, CommentId, PageId, VoteTally};
use rejoinder_store::archive::export::EXPORTED;
use serde_json::{Value, json};

use super::export::{exported, of_everything, table, taken, why};
use crate::support::on_each;

const AT: &str = "2026-09-21T10:00:00.000001Z";
const N_AUTHORS: i64 = 1_000;
const N_PAGES: i64 = 100;

/// Above the ids of the story.
const FIRST: i64 = 1 << 50;

fn author(n: i64) -> String {
    AuthorId(FIRST + n.rem_euclid(N_AUTHORS)).to_string()
}

fn page(n: i64) -> String {
    PageId(FIRST + n.rem_euclid(N_PAGES)).to_string()
}

fn comment(n: i64) -> String {
    CommentId(FIRST + n).to_string()
}

/// Rows of `n_comments` comments by table: branches of four, with votes, earlier texts, flags and
/// reactions.
fn rows(n_comments: i64) -> BTreeMap<&'static str, Vec<Value>> {
    let mut rows: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    let mut add = |name, row| rows.entry(name).or_default().push(row);
    for n in 0..N_AUTHORS {
        add(
            "author",
            json!({"id": author(n), "kind": "guest", "role": "reader",
            "name": format!("Reader {n} é"), "created_at": AT, "is_supporter": 0, "has_page": 0}),
        );
    }
    for n in 0..N_PAGES {
        let of_page = (0..n_comments / 4).filter(|branch| branch % N_PAGES == n);
        add(
            "page",
            json!({"id": page(n), "key": format!("news.example/large/{n}"),
            "url": format!("https://news.example/large/{n}"), "title": format!("Page {n}"),
            "version": 0, "n_comments": of_page.count() * 4, "created_at": AT}),
        );
    }
    for n in 0..n_comments {
        let (branch, place) = (n / 4, n % 4);
        let is_last = place == 3;
        let tally = VoteTally {
            up: i64::from(n % 3 == 0),
            down: i64::from(n % 7 == 1),
        };
        let was_edited = n % 5 == 0;
        let mut row = json!({"id": comment(n), "page_id": page(branch), "root_id": comment(branch * 4),
            "depth": place, "author_id": author(n), "text": format!("Text *{n}* <b> \"ß\" \u{1f600}"),
            "state": "published", "revision": 1 + i64::from(was_edited), "created_at": AT,
            "up": tally.up, "down": tally.down, "base_up": 0, "base_down": 0,
            "best": wilson_lower_bound(tally), "n_replies": i64::from(!is_last),
            "n_descendants": if place == 0 { 3 } else { 0 }, "n_flags": i64::from(n % 50 == 0), "liked": 0,
            "written_in": "markdown"});
        if place > 0 {
            row["parent_id"] = comment(n - 1).into();
        }
        if was_edited {
            row["edited_at"] = AT.into();
            add(
                "comment_version",
                json!({"comment_id": comment(n), "revision": 1,
                "text": format!("Before {n}"), "replaced_at": AT}),
            );
        }
        add("comment", row);
        for (votes, value) in [(tally.up, 1), (tally.down, -1)] {
            if votes == 1 {
                add(
                    "vote",
                    json!({"comment_id": comment(n), "author_id": author(n + 2 + value),
                    "value": value, "cast_at": AT}),
                );
            }
        }
        if n % 50 == 0 {
            add(
                "flag",
                json!({"comment_id": comment(n), "author_id": author(n + 1), "revision": 1,
                "reason": "spam", "note": "Look", "at": AT}),
            );
        }
        if n % 10 == 0 {
            add(
                "reaction",
                json!({"comment_id": comment(n), "author_id": author(n + 1),
                "key": "respect", "made_at": AT}),
            );
            add(
                "reaction_count",
                json!({"comment_id": comment(n), "key": "respect", "n": 1, "base": 0}),
            );
        }
    }
    rows
}

/// An export with a row of each table, and the comments beside them.
fn with_more(story: &str, n_comments: i64) -> String {
    let mut rows = rows(n_comments);
    let mut file: String = story
        .lines()
        .take(2)
        .map(|line| format!("{line}\n"))
        .collect();
    for of in EXPORTED {
        let own = story.lines().skip(2).filter(|line| table(line) == of.name);
        file.extend(own.map(|line| format!("{line}\n")));
        for row in rows.remove(of.name).unwrap_or_default() {
            file.push_str(&format!("{}\n", json!({ of.name: row })));
        }
    }
    assert!(rows.is_empty(), "{:?}", rows.keys());
    let n_rows = file.lines().count() - 2;
    file.push_str(&format!("{}\n", json!({"end": n_rows})));
    file
}

#[test]
fn a_large_site_goes_out_and_in_and_out_the_same_on_either_database() {
    let n_comments = i64::try_from(testing::rounds(400, 100_000)).unwrap();
    let [story, _] = on_each(|world| async move { of_everything(&world).await });
    let large = with_more(&story, n_comments);

    let once = on_each(|world| {
        let large = large.clone();
        async move {
            let done = taken(&world, &large).await;
            let done = done.map_err(|error| why(&error)).unwrap();
            assert!(done["comment"] > u64::try_from(n_comments).unwrap());
            exported(&world).await
        }
    });
    let [here, there] = &once;
    assert!(here == there, "the databases write different exports");
    let twice = on_each(|world| async move {
        let done = taken(&world, here).await;
        done.map_err(|error| why(&error)).unwrap();
        exported(&world).await
    });

    for again in &twice {
        let differing = again
            .lines()
            .zip(here.lines())
            .find(|(own, known)| own != known);
        assert_eq!(differing, None);
        assert_eq!(again.len(), here.len());
    }
}

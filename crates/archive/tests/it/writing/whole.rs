//! Nothing of an import is seen before all of it is there, whether it comes in parts or at once.

use std::ops::ControlFlow;

use rejoinder_archive::{Effect, ImportError, Input, Options, Plan, Reached, Report, by_word};

use super::{NOW, Place, outline, sample};

/// Twenty-five thousand comments, which are more than one transaction takes.
fn large_table() -> String {
    let rows = (1..=25_000).map(|id| {
        let parent = if id % 3 == 0 {
            String::new()
        } else {
            (id / 2).to_string()
        };
        let parent = parent.trim_start_matches('0');
        format!("{id},/a,2024-03-01T10:00:00Z,Hello {id},{parent},Ann\n")
    });
    let rows: String = rows.collect();
    format!("id,page,posted_at,markdown,parent,name\n{rows}")
}

#[tokio::test]
async fn nothing_is_shown_until_the_file_is_whole() {
    let place = Place::new().await;
    let whole = large_table();

    place
        .import_half("csv", &format!("{}\"", &whole[..whole.len() - 100]))
        .await;

    let thread = place.thread("https://news.example/a").await;
    assert_eq!((outline(&thread).as_str(), thread.page), ("", None));
    let (totals, _) = place.import_as("csv", Effect::Write, &whole).await;
    assert_eq!((totals.added, totals.known), (25_000, 0));
    let thread = place.thread("https://news.example/a").await;
    assert_eq!(thread.page.unwrap().n_comments, 25_000);
    assert!(place.is_sound().await);
}

/// Imports `file`, and stops when this many of its comments are there.
async fn stop_after(place: &Place, file: &str, n_comments: u64) {
    let format = by_word("csv").unwrap();
    let plan = Plan {
        site: place.site.clone(),
        format: format.word(),
        import: None,
        mappings: Vec::new(),
        effect: Effect::Write,
        is_alone: place.is_alone,
        ids: &place.ids,
    };
    let files = vec![Input::of_bytes("file", file.as_bytes())];
    let items = format.read(files, Options::default()).unwrap();
    let mut report = Report::new().unwrap();
    let tell = |reached| match reached {
        Reached::Writing { n_done, .. } if n_done >= n_comments => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let stopped = rejoinder_archive::import(&place.store, NOW, plan, items, &mut report, tell);
    assert!(matches!(stopped.await, Err(ImportError::Stopped)));
}

#[tokio::test]
async fn nothing_is_shown_before_all_of_it_is_there() {
    let place = Place::new().await;
    let row = |id: u32, page: &str| format!("{id},{page},2024-03-01T10:00:00Z,Hello,,Ann\n");
    let small = (30_000..30_010).map(|id| row(id, "/small"));
    let table = large_table() + &small.collect::<String>();

    stop_after(&place, &table, 10_000).await;

    let large = place.thread("https://news.example/a").await;
    assert_eq!(
        (outline(&large).as_str(), large.page.unwrap().n_comments),
        ("", 0)
    );
    assert!(place.is_sound().await);
    // The same page is small now, and what is left of the first import is shown with it.
    let start: Vec<&str> = table.lines().take(4_001).collect();
    place
        .import_as("csv", Effect::Write, &start.join("\n"))
        .await;
    let large = place.thread("https://news.example/a").await;
    assert!(large.page.unwrap().n_comments >= 10_000);
    let (totals, _) = place.import_as("csv", Effect::Write, &table).await;
    assert_eq!(totals.known + totals.added, 25_010);
    for (page, n_comments) in [("a", 25_000), ("small", 10)] {
        let thread = place.thread(&format!("https://news.example/{page}")).await;
        assert_eq!(thread.page.unwrap().n_comments, n_comments);
    }
    assert!(place.is_sound().await);
}

/// Comments of some pages, in many states, with replies.
fn mixed_table() -> String {
    let states = ["published", "published", "held", "spam", "removed"];
    let rows = (1..=4_000_usize).map(|id| {
        let (page, state) = (id % 37, states[id % 5]);
        let parent = match id.checked_sub(37 * (1 + id % 3)) {
            Some(parent @ 1..) if !id.is_multiple_of(4) => parent.to_string(),
            _ => String::new(),
        };
        let name = ["Ann", "Ben", ""][id % 3];
        format!("{id},/p{page},2024-03-01T10:00:00Z,Hello *{id}*,{parent},{name},{state}\n")
    });
    let rows: String = rows.collect();
    format!("id,page,posted_at,markdown,parent,name,state\n{rows}")
}

#[tokio::test]
async fn all_at_once_an_import_is_the_same_as_in_parts() {
    let sample = std::fs::read_to_string(sample()).unwrap();
    for (word, file) in [
        ("wordpress", sample),
        ("csv", mixed_table()),
        ("csv", large_table()),
    ] {
        let (parts, whole) = (Place::new().await, Place::alone().await);

        let done = whole.import_as(word, Effect::Write, &file).await;

        assert_eq!(done, parts.import_as(word, Effect::Write, &file).await);
        let (rows, expected) = (whole.rows(), parts.rows());
        let mut differ = rows
            .iter()
            .zip(&expected)
            .filter(|(own, other)| own != other);
        assert_eq!(differ.next(), None);
        assert_eq!(rows.len(), expected.len());
        assert!(whole.is_sound().await);
        // Again, it finds all of it.
        let (totals, _) = whole.import_as(word, Effect::Write, &file).await;
        assert_eq!((totals.added, totals.known), (0, done.0.added));
        assert_eq!(whole.rows(), rows);
    }
}

#[tokio::test]
async fn all_at_once_an_import_that_is_stopped_has_changed_nothing() {
    let place = Place::alone().await;
    let before = place.rows();

    stop_after(&place, &large_table(), 10_000).await;

    assert_eq!(place.rows(), before);
}

#[tokio::test]
async fn all_at_once_an_import_shows_what_one_in_parts_has_left() {
    let mut place = Place::new().await;
    let table = large_table() + "30000,/small,2024-03-01T10:00:00Z,Hello,,Ann\n";
    stop_after(&place, &table, 10_000).await;

    place.is_alone = true;
    place.import_as("csv", Effect::Write, &table).await;

    for (page, n_comments) in [("a", 25_000), ("small", 1)] {
        let thread = place.thread(&format!("https://news.example/{page}")).await;
        assert_eq!(thread.page.unwrap().n_comments, n_comments);
    }
    assert!(place.is_sound().await);
}

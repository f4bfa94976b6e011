//! Looking for words in the comments of a page.

use rejoinder_core::discussion::text_search::TextSearch;
use rejoinder_store::discussion::text_search::{MAX_FOUND, find};

use crate::support::{World, on_both, story};

async fn texts(world: &World, typed: &str) -> (Vec<String>, usize) {
    let (site, search) = (world.site.id, TextSearch::of(typed));
    let find = world
        .store
        .read(move |tx| find(tx, site, &story(), search.as_ref()));
    let found = find.await.unwrap();
    let comments = found.comments.into_iter().map(|comment| comment.text);
    (comments.collect(), found.n)
}

#[test]
fn what_is_published_on_the_page_is_found_the_newest_first() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.person("Kim"));
        let first = world.post(&ann, "Die ÜBERFAHRT dauert").await;
        world.reply(&kim, first, "Welche Überfahrt?").await;
        let gone = world.post(&kim, "Keine Überfahrt mehr").await;
        world.post(&kim, "Etwas anderes").await;
        world.remove(&kim, gone).await.unwrap();

        assert_eq!(
            texts(&world, "überfahrt").await.0,
            ["Welche Überfahrt?", "Die ÜBERFAHRT dauert"]
        );
        assert_eq!(
            texts(&world, "dauert die").await.0,
            ["Die ÜBERFAHRT dauert"]
        );
        assert_eq!(texts(&world, "100%").await, (Vec::new(), 0));
        assert_eq!(texts(&world, " ").await, (Vec::new(), 0));
    });
}

#[test]
fn all_that_is_found_is_counted_and_the_newest_are_given() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for n in 0..=MAX_FOUND {
            world.post(&ann, &format!("Ferry no. {n}")).await;
        }

        let (comments, n) = texts(&world, "ferry").await;

        assert_eq!((comments.len(), n), (MAX_FOUND, MAX_FOUND + 1));
        assert_eq!(comments[0], format!("Ferry no. {MAX_FOUND}"));
    });
}

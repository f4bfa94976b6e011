//! What is kept of the HTML of comments, and what is shown of it.

use markup::render;
use rejoinder_core::CommentId;
use rejoinder_core::moderation::ModerationAction;
use rejoinder_store::{params, sql};

use crate::archive::export::{exported, taken};
use crate::discussion::text_search::texts;
use crate::support::{World, on_both, on_each};

/// Words alone, with signs that HTML reads, ends of lines, and letters of all kinds.
const WORDS: &str =
    "a < b & \"c\" > 'd'\nthe <b>ferry</b>\n\n\u{200f}\u{05d0} \u{1f469}\u{200d}\u{1f680}";

/// What the database holds in the column.
async fn kept(world: &World, id: CommentId) -> Option<String> {
    let site = world.site.id;
    let read = world.store.read(move |tx| {
        let html = sql!("select html from comment where site_id = ?1 and id = ?2");
        tx.one(html, params![site, id], |row| row.next())
    });
    read.await.unwrap().unwrap()
}

async fn shown(world: &World, id: CommentId) -> String {
    world.comment(id).await.html.into_string()
}

async fn run(world: &World, script: &'static str) {
    let run = world.store.write(move |tx| tx.batch(script));
    run.await.unwrap();
}

#[test]
fn of_a_comment_of_words_alone_no_html_is_kept_and_it_is_shown_as_rendered() {
    on_both(|world| async move {
        let ann = world.person("Ann");

        let id = world.post(&ann, WORDS).await;

        assert_eq!(kept(&world, id).await, None);
        assert_eq!(shown(&world, id).await, render(WORDS).html.as_str());
        assert_eq!(texts(&world, "the <b>ferry").await.1, 1);
        assert_eq!(texts(&world, "lt;").await.1, 0);
    });
}

#[test]
fn of_a_comment_that_is_edited_what_its_new_html_says_beyond_the_text_is_kept() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.post(&ann, WORDS).await;
        for (text, expected) in [
            ("The *ferry*", Some("<>7<em>-5</em>-")),
            ("- The ferry", Some("<><ul><li>---9</li></ul>-")),
            ("The ferry :smile:", Some("<p>The ferry \u{1f604}</p>")),
            ("The ferry", None),
        ] {
            world.edit(&ann, id, text).await.unwrap();

            assert_eq!(kept(&world, id).await.as_deref(), expected);
            assert_eq!(shown(&world, id).await, render(text).html.as_str());
            assert_eq!(texts(&world, "the ferry").await.1, 1);
        }
    });
}

#[test]
fn a_comment_that_is_brought_back_is_shown_as_before() {
    on_both(|world| async move {
        let (ann, desk) = (world.person("Ann"), world.desk().await);
        for text in [WORDS, "The *ferry*"] {
            let id = world.post(&ann, text).await;
            let removed = world.decide(&desk, id, ModerationAction::Remove).await;
            assert_eq!(kept(&world, id).await.as_deref(), Some(""));
            assert_eq!(shown(&world, id).await, "");

            let decision = removed.unwrap().decision.unwrap();
            world.undo(&desk, decision).await.unwrap();

            assert_eq!(shown(&world, id).await, render(text).html.as_str());
        }
    });
}

#[test]
fn an_export_says_the_same_whatever_is_kept_of_the_html() {
    let files = on_each(|world| async move {
        let ann = world.person("Ann");
        world.post(&ann, "The <ferry>").await;
        world.post(&ann, "The ferry").await;
        let came = "update comment set written_in = 'html';
            update comment set html = '<p>The <em>ferry</em></p>' where text = 'The ferry'";
        run(&world, came).await;
        exported(&world).await
    });

    for file in &files {
        assert!(
            file.contains("\"html\":\"<p>The &lt;ferry&gt;</p>\""),
            "{file}"
        );
        assert!(
            file.contains("\"html\":\"<p>The <em>ferry</em></p>\""),
            "{file}"
        );
        let again = on_each(|world| async move {
            taken(&world, file).await.unwrap();
            let patched = world.store.read(|tx| {
                let html = sql!("select html from comment where site_id > ?1 and html is not null");
                tx.one(html, params![0], |row| row.next::<String>())
            });
            assert_eq!(patched.await.unwrap().as_deref(), Some("<>7<em>5</em>"));
            exported(&world).await
        });
        for own in &again {
            assert_eq!(own, file);
        }
    }
}

#[test]
fn html_that_is_not_there_is_of_no_text() {
    on_both(|world| async move {
        let id = world.post(&world.person("Ann"), "The ferry").await;

        let forgets = world
            .store
            .write(|tx| tx.batch("update comment set text = ''"));

        assert!(forgets.await.is_err());
        assert_eq!(shown(&world, id).await, "<p>The ferry</p>");
    });
}

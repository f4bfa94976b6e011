//! What an import brought goes, and nothing else.

use std::time::Duration;

use rejoinder_core::archive::ImportState;
use rejoinder_core::{CommentId, ImportId, PageKey};
use store::archive::runs::Wish;
use store::discussion::pages;
use store::{Sql, params};

use super::{ID, TABLE};
use crate::{SITE, World};

const STORY: &str = "https://news.example/story";
const OTHER: &str = "https://news.example/other";

static COMMENTS: Sql = Sql::new("select count(*) from comment where site_id = ?1");
static AUTHORS: Sql =
    Sql::new("select count(*) from author where site_id = ?1 and kind = 'imported'");
static RECORDS: Sql = Sql::new("select count(*) from source where site_id = ?1");

impl World {
    async fn undo(&self, id: ImportId) {
        assert!(self.wish(id, Wish::Undo).await);
        self.do_imports().await;
        assert_eq!(self.import(id).await.state, ImportState::Undone);
    }

    async fn page_is_there(&self, url: &str) -> bool {
        let key = PageKey::parse(url).unwrap();
        let find = move |tx: &mut store::Tx<'_>| pages::find(tx, SITE, &key);
        self.store.read(find).await.unwrap().is_some()
    }

    /// How many comments there are, authors that came from elsewhere, and records that are known.
    async fn counts(&self) -> (i64, i64, i64) {
        let count = |tx: &mut store::Tx<'_>| {
            let mut one = |sql: &'static Sql| -> store::Result<i64> {
                Ok(tx.one(sql, params![SITE], |row| row.next())?.unwrap_or(0))
            };
            Ok::<_, store::StoreError>((one(&COMMENTS)?, one(&AUTHORS)?, one(&RECORDS)?))
        };
        self.store.read(count).await.unwrap()
    }

    async fn reply(&self, id: i64, parent: CommentId) -> CommentId {
        self.clock.advance(Duration::from_secs(60));
        let mut new = self.draft(id, "Dee", STORY, "A story", "I agree").await;
        new.parent = Some(parent);
        self.send(new).await
    }

    async fn imported(&self, source_id: &'static str) -> Option<CommentId> {
        let find = move |tx: &mut store::Tx<'_>| {
            store::archive::imports::comment(tx, SITE, "csv", source_id)
        };
        self.store.read(find).await.unwrap()
    }
}

#[tokio::test]
async fn an_import_that_is_undone_leaves_nothing_and_can_be_made_again() {
    for world in World::on_each().await {
        world.bring(ID).await;
        assert_eq!(world.counts().await.0, 4);

        world.undo(ID).await;

        let import = world.import(ID).await;
        assert_eq!((import.n_undone, import.n_kept), (4, 0));
        assert_eq!(world.counts().await, (0, 0, 0));
        for page in [STORY, OTHER, "https://old.example/story"] {
            assert!(!world.page_is_there(page).await, "{page}");
        }
        world.is_sound().await;
        world.bring(ImportId(71)).await;
        assert_eq!(world.counts().await.0, 4);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_was_there_before_stays_as_it_was() {
    for world in World::on_each().await {
        let own = world.post(9, "I was first").await;

        world.bring(ID).await;
        world.undo(ID).await;

        let thread = world.thread_at(STORY).await;
        assert_eq!(thread.page.as_ref().unwrap().n_comments, 1);
        assert_eq!(thread.entries[0].comment.id, own);
        // An address that the import made lead there leads nowhere again.
        assert!(!world.page_is_there("https://old.example/story").await);
        assert!(!world.page_is_there(OTHER).await);
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_comment_that_was_replied_to_here_stays_with_those_above_it() {
    for world in World::on_each().await {
        world.bring(ID).await;
        let second = world.imported("2").await.unwrap();
        let reply = world.reply(9, second).await;

        world.undo(ID).await;

        let import = world.import(ID).await;
        assert_eq!((import.n_undone, import.n_kept), (2, 2));
        let thread = world.thread_at(STORY).await;
        assert_eq!(thread.page.as_ref().unwrap().n_comments, 3);
        assert!(world.imported("1").await.is_some());
        assert!(world.imported("3").await.is_none());
        assert!(!world.page_is_there(OTHER).await);
        assert_eq!(world.counts().await.1, 2, "their authors stay, too");
        world.is_sound().await;
        // What stayed is known: the same file brings the rest.
        world.bring(ImportId(71)).await;
        assert_eq!(world.counts().await.0, 5);
        assert!(world.imported("3").await.is_some());
        assert_eq!(world.imported("2").await, Some(second));
        world.remove(reply).await;
        world.is_sound().await;
    }
}

#[tokio::test]
async fn only_what_this_import_brought_goes() {
    for world in World::on_each().await {
        world.bring(ID).await;
        let more =
            format!("{TABLE}5,https://news.example/story,1,2024-03-03T10:00:00Z,Dan,,Five,0\n");
        let second = ImportId(71);
        world.upload(second, "more.csv", more.as_bytes()).await;
        world.do_imports().await;
        assert!(world.wish(second, Wish::Look(super::moved())).await);
        world.do_imports().await;
        assert!(world.wish(second, Wish::Start).await);
        world.do_imports().await;
        assert_eq!(world.counts().await.0, 5);

        world.undo(second).await;

        assert_eq!(world.counts().await.0, 4);
        assert!(world.imported("5").await.is_none());
        assert_eq!(world.import(second).await.n_undone, 1);
        world.is_sound().await;
    }
}

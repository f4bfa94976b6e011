//! Threads that are very deep or very wide.

use std::time::Duration;

use rejoinder_core::discussion::thread::{MAX_LEVELS, ThreadQuery};
use rejoinder_core::{Clock as _, CommentId, Sort};
use rejoinder_store::{Dialect, Result, Sql, Tx, archive::imports, discussion::threads, params};

use crate::support::{World, first_page, on_both, story};

const DEPTH: i64 = 10_000;
const WIDTH: i64 = 50_000;

/// What stands below a root: each comment below the one before, or all side by side.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Chain,
    Fan,
}

impl World {
    /// A root with `n` comments below it, and their ids.
    pub(crate) async fn grow(&self, shape: Shape, n: i64) -> Vec<CommentId> {
        let (ann, now, site) = (self.person("Ann"), self.clock.now(), self.site.id);
        let root = self.post(&ann, "0").await;
        let first = self.ids.next(now);
        let (site_id, root_id) = (site.0, root.0);
        let (parent, depth) = match shape {
            Shape::Chain => ("case i when 1 then id else {first} + i - 2 end", "i"),
            Shape::Fan => ("id", "1"),
        };
        let parent = parent.replace("{first}", &first.to_string());
        let rows = format!(
            "insert into comment (site_id, id, page_id, parent_id, root_id, depth, author_id, text,
                 html, renderer, state, created_at)
             with recursive n (i) as (select 1 union all select i + 1 from n where i < {n})
             select site_id, {first} + i - 1, page_id, {parent}, id, {depth}, author_id,
                 cast(i as text), html, renderer, state, created_at
             from n join comment on site_id = {site_id} and id = {root_id};
             update author set n_published = n_published + {n} where site_id = {site_id} and id = (
                 select author_id from comment where site_id = {site_id} and id = {root_id})"
        );
        let page = self.thread(first_page(Sort::Oldest)).await.page.unwrap().id;
        let write = self.store.write(move |tx| {
            tx.batch(&rows)?;
            imports::recount(tx, now, site, page)
        });
        write.await.unwrap();
        // The next ids come after the ones taken here.
        self.wait(Duration::from_secs(1));
        std::iter::once(root)
            .chain((0..n).map(|i| CommentId(first + i)))
            .collect()
    }

    async fn branch(&self, root: CommentId) -> rejoinder_core::Thread {
        let query = ThreadQuery {
            root: Some(root),
            ..first_page(Sort::Oldest)
        };
        self.thread(query).await
    }
}

#[test]
fn a_chain_of_10_000_replies_is_read_and_written_like_a_short_one() {
    on_both(|world| async move {
        let chain = world.grow(Shape::Chain, DEPTH).await;
        let (kim, moderator) = (world.person("Kim"), world.moderator("Mod").await);
        let (middle, bottom) = (chain[5_000], *chain.last().unwrap());
        assert_eq!(
            world.lines(first_page(Sort::Discussed)).await.len(),
            MAX_LEVELS
        );

        let below = world.reply(&kim, bottom, "below").await;
        let deep = world.branch(below).await;
        assert_eq!(deep.entries[0].comment.depth, DEPTH + 1);
        assert_eq!(deep.ancestors.last().unwrap().id, bottom);
        assert_eq!(deep.ancestors.len(), MAX_LEVELS);

        world.remove(&kim, below).await.unwrap();
        for id in &chain[4_990..5_010] {
            world.remove(&moderator, *id).await.unwrap();
        }
        let cut = world.branch(middle).await;
        assert_eq!(cut.entries[0].comment.text, "");
        assert_eq!(cut.entries.len(), MAX_LEVELS + 1);
        let page = cut.page.unwrap();
        assert_eq!(page.n_comments, DEPTH + 1 - 20);
        world.expect_sound().await;
    });
}

#[test]
fn a_chain_of_tombstones_goes_with_its_last_comment() {
    on_both(|world| async move {
        let chain = world.grow(Shape::Chain, 1_000).await;
        let moderator = world.moderator("Mod").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let (root, bottom) = (chain[0].0, *chain.last().unwrap());
        let hide = format!(
            "update comment set state = 'removed' where root_id = {root} and id <> {};
             update author set n_removed = n_published - 1, n_published = 1 where n_published > 0",
            bottom.0
        );
        let page = world.branch(bottom).await.page.unwrap().id;
        let write = world.store.write(move |tx| {
            tx.batch(&hide)?;
            imports::recount(tx, now, site, page)
        });
        write.await.unwrap();
        world.expect_sound().await;
        assert_eq!(
            world.lines(first_page(Sort::Oldest)).await.len(),
            MAX_LEVELS
        );

        world.remove(&moderator, bottom).await.unwrap();

        assert!(world.lines(first_page(Sort::Oldest)).await.is_empty());
        world.expect_sound().await;
    });
}

/// How many comments PostgreSQL has looked at in this transaction.
pub(crate) fn looked_at(tx: &mut Tx<'_>) -> Result<Option<i64>> {
    static LOOKED_AT: Sql = Sql::new(
        "select cast(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) as bigint)
         from pg_stat_xact_user_tables where relname = 'comment'",
    );
    match tx.dialect() {
        Dialect::Sqlite => Ok(None),
        Dialect::Postgres => tx.one(&LOOKED_AT, params![], |row| row.next()),
    }
}

#[test]
fn a_root_with_50_000_replies_is_read_like_one_with_few() {
    on_both(|world| async move {
        let fan = world.grow(Shape::Fan, WIDTH).await;
        let site = world.site.id;

        let thread = world.thread(first_page(Sort::Newest)).await;
        assert_eq!(thread.entries[0].comment.n_replies, WIDTH);
        let shown: Vec<_> = thread.entries.iter().map(|it| it.comment.id).collect();
        assert_eq!(shown, fan[..4]);
        let on = ThreadQuery {
            root: Some(fan[0]),
            after: thread.entries[0].more,
            limit: 5,
            ..first_page(Sort::Newest)
        };
        let shown = world.thread(on).await.entries;
        let shown: Vec<_> = shown.iter().map(|it| it.comment.id).collect();
        assert_eq!(shown[1..], fan[4..9]);

        for query in [first_page(Sort::Newest), on] {
            let read = world.store.read(move |tx| {
                let before = looked_at(tx)?;
                threads::load(tx, site, &story(), &query)?;
                Ok(before
                    .zip(looked_at(tx)?)
                    .map(|(before, after)| after - before))
            });
            let n_looked_at = read.await.unwrap();
            assert!(n_looked_at.is_none_or(|n| n < 100), "{n_looked_at:?}");
        }
    });
}

#[test]
fn readers_and_the_writer_find_few_rows_of_a_large_site() {
    on_both(|world| async move {
        let plan = |tx: &mut Tx<'_>| {
            static PLAN: Sql = Sql::new(
                "explain query plan select value from vote where site_id = ?1 and author_id = ?2",
            );
            match tx.dialect() {
                Dialect::Sqlite => tx.one(&PLAN, params![1, 1], |row| {
                    // The ids of the step and of the one above it, and a number without use.
                    let _ids: [i64; 3] = [row.next()?, row.next()?, row.next()?];
                    row.next::<String>()
                }),
                Dialect::Postgres => Ok(Some("vote_of_author".to_owned())),
            }
        };
        for step in [world.store.read(plan).await, world.store.write(plan).await] {
            let step = step.unwrap().unwrap();
            assert!(step.contains("vote_of_author"), "{step}");
        }
    });
}

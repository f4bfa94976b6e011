//! Comments that an older renderer made.

use markup::render;
use rejoinder_core::CommentId;
use rejoinder_store::{
    Location, Tx,
    discussion::{comments, rendering},
};

use crate::support::World;

/// With a word that only its HTML has, so that this is kept whole.
const TYPED: &str = "*One* :smile: and https://a.example/x";

async fn worlds() -> Vec<World> {
    let folder = || tempfile::tempdir().unwrap();
    let (here, there) = (folder(), folder());
    let sqlite = Location::Sqlite(here.path().join("rejoinder.db"));
    let postgres = Location::Postgres(testing::fresh_database());
    vec![
        World::new(&sqlite, here).await,
        World::new(&postgres, there).await,
    ]
}

async fn run(world: &World, script: &'static str) {
    let run = world.store.write(move |tx| tx.batch(script));
    run.await.unwrap();
}

async fn html(world: &World, id: CommentId) -> String {
    let site = world.site.id;
    let read = move |tx: &mut Tx<'_>| comments::by_id(tx, site, id);
    world
        .store
        .read(read)
        .await
        .unwrap()
        .unwrap()
        .html
        .into_string()
}

async fn posted(world: &mut World) -> CommentId {
    let ann = world.person("Ann");
    let draft = world.draft(&ann, None, TYPED).await;
    world.send(draft).await.unwrap().comment.id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_of_an_older_renderer_is_shown_as_todays_makes_it() {
    for mut world in worlds().await {
        let id = posted(&mut world).await;
        run(&world, "update comment set html = '<p>old', renderer = 1").await;

        let shown = html(&world, id).await;

        assert_eq!(shown, render(TYPED).html.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_as_html_is_no_markdown_to_a_newer_renderer() {
    for mut world in worlds().await {
        let id = posted(&mut world).await;
        let old = "update comment set html = '<p onclick=x>*old* <b>text</b></p>', renderer = 1, \
                   written_in = 'html'";
        run(&world, old).await;

        let shown = html(&world, id).await;

        assert_eq!(shown, "<p>*old* <b>text</b></p>");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_renderer_left_is_made_anew_step_by_step_and_kept() {
    for mut world in worlds().await {
        let id = posted(&mut world).await;
        run(&world, "update comment set html = '<p>old', renderer = 1").await;

        let mut n_steps = 0;
        while world.store.write(rendering::render_outdated).await.unwrap() {
            n_steps += 1;
        }

        // From now on it is what is kept that is shown.
        run(&world, "update comment set text = 'other'").await;
        assert_eq!(html(&world, id).await, render(TYPED).html.as_str());
        assert_eq!(n_steps, 1);
        run(&world, "update comment set renderer = 1").await;
        assert!(
            !world.store.write(rendering::render_outdated).await.unwrap(),
            "it is done once"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_away_stays_away_from_a_newer_renderer() {
    for mut world in worlds().await {
        let id = posted(&mut world).await;
        run(&world, "update comment set html = '', renderer = 1").await;

        while world.store.write(rendering::render_outdated).await.unwrap() {}

        assert_eq!(html(&world, id).await, "");
    }
}

//! How far a moderator reaches.

use rejoinder_core::moderation::{ModerationAction, Trust};
use rejoinder_core::{Clock as _, Reader, Refusal};
use rejoinder_store::discussion::editing;
use rejoinder_store::discussion::editing::CommentEdit;
use rejoinder_store::discussion::images::ImagesChange;
use rejoinder_store::discussion::removing;
use rejoinder_store::moderation::groups::{PageGroup, Scope};
use rejoinder_store::moderation::sanctions;
use rejoinder_store::{
    discussion::cards,
    moderation::{groups, reach},
};

use crate::moderation::desk::refusal;
use crate::support::{World, on_both};

#[test]
fn moderators_decide_within_their_groups_only() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (site, moderator) = (world.site.id, kim.id);
        for (id, prefix) in [(1, "news.example/story"), (2, "news.example/sport")] {
            let group = PageGroup {
                id,
                name: prefix.to_owned(),
                prefix: Some(prefix.to_owned()),
                mode: None,
                n_pages: 0,
            };
            world
                .store
                .write(move |tx| groups::save(tx, site, &group))
                .await
                .unwrap();
        }
        limit(&world, moderator, Scope::of(vec![2])).await;
        assert_eq!(
            refusal(world.decide(&kim, first, ModerationAction::Reject).await),
            Refusal::CommentUnknown
        );
        limit(&world, moderator, Scope::of(vec![1, 2])).await;
        world
            .decide(&kim, first, ModerationAction::Reject)
            .await
            .unwrap();
        world
            .store
            .write(move |tx| {
                groups::remove(tx, site, 1)?;
                groups::remove(tx, site, 2)
            })
            .await
            .unwrap();
        assert_eq!(
            refusal(world.decide(&kim, first, ModerationAction::Approve).await),
            Refusal::CommentUnknown
        );
    });
}

#[test]
fn what_is_out_of_a_moderators_groups_is_neither_changed_nor_read_by_them() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let author = world.reader(&ann).await.author.unwrap().id;
        let reader = Reader {
            author: Some(kim.clone()),
            network: ann.network,
        };
        let group = PageGroup {
            id: 2,
            name: "Sport".to_owned(),
            prefix: Some("news.example/sport".to_owned()),
            mode: None,
            n_pages: 0,
        };
        let save = world.store.write(move |tx| groups::save(tx, site, &group));
        save.await.unwrap();
        limit(&world, kim.id, Scope::of(vec![2])).await;

        for n in 0..4 {
            let reader = reader.clone();
            let edit = CommentEdit {
                site: world.site.clone(),
                id: first,
                reader: reader.clone(),
                text: "First".to_owned(),
                rendered: markup::render("First"),
                sources: rejoinder_store::discussion::editing::SourcesChange::Same,
                images: ImagesChange::Same,
                revision: None,
            };
            let tried = world.store.write(move |tx| match n {
                0 => reach::full_comment(tx, site, &reader, first).map(drop),
                1 => cards::turn_off(tx, now, site, first, "https://a.example/", &reader),
                2 => removing::remove(tx, now, site, first, &reader).map(drop),
                _ => editing::edit(tx, now, &edit).map(drop),
            });
            assert_eq!(refusal(tried.await), Refusal::CommentUnknown, "{n}");
        }
        let change = sanctions::SanctionRequest {
            site,
            id: world.ids.next(now),
            moderator: kim.clone(),
            author,
            reason: Some("A note".to_owned()),
        };
        for n in 0..5 {
            let change = change.clone();
            let tried = world.store.write(move |tx| match n {
                0 => sanctions::add_note(tx, now, &change),
                1 => sanctions::set_trust(tx, now, &change, Trust::Trusted),
                2 => sanctions::suspend(tx, now, &change, None),
                3 => sanctions::ban(tx, now, &change, None, false),
                _ => sanctions::lift(tx, now, &change),
            });
            assert_eq!(refusal(tried.await), Refusal::NotAllowed, "{n}");
        }
        limit(&world, kim.id, Scope::all()).await;
        let note = world
            .store
            .write(move |tx| sanctions::add_note(tx, now, &change));
        note.await.unwrap();
        let inside = world
            .store
            .read(move |tx| reach::full_comment(tx, site, &reader, first));
        assert_eq!(inside.await.unwrap().comment().text, "First");
    });
}

async fn limit(world: &World, moderator: rejoinder_core::AuthorId, scope: Scope) {
    let site = world.site.id;
    world
        .store
        .write(move |tx| groups::set_scope(tx, site, moderator, &scope))
        .await
        .unwrap();
}

#[test]
fn readers_decide_on_nothing() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        let reader = world.reader(&ann).await.author.unwrap();
        let refused = world
            .decide(&reader, first, ModerationAction::Approve)
            .await;
        assert_eq!(refusal(refused), Refusal::NotAllowed);
        assert!(world.log(first).await.is_empty());
    });
}

//! What the desk lists beside the queues: an author's comments, pages, groups, what stands around.

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{PageId, Refusal, SiteId};
use rejoinder_store::discussion::pages::PageQuery;
use rejoinder_store::moderation::groups::{PageGroup, Scope};
use rejoinder_store::{
    Result,
    discussion::{comments, pages},
    moderation::{decisions, groups, inside, queues, standing},
};

use crate::moderation::desk::refusal;
use crate::support::{World, on_both};

fn group(id: i64, name: &str, prefix: Option<&str>) -> PageGroup {
    PageGroup {
        id,
        name: name.to_owned(),
        prefix: prefix.map(str::to_owned),
        mode: None,
        n_pages: 0,
    }
}

async fn save(world: &World, group: PageGroup) -> Result<()> {
    let site = world.site.id;
    let saved = world.store.write(move |tx| groups::save(tx, site, &group));
    saved.await
}

#[test]
fn an_authors_comments_are_listed_whatever_became_of_them() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        world.post(&bob, "Another").await;
        world.flag(&bob, second).await.unwrap();
        world
            .decide(&kim, first, ModerationAction::Spam)
            .await
            .unwrap();
        let (site, author) = (world.site.id, world.author(&ann).await);

        let list = move |scope: Scope, after, limit| {
            let store = world.store.clone();
            async move {
                let read =
                    store.read(move |tx| queues::of_author(tx, site, author, &scope, after, limit));
                let listed = read.await.unwrap();
                let texts = listed.items.into_iter().map(|item| item.comment.text);
                (texts.collect::<Vec<_>>(), listed.next)
            }
        };
        let (newest, next) = list(Scope::all(), None, 1).await;
        assert_eq!((newest, next), (vec!["Second".to_owned()], Some(second)));
        let (rest, next) = list(Scope::all(), next, 1).await;
        assert_eq!((rest, next), (vec!["First".to_owned()], None));
        assert!(list(Scope::of(Vec::new()), None, 9).await.0.is_empty());
    });
}

#[test]
fn the_records_of_many_are_those_of_each() {
    on_both(|world| async move {
        let (ann, bob, kim) = (world.person("Ann"), world.person("Bob"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;
        let third = world.post(&bob, "Third").await;
        world.flag(&bob, second).await.unwrap();
        world
            .decide(&kim, first, ModerationAction::Spam)
            .await
            .unwrap();
        world
            .decide(&kim, third, ModerationAction::Remove)
            .await
            .unwrap();
        let (site, ann, bob) = (
            world.site.id,
            world.author(&ann).await,
            world.author(&bob).await,
        );

        let read = world.store.read(move |tx| {
            let many = standing::records(tx, site, &[ann, bob, ann])?;
            let each = [
                standing::record(tx, site, ann)?,
                standing::record(tx, site, bob)?,
            ];
            let elsewhere = standing::records(tx, SiteId(site.0 + 1), &[ann])?;
            Ok((many, each, elsewhere))
        });
        let (many, each, elsewhere) = read.await.unwrap();

        assert_eq!([many[&ann], many[&bob]], each);
        assert_eq!(
            (each[0].published, each[0].spam, each[0].flagged),
            (1, 1, 1)
        );
        assert_eq!(each[1].removed, 1);
        assert!(elsewhere.is_empty());
    });
}

#[test]
fn what_stands_around_a_comment_is_found() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let root = world.post(&ann, "Root").await;
        let middle = world.reply(&ann, root, "Middle").await;
        let leaf = world.reply(&ann, middle, "Leaf").await;
        let site = world.site.id;

        let read = world.store.read(move |tx| {
            let comment = comments::by_id(tx, site, leaf)?.unwrap();
            let item = queues::item(tx, site, &Scope::all(), comment.id)?.unwrap();
            let all = inside::ancestors(tx, &item, 9)?;
            let nearest = inside::ancestors(tx, &item, 1)?;
            Ok((all, nearest, comments::replies(tx, site, root, 9)?))
        });
        let (all, nearest, replies) = read.await.unwrap();

        let ids = |comments: &[rejoinder_core::Comment]| {
            comments
                .iter()
                .map(|comment| comment.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&all), [root, middle]);
        assert_eq!(ids(&nearest), [middle]);
        assert_eq!(ids(&replies), [middle]);
    });
}

#[test]
fn pages_are_listed_in_scope_and_by_what_they_are_known_by() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let first = world.post(&ann, "First").await;
        let (site, page) = (world.site.id, world.comment(first).await.page);
        save(&world, group(1, "Stories", Some("news.example/st")))
            .await
            .unwrap();

        let list = |typed: &str, scope: Scope, after: Option<PageId>| {
            let store = world.store.clone();
            let query = PageQuery {
                scope,
                typed: typed.to_owned(),
                after,
                limit: 9,
            };
            async move {
                let read = store.read(move |tx| pages::list(tx, site, &query));
                read.await.unwrap().len()
            }
        };
        assert_eq!(list("", Scope::all(), None).await, 1);
        assert_eq!(list("STORY", Scope::of(vec![1]), None).await, 1);
        assert_eq!(list("", Scope::of(vec![2]), None).await, 0);
        assert_eq!(list("%", Scope::all(), None).await, 0);
        assert_eq!(list("", Scope::all(), Some(page)).await, 0);
        let read = world.store.read(move |tx| {
            let inside = pages::in_scope(tx, site, page, &Scope::of(vec![1]))?;
            let outside = pages::in_scope(tx, site, page, &Scope::of(vec![2]))?;
            Ok((inside.is_some(), outside.is_some()))
        });
        assert_eq!(read.await.unwrap(), (true, false));
    });
}

#[test]
fn a_page_knows_its_mode_and_its_groups() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "First").await;
        let (site, page) = (world.site.id, world.comment(first).await.page);
        save(&world, group(1, "By key", Some("news.example/st")))
            .await
            .unwrap();
        save(&world, group(2, "By hand", None)).await.unwrap();
        save(&world, group(3, "Neither", Some("news.example/x")))
            .await
            .unwrap();
        let now = rejoinder_core::Time::from_micros(1);

        let write = world.store.write(move |tx| {
            groups::add_page(tx, site, 2, page)?;
            let before = pages::mode(tx, site, page)?;
            decisions::set_page_mode(tx, now, site, &kim, page, Some(ModerationMode::Before))?;
            Ok((before, pages::mode(tx, site, page)?))
        });
        assert_eq!(write.await.unwrap(), (None, Some(ModerationMode::Before)));
        let read = world.store.read(move |tx| {
            let by_hand = groups::pages_of(tx, site, 2, 9)?;
            Ok((groups::of_page(tx, site, page)?, by_hand))
        });
        let (groups, by_hand) = read.await.unwrap();

        let names: Vec<&str> = groups.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["By hand", "By key"]);
        assert_eq!(by_hand, [(page, "news.example/story".to_owned())]);
    });
}

#[test]
fn two_groups_do_not_have_one_name() {
    on_both(|world| async move {
        save(&world, group(1, "Sport", None)).await.unwrap();
        save(&world, group(1, "Sport", Some("x"))).await.unwrap();
        let refused = refusal(save(&world, group(2, "Sport", None)).await);
        assert!(
            matches!(refused, Refusal::GroupNameInvalid { .. }),
            "{refused:?}"
        );
    });
}

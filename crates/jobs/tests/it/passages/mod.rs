//! Passages that are followed through the versions of their article.

mod fetching;
mod telling;

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::passages::{AnchoringReport, AnnotationState, Position, Quote, Selector};
use rejoinder_core::publication::settings::Passages;
use rejoinder_core::{Clock as _, Comment, CommentId, PageId, Settings};
use rejoinder_jobs::PassagesHandler;
use store::discussion::comments;
use store::discussion::posting::CommentTarget;
use store::passages::versions::{self, ArticleVersion};
use store::publication::sites;

use crate::{SITE, STORY, World};

const PAGE: PageId = PageId(1);

const ARTICLE: &str = "The ferry was late on Monday. The captain blamed the new timetable. Nobody was \
                       surprised by that.";

impl World {
    async fn takes_passages(&self) {
        let settings = Settings {
            passages: Passages::Comment,
            ..Settings::default()
        };
        let save = move |tx: &mut store::Tx<'_>| sites::save_settings(tx, SITE, &settings);
        self.store.write(save).await.unwrap();
    }

    async fn annotate(&self, id: i64, start: usize, end: usize) -> CommentId {
        self.clock.advance(Duration::from_secs(1));
        let position = Position { start, end };
        let mut new = self
            .draft(id, "Ann", STORY, "A story", &format!("On {id}"))
            .await;
        new.target = Some(CommentTarget::Passage(Selector {
            quote: Quote::of(ARTICLE, position).unwrap(),
            position: Some(position),
            rival: None,
        }));
        self.send(new).await
    }

    /// The article has this text by now, and all is done that follows from it.
    async fn publish(&self, text: &str) -> (i64, bool) {
        self.clock.advance(Duration::from_secs(1));
        let (now, text) = (self.clock.now(), text.to_owned());
        let keep = move |tx: &mut store::Tx<'_>| versions::keep(tx, now, SITE, PAGE, &text);
        let kept = self.store.write(keep).await.unwrap();
        self.follow().await;
        kept
    }

    async fn follow(&self) {
        let handler = PassagesHandler::new(self.store.clone(), self.clock.clone());
        self.worker(Arc::new(handler)).run_due().await.unwrap();
        assert_eq!(self.parked().await, [""; 0]);
    }

    async fn version(&self) -> ArticleVersion {
        let newest = self.store.read(|tx| versions::newest(tx, SITE, PAGE));
        newest.await.unwrap().unwrap()
    }

    async fn fate(&self, id: CommentId) -> (AnnotationState, String) {
        let found = self.store.read(move |tx| comments::by_id(tx, SITE, id));
        let comment: Comment = found.await.unwrap().unwrap();
        let annotation = comment.annotation.unwrap();
        (annotation.state, annotation.to_find().quote.exact.clone())
    }
}

#[tokio::test]
async fn with_each_version_the_passages_are_found_again_and_the_report_says_what_became_of_them() {
    for world in World::on_each().await {
        world.takes_passages().await;
        let timetable = world.annotate(7, 49, 66).await;
        let ferry = world.annotate(8, 0, 28).await;
        assert_eq!(world.fate(ferry).await.0, AnnotationState::Unknown);

        assert_eq!(world.publish(ARTICLE).await, (1, true));
        assert_eq!(world.publish(ARTICLE).await, (1, false));
        let same = AnchoringReport {
            same: 2,
            ..AnchoringReport::default()
        };
        assert_eq!(world.version().await.report, Some(same));

        let next = format!("It rained. {}", ARTICLE.replace("the new", "the old"));
        assert_eq!(world.publish(&next).await, (2, true));
        let report = AnchoringReport {
            moved: 1,
            changed: 1,
            ..AnchoringReport::default()
        };
        assert_eq!(world.version().await.report, Some(report));
        let old = (AnnotationState::Changed, "the old timetable".to_owned());
        assert_eq!(world.fate(timetable).await, old);
        assert_eq!(world.fate(ferry).await.0, AnnotationState::Anchored);

        assert_eq!(world.publish("Another article.").await, (3, true));
        let gone = (AnnotationState::Orphaned, "the new timetable".to_owned());
        assert_eq!(world.fate(timetable).await, gone);

        assert_eq!(world.publish(ARTICLE).await, (4, true));
        assert_eq!(world.fate(timetable).await.0, AnnotationState::Anchored);
    }
}

#[tokio::test]
async fn a_comment_that_comes_after_the_article_is_looked_for_in_it() {
    let world = World::new().await;
    world.takes_passages().await;
    world.post(6, "On the whole of it").await;
    world.publish(ARTICLE).await;

    let id = world.annotate(7, 49, 66).await;
    world.follow().await;

    assert_eq!(world.fate(id).await.0, AnnotationState::Anchored);
}

#[tokio::test]
async fn of_an_article_the_newest_20_versions_are_kept() {
    let world = World::new().await;
    world.post(6, "On the whole of it").await;
    for n in 1..=22 {
        world.publish(&format!("Version {n}.")).await;
    }

    assert_eq!(world.version().await.number, 22);
    let kept = world.store.read(|tx| versions::numbers(tx, SITE, PAGE));
    assert_eq!(kept.await.unwrap(), (3..=22).rev().collect::<Vec<_>>());
}

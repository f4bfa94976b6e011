use std::sync::atomic::{AtomicI64, AtomicUsize};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use rejoinder_core::{Settings, Sort, ThreadQuery};
use tokio::sync::Notify;

use super::*;

/// A page whose version is its text.
#[derive(Default)]
struct FakePage {
    version: AtomicI64,
    n_rendered: AtomicUsize,
    n_asked: AtomicUsize,
    canonical: Option<String>,
    /// When set, a rendering waits for it after it has read its version.
    gate: Option<Arc<Notify>>,
    is_lost: std::sync::atomic::AtomicBool,
    turns: AtOnce,
}

impl FakePage {
    fn lost(&self) -> Result<(), PageError> {
        if self.is_lost.load(Ordering::SeqCst) {
            return Err(PageError::Store(store::StoreError::Unavailable(
                "gone".to_owned(),
            )));
        }
        Ok(())
    }

    fn n_rendered(&self) -> usize {
        self.n_rendered.load(Ordering::SeqCst)
    }
}

/// Nobody waits for a turn.
#[derive(Default)]
struct AtOnce {
    is_silent: std::sync::atomic::AtomicBool,
}

impl Turns for AtOnce {
    type Turn = ();

    async fn turn(&self) -> Result<(), PageError> {
        Ok(())
    }

    fn turn_at_once(&self) -> Option<()> {
        Some(())
    }

    fn is_silent(&self) -> bool {
        self.is_silent.load(Ordering::SeqCst)
    }

    async fn silence(&self) {
        while !self.is_silent() {
            tokio::task::yield_now().await;
        }
    }

    async fn apart<T: Send + 'static>(
        (): (),
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PageError> {
        Ok(work())
    }
}

impl Source for &FakePage {
    type Turns = AtOnce;

    fn turns(&self) -> &AtOnce {
        &self.turns
    }

    async fn version(&self, _: &Slot) -> Result<i64, PageError> {
        self.n_asked.fetch_add(1, Ordering::SeqCst);
        self.lost()?;
        Ok(self.version.load(Ordering::SeqCst))
    }

    async fn render(&self, _: &Slot, _: &Shape, (): ()) -> Result<Rendered, PageError> {
        self.lost()?;
        let version = self.version.load(Ordering::SeqCst);
        self.n_rendered.fetch_add(1, Ordering::SeqCst);
        match &self.gate {
            Some(gate) => gate.notified().await,
            None => tokio::task::yield_now().await,
        }
        let headers = HeaderMap::new();
        let body = format!("version {version} ").repeat(100).into_bytes();
        Ok(Rendered {
            version,
            canonical: self.canonical.clone(),
            body,
            headers,
            validators: Validators::Tag,
        })
    }
}

struct Reading {
    cache: PageCache,
    site: Arc<Site>,
    shape: Shape,
}

impl Reading {
    fn new() -> Self {
        let site = Site {
            id: SiteId(1),
            host: "news.example".to_owned(),
            origins: Vec::new(),
            settings: Settings::default(),
            has_providers: false,
            logo: None,
            version: 1,
        };
        let query = ThreadQuery {
            sort: Sort::Newest,
            after: None,
            root: None,
            filter: None,
            passage: None,
            limit: 20,
            replies: 3,
        };
        let base = "http://localhost".into();
        let shape = Shape {
            form: Form::Fragment,
            base,
            query,
            reply: None,
            marked: None,
        };
        Self {
            cache: PageCache::new(1 << 20),
            site: Arc::new(site),
            shape,
        }
    }

    async fn get(&self, millis: i64, page: &FakePage) -> Result<i64, PageError> {
        self.get_as("a", millis, page).await
    }

    async fn get_as(&self, key: &str, millis: i64, page: &FakePage) -> Result<i64, PageError> {
        let now = moment(millis);
        let identity = Encoding::Identity;
        let got = self
            .cache
            .get(&self.site, key, &self.shape, identity, now, &page)
            .await;
        let (variant, entry) = got?;
        self.cache.remember(format!("/{key}"), &variant);
        Ok(entry.version)
    }

    fn hit(&self, millis: i64) -> Option<i64> {
        let hit = self.cache.hit("/a", Encoding::Identity, at(millis), false);
        hit.map(|(_, entry)| entry.version)
    }

    fn commit(&self, page: &FakePage, urgent: bool) {
        let version = page.version.fetch_add(1, Ordering::SeqCst) + 1;
        self.cache.raise(SiteId(1), "a", version, urgent);
    }
}

fn moment(millis: i64) -> Moment {
    Moment {
        at: at(millis),
        steady: at(millis),
    }
}

fn at(millis: i64) -> Time {
    Time::from_micros((1_000_000 + millis) * 1_000)
}

#[tokio::test]
async fn a_page_is_rendered_once_for_everyone() {
    let (reading, page) = (Reading::new(), FakePage::default());

    let both = tokio::join!(reading.get(0, &page), reading.get(0, &page));

    assert_eq!((both.0.unwrap(), both.1.unwrap()), (0, 0));
    assert_eq!(reading.hit(1), Some(0));
    assert_eq!(page.n_rendered(), 1);
}

#[tokio::test]
async fn a_comment_is_shown_to_the_next_reader() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();

    reading.commit(&page, false);

    assert_eq!(reading.hit(1), None);
    assert_eq!(reading.get(1, &page).await.unwrap(), 1);
    assert_eq!(reading.hit(1), Some(1));
}

#[tokio::test]
async fn on_a_busy_page_renderings_are_folded() {
    let (reading, page) = (Reading::new(), FakePage::default());
    for millis in 0..1_000 {
        reading.get(millis, &page).await.unwrap();
        reading.commit(&page, false);
    }

    assert_eq!(page.n_rendered(), 8 + 3);
    assert_eq!(reading.get(1_250, &page).await.unwrap(), 1_000);
}

#[tokio::test]
async fn what_was_removed_is_gone_at_once_even_on_a_busy_page() {
    let (reading, page) = (Reading::new(), FakePage::default());
    for _ in 0..20 {
        reading.get(0, &page).await.unwrap();
        reading.commit(&page, false);
    }

    reading.commit(&page, true);

    assert_eq!(reading.hit(0), None);
    assert_eq!(reading.get(0, &page).await.unwrap(), 21);
}

#[tokio::test]
async fn others_get_the_old_bytes_while_one_renders() {
    let gate = Arc::new(Notify::new());
    let (reading, mut page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();
    page.gate = Some(Arc::clone(&gate));
    reading.commit(&page, false);

    let rendering = reading.get(1, &page);
    let others = async {
        tokio::task::yield_now().await;
        let seen = (reading.hit(1), reading.get(1, &page).await.unwrap());
        gate.notify_one();
        seen
    };
    let (rendered, seen) = tokio::join!(rendering, others);

    assert_eq!(rendered.unwrap(), 1);
    assert_eq!(seen, (Some(0), 0));
}

#[tokio::test]
async fn a_rendering_that_began_before_a_commit_does_not_hide_it() {
    let gate = Arc::new(Notify::new());
    let (reading, page) = (
        Reading::new(),
        FakePage {
            gate: Some(Arc::clone(&gate)),
            ..FakePage::default()
        },
    );

    let commit = async {
        tokio::task::yield_now().await;
        reading.commit(&page, true);
        gate.notify_one();
    };
    let (first, ()) = tokio::join!(reading.get(0, &page), commit);

    assert_eq!(first.unwrap(), 0);
    assert_eq!(reading.hit(0), None);
    gate.notify_one();
    assert_eq!(reading.get(0, &page).await.unwrap(), 1);
}

#[tokio::test]
async fn a_change_by_another_process_is_seen_within_seconds() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();
    page.version.store(4, Ordering::SeqCst);

    assert_eq!(reading.hit(1_999), Some(0));
    assert_eq!(reading.hit(2_001), None);
    assert_eq!(reading.get(2_001, &page).await.unwrap(), 4);
    assert_eq!(reading.hit(2_002), Some(4));
}

#[tokio::test]
async fn a_page_that_did_not_change_is_only_asked_for() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();

    reading.get(2_001, &page).await.unwrap();

    assert_eq!(page.n_asked.load(Ordering::SeqCst), 1);
    assert_eq!(page.n_rendered(), 1);
    assert_eq!(reading.hit(4_000), Some(0));
}

#[tokio::test]
async fn without_the_store_old_bytes_are_served_unless_something_was_removed() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();
    page.is_lost.store(true, Ordering::SeqCst);

    assert_eq!(reading.get(100_000, &page).await.unwrap(), 0);
    reading.commit(&page, false);
    assert_eq!(reading.get(100_001, &page).await.unwrap(), 0);
    reading.commit(&page, true);
    assert!(reading.get(100_002, &page).await.is_err());
}

#[tokio::test]
async fn an_alias_follows_the_page_that_it_stands_for() {
    let reading = Reading::new();
    let page = FakePage {
        canonical: Some("a".to_owned()),
        ..FakePage::default()
    };
    reading.get_as("old", 0, &page).await.unwrap();

    reading.commit(&page, false);

    assert_eq!(reading.get_as("old", 0, &page).await.unwrap(), 1);
}

#[tokio::test]
async fn other_settings_drop_what_was_rendered_under_the_old_ones() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();

    reading.cache.forget_site(SiteId(1));

    assert_eq!(reading.hit(0), None);
    reading.get(0, &page).await.unwrap();
    assert_eq!(page.n_rendered(), 2);
}

#[tokio::test]
async fn a_client_that_has_the_bytes_is_told_so() {
    let (reading, page) = (Reading::new(), FakePage::default());
    let (site, shape, source) = (&reading.site, &reading.shape, &page);
    let got = reading
        .cache
        .get(site, "a", shape, Encoding::Gzip, moment(0), &source)
        .await;
    let (_, entry) = got.unwrap();

    let first = entry.answer(&HeaderMap::new(), Encoding::Gzip);
    let tag = first.headers()[header::ETAG].clone();
    let mut asked = HeaderMap::new();
    asked.insert(header::IF_NONE_MATCH, tag);
    let second = entry.answer(&asked, Encoding::Gzip);

    assert_eq!(
        first.headers()[header::CONTENT_ENCODING],
        HeaderValue::from_static("gzip")
    );
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert!(!second.headers().contains_key(header::CONTENT_LENGTH));
}

/// Ask for so many pages in a size that nobody usually asks for.
async fn ask_unusually(reading: &mut Reading, page: &FakePage, n: usize) {
    let usual = reading.shape.clone();
    for limit in 0..n {
        reading.shape.query.limit = 1_000 + limit;
        reading.get(0, page).await.unwrap();
    }
    reading.shape = usual;
}

#[tokio::test]
async fn ways_to_show_one_page_are_bounded() {
    let (mut reading, page) = (Reading::new(), FakePage::default());

    ask_unusually(&mut reading, &page, 200).await;

    reading.cache.0.variants.run_pending_tasks();
    assert_eq!(reading.cache.0.variants.entry_count(), MAX_VARIANTS as u64);
}

#[tokio::test]
async fn what_readers_usually_see_is_kept_however_many_other_ways_were_asked_for() {
    let (mut reading, page) = (Reading::new(), FakePage::default());
    ask_unusually(&mut reading, &page, 200).await;

    reading.get(0, &page).await.unwrap();

    assert_eq!(reading.hit(1), Some(0));
    reading.get(1, &page).await.unwrap();
    assert_eq!(page.n_rendered(), 201);
}

#[tokio::test]
async fn what_is_not_kept_is_rendered_once_for_all_who_wait_for_it() {
    let (mut reading, page) = (Reading::new(), FakePage::default());
    ask_unusually(&mut reading, &page, 200).await;
    reading.shape.query.limit = 5_000;

    let all = futures_util::future::join_all((0..50).map(|_| reading.get(0, &page))).await;

    assert!(
        all.into_iter()
            .all(|got| got.is_ok_and(|version| version == 0))
    );
    assert_eq!(page.n_rendered(), 201);
}

#[tokio::test]
async fn while_the_store_does_not_answer_what_is_there_is_shown_and_nobody_waits() {
    let reading = Reading::new();
    let page = FakePage::default();
    reading.get(0, &page).await.unwrap();
    let stuck = FakePage {
        gate: Some(Arc::new(Notify::new())),
        ..FakePage::default()
    };
    let become_silent = async {
        tokio::task::yield_now().await;
        stuck.turns.is_silent.store(true, Ordering::SeqCst);
    };

    // Older than a minute: it is to be rendered anew, which never ends.
    let (shown, ()) = tokio::join!(reading.get(100_000, &stuck), become_silent);
    assert_eq!(shown.unwrap(), 0);
    assert_eq!(reading.get(200_000, &stuck).await.unwrap(), 0);
    assert_eq!(stuck.n_rendered(), 1);
    let hit = reading
        .cache
        .hit("/a", Encoding::Identity, at(300_000), true);
    assert!(hit.is_some());
}

#[tokio::test]
async fn what_had_to_vanish_is_not_shown_however_silent_the_store_is() {
    let (reading, page) = (Reading::new(), FakePage::default());
    reading.get(0, &page).await.unwrap();
    page.turns.is_silent.store(true, Ordering::SeqCst);
    page.is_lost.store(true, Ordering::SeqCst);

    reading.commit(&page, true);

    assert!(reading.get(1, &page).await.is_err());
    let hit = reading.cache.hit("/a", Encoding::Identity, at(1), true);
    assert!(hit.is_none());
}

#[tokio::test]
async fn what_had_to_vanish_while_a_rendering_hung_is_not_shown_in_its_place() {
    let reading = Reading::new();
    let page = FakePage::default();
    reading.get(0, &page).await.unwrap();
    let stuck = FakePage {
        gate: Some(Arc::new(Notify::new())),
        ..FakePage::default()
    };
    let remove = async {
        tokio::task::yield_now().await;
        reading.commit(&stuck, true);
        stuck.turns.is_silent.store(true, Ordering::SeqCst);
    };

    let (shown, ()) = tokio::join!(reading.get(100_000, &stuck), remove);

    assert_eq!(stuck.n_rendered(), 1);
    assert!(matches!(shown, Err(PageError::Store(_))), "{shown:?}");
}

#[tokio::test]
async fn what_the_store_has_not_confirmed_for_too_long_is_not_shown() {
    let mut reading = Reading::new();
    reading.cache = PageCache::stale_for(1 << 20, Duration::from_secs(100));
    let page = FakePage::default();
    reading.get(0, &page).await.unwrap();
    page.is_lost.store(true, Ordering::SeqCst);
    page.turns.is_silent.store(true, Ordering::SeqCst);

    assert_eq!(reading.get(99_000, &page).await.unwrap(), 0);
    assert!(reading.get(101_000, &page).await.is_err());
    page.is_lost.store(false, Ordering::SeqCst);
    assert_eq!(reading.get(102_000, &page).await.unwrap(), 0);
}

//! Imports that owners begin in their pages.

mod backing_up;
mod undoing;

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::archive::{Import, ImportFile, ImportOptions, ImportState};
use rejoinder_core::publication::audit::AuditActor;
use rejoinder_core::{Clock as _, FixedRandom, ImportId, PageKey, Sort, Thread, ThreadQuery};
use rejoinder_jobs::ImportHandler;
use store::archive::runs::{self, Kept, Wish};
use store::database::doctor;
use store::discussion::threads;
use store::jobs;
use store::recordings::files::{AppendOutcome, MAX_PART};

use crate::{SITE, World};

const ID: ImportId = ImportId(70);

/// Three comments in a branch and one by itself, on two pages that have moved.
const TABLE: &str = "\
id,page,parent,posted_at,name,email,markdown,up
1,https://old.example/story,,2024-03-01T10:00:00Z,Ann,ann@old.example,One,3
2,https://old.example/story,1,2024-03-01T11:00:00Z,Bo,,Two,0
3,https://old.example/story,2,2024-03-01T12:00:00Z,Ann,ann@old.example,Three,0
4,https://old.example/other,,2024-03-02T10:00:00Z,Cleo,,Four,0
";

const MOVED: &str = "https://old.example=https://news.example";

fn moved() -> ImportOptions {
    ImportOptions {
        mappings: MOVED.to_owned(),
        ..ImportOptions::default()
    }
}

impl World {
    async fn do_imports(&self) {
        self.clock.advance(Duration::from_secs(1));
        let random = FixedRandom::seeded(3);
        let handler = ImportHandler::new(self.store.clone(), self.clock.clone(), &random);
        self.worker(Arc::new(handler)).run_due().await.unwrap();
    }

    /// Upload a file in parts, as a browser does.
    async fn upload(&self, id: ImportId, name: &'static str, file: &[u8]) {
        self.upload_all(id, &[(name, file)]).await;
    }

    async fn upload_all(&self, id: ImportId, files: &[(&str, &[u8])]) {
        let now = self.clock.now();
        let about = files
            .iter()
            .map(|(name, file)| ImportFile::new(name, i64::try_from(file.len()).unwrap()));
        let about: Vec<ImportFile> = about.collect();
        let begin = move |tx: &mut store::Tx<'_>| runs::begin(tx, now, SITE, id, &about);
        assert_eq!(self.store.write(begin).await.unwrap(), None);
        let file: Vec<u8> = files.iter().flat_map(|(_, file)| *file).copied().collect();
        let mut at = 0;
        for part in file.chunks(MAX_PART.min(file.len() / 2 + 1)) {
            let part = part.to_vec();
            let n = i64::try_from(part.len()).unwrap();
            let add = move |tx: &mut store::Tx<'_>| runs::add(tx, now, SITE, id, at, &part);
            at += n;
            assert_eq!(
                self.store.write(add).await.unwrap(),
                AppendOutcome::Arrived(at)
            );
        }
    }

    async fn wish(&self, id: ImportId, wish: Wish) -> bool {
        let now = self.clock.now();
        let write = move |tx: &mut store::Tx<'_>| {
            runs::wish(tx, now, &AuditActor::Console, (SITE, id), &wish)
        };
        self.store.write(write).await.unwrap()
    }

    async fn import(&self, id: ImportId) -> Import {
        let read = move |tx: &mut store::Tx<'_>| runs::find(tx, SITE, id);
        self.store.read(read).await.unwrap().unwrap()
    }

    async fn kept(&self, id: ImportId, kept: Kept) -> Option<String> {
        let read = move |tx: &mut store::Tx<'_>| runs::part(tx, SITE, id, kept, 0);
        let bytes = self.store.read(read).await.unwrap();
        bytes.map(|bytes| String::from_utf8(bytes).unwrap())
    }

    /// Upload the table, look at it with its pages moved, and bring it in.
    async fn bring(&self, id: ImportId) {
        self.upload(id, "comments.csv", TABLE.as_bytes()).await;
        self.do_imports().await;
        assert!(self.wish(id, Wish::Look(moved())).await);
        self.do_imports().await;
        assert!(self.wish(id, Wish::Start).await);
        self.do_imports().await;
        assert_eq!(self.import(id).await.state, ImportState::Done);
    }

    async fn thread_at(&self, page: &str) -> Thread {
        let key = PageKey::parse(page).unwrap();
        let query = ThreadQuery {
            sort: Sort::Oldest,
            after: None,
            root: None,
            filter: None,
            passage: None,
            limit: 100,
            replies: 20,
        };
        let load = move |tx: &mut store::Tx<'_>| threads::load(tx, SITE, &key, &query);
        self.store.read(load).await.unwrap()
    }

    async fn tidy(&self) {
        let now = self.clock.now();
        let tidy = move |tx: &mut store::Tx<'_>| store::housekeeping::tidy(tx, now, SITE);
        self.store.write(tidy).await.unwrap();
    }

    async fn is_sound(&self) {
        let findings = self.store.read(doctor::check).await.unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }
}

/// An export of WordPress with a comment, a pingback and a review.
fn wordpress(post: &str, first: u32) -> String {
    let mut file = format!(
        "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>\
         <wp:wxr_version>1.2</wp:wxr_version><item><link>https://news.example/{post}</link>\
         <wp:post_id>{first}</wp:post_id><wp:status>publish</wp:status>\
         <wp:post_type>post</wp:post_type>"
    );
    for (id, kind) in (first..).zip(["comment", "pingback", "review"]) {
        file += &format!(
            "<wp:comment><wp:comment_id>{id}</wp:comment_id>\
             <wp:comment_date_gmt>2024-03-01 10:00:00</wp:comment_date_gmt>\
             <wp:comment_content>A {kind}.</wp:comment_content>\
             <wp:comment_approved>1</wp:comment_approved>\
             <wp:comment_type>{kind}</wp:comment_type></wp:comment>"
        );
    }
    file + "</item></channel></rss>"
}

#[tokio::test]
async fn several_files_are_one_import_and_bring_mentions_and_reviews_where_that_is_wished() {
    for world in World::on_each().await {
        let files = [wordpress("one", 10), wordpress("two", 20)];
        // Two files may have one name, and one of another kind is named in the report.
        let named = [
            ("export.xml", files[0].as_bytes()),
            ("notes.txt", b"Nothing to read"),
            ("export.xml", files[1].as_bytes()),
        ];
        world.upload_all(ID, &named).await;
        world.do_imports().await;
        let looked = world.import(ID).await;
        assert_eq!(looked.name(), "export.xml, notes.txt, export.xml");
        let summary = looked.summary.unwrap();
        assert!(
            summary.contains("Came in: 2 comments on 2 pages"),
            "{summary}"
        );
        assert!(summary.contains("file notes.txt"), "{summary}");

        let along = ImportOptions {
            mentions: true,
            reviews: true,
            ..ImportOptions::default()
        };
        assert!(world.wish(ID, Wish::Look(along.clone())).await);
        world.do_imports().await;
        assert!(world.wish(ID, Wish::Start).await);
        world.do_imports().await;

        let done = world.import(ID).await;
        assert_eq!((done.state, &done.options), (ImportState::Done, &along));
        for page in ["https://news.example/one", "https://news.example/two"] {
            assert_eq!(world.thread_at(page).await.entries.len(), 3, "{page}");
        }
        world.is_sound().await;
    }
}

#[tokio::test]
async fn a_file_is_known_by_itself_and_changes_nothing_before_it_is_started() {
    for world in World::on_each().await {
        world.upload(ID, "comments.csv", TABLE.as_bytes()).await;

        world.do_imports().await;

        let import = world.import(ID).await;
        assert_eq!(import.state, ImportState::Looked);
        assert_eq!(import.format.as_deref(), Some("csv"));
        assert_eq!(import.n_done, 4);
        let summary = import.summary.unwrap();
        assert!(
            summary.starts_with("Came in: 4 comments on 2 pages"),
            "{summary}"
        );
        assert!(summary.contains("not on the site: 2"), "{summary}");
        let text = world.kept(ID, Kept::Text).await.unwrap();
        assert!(
            text.starts_with(&summary) && text.contains("Every record:"),
            "{text}"
        );
        let json = world.kept(ID, Kept::Json).await.unwrap();
        assert!(
            json.starts_with('{') && json.contains("\"added\":4"),
            "{json}"
        );
        let thread = world.thread_at("https://old.example/story").await;
        assert_eq!(thread.page, None);
    }
}

#[tokio::test]
async fn pages_are_mapped_before_the_import_starts_and_the_file_goes_after_it() {
    for world in World::on_each().await {
        world.bring(ID).await;

        let thread = world.thread_at("https://news.example/story").await;
        assert_eq!(thread.page.unwrap().n_comments, 3);
        let import = world.import(ID).await;
        assert!(import.summary.unwrap().contains("not on the site: 0"));
        assert_eq!(world.kept(ID, Kept::File).await, None);
        assert!(world.kept(ID, Kept::Text).await.is_some());
        world.is_sound().await;
    }
}

#[tokio::test]
async fn what_nothing_can_be_read_from_is_refused_with_the_reason() {
    for world in World::on_each().await {
        world
            .upload(ID, "page.html", b"<!doctype html><p>Hello")
            .await;

        world.do_imports().await;

        let import = world.import(ID).await;
        assert_eq!(import.state, ImportState::Refused);
        let problem = import.problem.unwrap();
        assert!(problem.contains("a web page"), "{problem}");
        assert!(!world.wish(ID, Wish::Start).await);
        assert!(world.wish(ID, Wish::Drop).await);
    }
}

#[tokio::test]
async fn one_import_of_a_site_is_open_at_a_time() {
    for world in World::on_each().await {
        world.upload(ID, "comments.csv", TABLE.as_bytes()).await;
        let now = world.clock.now();

        let begin = move |tx: &mut store::Tx<'_>| {
            runs::begin(
                tx,
                now,
                SITE,
                ImportId(71),
                &[ImportFile::new("more.csv", 9)],
            )
        };
        let open = world.store.write(begin).await.unwrap();

        assert_eq!(open, Some(ID));
    }
}

#[tokio::test]
async fn an_import_whose_server_died_goes_on_at_another_and_is_the_same() {
    for world in World::on_each().await {
        world.upload(ID, "comments.csv", TABLE.as_bytes()).await;
        world.do_imports().await;
        assert!(world.wish(ID, Wish::Start).await);
        // A server takes the job up and is heard of no more.
        world.clock.advance(Duration::from_secs(1));
        let (now, lease) = (world.clock.now(), Duration::from_secs(60));
        let claim = move |tx: &mut store::Tx<'_>| jobs::claim(tx, now, lease, 1);
        assert_eq!(world.store.write(claim).await.unwrap().len(), 1);
        world.do_imports().await;
        assert_eq!(world.import(ID).await.state, ImportState::Running);

        world.clock.advance(lease);
        world.do_imports().await;

        let import = world.import(ID).await;
        assert_eq!((import.state, import.n_done), (ImportState::Done, 4));
    }
}

#[tokio::test]
async fn files_that_nobody_decides_on_and_old_reports_are_forgotten() {
    for world in World::on_each().await {
        let days = |n: u64| Duration::from_secs(n * 24 * 60 * 60);
        world.bring(ID).await;
        let open = ImportId(71);
        world.upload(open, "comments.csv", TABLE.as_bytes()).await;
        world.do_imports().await;

        world.clock.advance(days(8));
        world.tidy().await;

        let find = move |tx: &mut store::Tx<'_>| runs::find(tx, SITE, open);
        assert_eq!(world.store.read(find).await.unwrap(), None);
        assert!(world.kept(ID, Kept::Text).await.is_some());
        world.clock.advance(days(23));
        world.tidy().await;
        assert_eq!(world.kept(ID, Kept::Text).await, None);
        assert_eq!(world.import(ID).await.summary, None);
    }
}

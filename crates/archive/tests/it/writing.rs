//! From a file into a database, and what is then there.

mod whole;

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use expect_test::expect;

use rejoinder_archive::{
    Effect, ImportError, Input, Mapping, Options, Plan, Reached, Report, Totals, by_word,
};
use rejoinder_core::{FixedRandom, IdSource, PageKey, Settings, Site, SiteId, Thread, Time};
use rejoinder_core::{Sort, ThreadQuery};
use store::{Location, Store, database::doctor, discussion::threads, publication::sites};

const NOW: Time = Time::from_micros(1_790_000_000_000_000);

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample.xml")
}

/// A database with one site.
struct Place {
    folder: tempfile::TempDir,
    store: Store,
    site: Site,
    ids: IdSource,
    /// Whether nobody else writes to the database.
    is_alone: bool,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("rejoinder.db"));
        let store = Store::open(&location, std::sync::Arc::new(|_| {})).unwrap();
        let origins = ["https://news.example".to_owned()];
        let add = move |tx: &mut store::Tx<'_>| {
            sites::add(
                tx,
                NOW,
                SiteId(1),
                "news.example",
                &origins,
                &Settings::default(),
            )
        };
        let site = store.write(add).await.unwrap();
        Self {
            folder,
            store,
            site,
            ids: IdSource::new(&FixedRandom::seeded(1)),
            is_alone: false,
        }
    }

    async fn alone() -> Self {
        Self {
            is_alone: true,
            ..Self::new().await
        }
    }

    async fn import(&self, effect: Effect, file: impl std::io::Read) -> (Totals, String) {
        let file = std::io::read_to_string(file).unwrap();
        self.import_as("wordpress", effect, &file).await
    }

    async fn import_as(&self, word: &str, effect: Effect, file: &str) -> (Totals, String) {
        let format = by_word(word).unwrap();
        let plan = Plan {
            site: self.site.clone(),
            format: format.word(),
            import: None,
            mappings: vec![Mapping::parse("https://old.example=https://news.example").unwrap()],
            effect,
            is_alone: self.is_alone,
            ids: &self.ids,
        };
        let files = vec![Input::of_bytes("file", file.as_bytes())];
        let items = format.read(files, Options::default()).unwrap();
        let mut report = Report::new().unwrap();
        let totals =
            rejoinder_archive::import(&self.store, NOW, plan, items, &mut report, go_on).await;
        let totals = totals.unwrap();
        let mut lines = Vec::new();
        report.write_text(&mut lines).unwrap();
        (totals, String::from_utf8(lines).unwrap())
    }

    /// Imports a file of which no more than this could be fetched.
    async fn import_half(&self, word: &str, half: &str) -> ImportError {
        let plan = Plan {
            site: self.site.clone(),
            format: by_word(word).unwrap().word(),
            import: None,
            mappings: Vec::new(),
            effect: Effect::Write,
            is_alone: self.is_alone,
            ids: &self.ids,
        };
        let files = vec![Input::of_bytes("file", half.as_bytes())];
        let items = by_word(word)
            .unwrap()
            .read(files, Options::default())
            .unwrap();
        let mut report = Report::new().unwrap();
        rejoinder_archive::import(&self.store, NOW, plan, items, &mut report, go_on)
            .await
            .unwrap_err()
    }

    async fn thread(&self, page: &str) -> Thread {
        let site = self.site.id;
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
        self.store
            .read(move |tx| threads::load(tx, site, &key, &query))
            .await
            .unwrap()
    }

    /// All rows of the tables that an import writes to.
    fn rows(&self) -> Vec<String> {
        let database = self.folder.path().join("rejoinder.db");
        let connection = rusqlite::Connection::open(database).unwrap();
        let mut rows = Vec::new();
        for table in ["page", "page_alias", "author", "comment", "source", "event"] {
            let select = format!("select * from {table} order by 1, 2, 3");
            let mut select = connection.prepare(&select).unwrap();
            let n_columns = select.column_count();
            let shown = select.query_map([], |row| {
                let values = (0..n_columns).map(|at| row.get_ref(at));
                let values: Result<Vec<_>, _> = values.collect();
                values.map(|values| format!("{table} {values:?}"))
            });
            rows.extend(shown.unwrap().map(Result::unwrap));
        }
        rows
    }

    async fn is_sound(&self) -> bool {
        self.store.read(doctor::check).await.unwrap().is_empty()
    }
}

const fn go_on(_: Reached) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn file() -> File {
    File::open(sample()).unwrap()
}

/// Names as they stand, two spaces a level, and votes.
fn outline(thread: &Thread) -> String {
    let line = |entry: &rejoinder_core::discussion::thread::ThreadEntry| {
        let comment = &entry.comment;
        let indent = "  ".repeat(entry.level);
        format!(
            "{indent}{} +{} -{}\n",
            comment.author.name, comment.tally.up, comment.tally.down
        )
    };
    thread.entries.iter().map(line).collect()
}

#[tokio::test]
async fn a_text_that_nobody_could_read_is_left_out_and_named() {
    let place = Place::new().await;
    let sample = std::fs::read_to_string(sample()).unwrap();
    let long = "&amp;".repeat(410_000);
    let file = sample.replacen("The ferry was late.", &long, 1);

    let (totals, report) = place.import(Effect::Write, file.as_bytes()).await;

    assert!(report.contains("at most 400000 are taken"), "{report}");
    assert!(totals.added > 0);
    assert!(place.is_sound().await);
}

#[tokio::test]
async fn threads_come_in_as_they_were() {
    let place = Place::new().await;

    place.import(Effect::Write, file()).await;

    let ferry = place.thread("https://news.example/ferry").await;
    expect![[r#"
        Ada Marsh +7 -2
          Cleo Finch +0 -0
            Bruno Kettle +0 -0
        Dora Pike +0 -0
        Gus Reed +0 -0
        Hal Moss +0 -0
          Ida Voss +0 -0
        Ada Marsh +0 -0
    "#]]
    .assert_eq(&outline(&ferry));
    let first = &ferry.entries[0].comment;
    assert_eq!(
        first.html.as_str(),
        "<p>The ferry was late.</p><p>And cold.</p>"
    );
    assert_eq!(first.created_at.to_string(), "2024-03-01T10:01:00Z");
    assert_eq!(
        first.author.website.as_deref(),
        Some("https://ada.example/")
    );
    let last = &ferry.entries[ferry.entries.len() - 1].comment;
    assert_ne!(
        first.author.id, last.author.id,
        "two people of one name stay two"
    );
    assert!(place.is_sound().await);
}

#[tokio::test]
async fn the_name_that_stood_above_a_comment_stays_there() {
    let place = Place::new().await;
    let names = ["Ann", "Ann Lee", "Ann"].into_iter().zip(1..);
    let comments = names.map(|(name, id)| {
        let user = "<wp:comment_user_id>7</wp:comment_user_id>";
        comment(
            id,
            &format!("<wp:comment_author>{name}</wp:comment_author>{user}"),
        )
    });

    place
        .import(Effect::Write, export(comments).as_bytes())
        .await;

    let thread = place.thread("https://news.example/a").await;
    let by = |at: usize| &thread.entries[at].comment.author;
    assert_eq!(
        (by(0).name.as_str(), by(1).name.as_str()),
        ("Ann", "Ann Lee")
    );
    assert_eq!(by(0).id, by(2).id);
}

#[tokio::test]
async fn what_was_pinned_and_closed_stays_so() {
    let place = Place::new().await;

    place.import(Effect::Write, file()).await;

    let closed = place.thread("https://news.example/closed").await;
    assert_eq!(closed.entries[0].comment.pin, Some(1));
    assert!(closed.page.unwrap().closed_at.is_some());
}

#[tokio::test]
async fn nothing_of_a_page_that_was_not_public_is_shown() {
    let place = Place::new().await;

    place.import(Effect::Write, file()).await;

    for page in ["draft", "secret"] {
        let thread = place.thread(&format!("https://news.example/{page}")).await;
        assert_eq!(outline(&thread), "");
        assert_eq!(thread.page.unwrap().title, None);
    }
}

#[tokio::test]
async fn old_addresses_lead_to_the_same_thread() {
    let place = Place::new().await;

    place.import(Effect::Write, file()).await;

    let ferry = place.thread("https://news.example/ferry").await;
    for old in ["https://old.example/ferry/", "https://old.example/?p=101"] {
        assert_eq!(place.thread(old).await.entries, ferry.entries, "{old}");
    }
}

#[tokio::test]
async fn every_record_that_is_dropped_or_changed_has_a_line() {
    let (_, report) = Place::new().await.import(Effect::Write, file()).await;

    expect![[r#"
        Came in: 15 comments on 4 pages
          3 of them wait for a moderator
          2 of them are not shown, being spam, rejected or removed
        Here already: 0 comments
        Left out: 1
          1 × it is a pingback; mentions come with --mentions
              comment 4
        Came in changed: 8
          2 × its parent did not come in; it stands by itself
              comment 5 by Dora Pike on https://news.example/ferry/; comment 9 by Gus Reed on https://news.example/ferry/
          2 × not everybody may read its page, so it is held
              comment 20 by Jon Bell on https://news.example/draft/; comment 30 by Kit Lane on https://news.example/secret/
          1 × scripts and styles in it were left out
              comment 2 by Cleo Finch on https://news.example/ferry/
          1 × it is its own ancestor; it stands by itself
              comment 10 by Hal Moss on https://news.example/ferry/
          1 × its status is `draft`, so its comments are held
              page 102
          1 × it asks for a password, so its comments are held
              page 103
        Came in without fields that have no place here: 0
        Pages whose address is not on the site: 0

        Every record:
        changed	comment 2 by Cleo Finch on https://news.example/ferry/	scripts and styles in it were left out
        dropped	comment 4	it is a pingback; mentions come with --mentions
        changed	comment 5 by Dora Pike on https://news.example/ferry/	its parent did not come in; it stands by itself
        changed	comment 9 by Gus Reed on https://news.example/ferry/	its parent did not come in; it stands by itself
        changed	comment 10 by Hal Moss on https://news.example/ferry/	it is its own ancestor; it stands by itself
        changed	page 102	its status is `draft`, so its comments are held
        changed	comment 20 by Jon Bell on https://news.example/draft/	not everybody may read its page, so it is held
        changed	page 103	it asks for a password, so its comments are held
        changed	comment 30 by Kit Lane on https://news.example/secret/	not everybody may read its page, so it is held
    "#]]
    .assert_eq(&report);
}

#[tokio::test]
async fn a_second_import_adds_nothing() {
    let place = Place::new().await;
    let (first, _) = place.import(Effect::Write, file()).await;
    let ferry = place.thread("https://news.example/ferry").await;

    let (second, _) = place.import(Effect::Write, file()).await;

    let expected = Totals {
        added: 0,
        held: 0,
        hidden: 0,
        known: first.added,
        ..first
    };
    assert_eq!(second, expected);
    assert_eq!(place.thread("https://news.example/ferry").await, ferry);
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_changes_nothing() {
    let place = Place::new().await;

    let dry = place.import(Effect::None, file()).await;

    assert_eq!(place.thread("https://news.example/ferry").await.page, None);
    assert_eq!(place.import(Effect::Write, file()).await, dry);
    let again = place.import(Effect::None, file()).await;
    assert_eq!(place.import(Effect::Write, file()).await, again);
}

#[tokio::test]
async fn a_large_import_is_counted_right_over_all_its_batches() {
    let place = Place::new().await;
    let comments = (1..=2_500).map(|id: u32| {
        let parent = if id.is_multiple_of(3) { 0 } else { id / 2 };
        comment(
            id,
            &format!("<wp:comment_parent>{parent}</wp:comment_parent>"),
        )
    });

    let (totals, _) = place
        .import(Effect::Write, export(comments).as_bytes())
        .await;

    assert_eq!((totals.pages, totals.added), (1, 2_500));
    assert!(place.is_sound().await);
}

/// A comment of an export, with more in it.
fn comment(id: u32, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id>\
         <wp:comment_date_gmt>2024-03-01 10:{:02}:{:02}</wp:comment_date_gmt>\
         <wp:comment_content>Hello {id}</wp:comment_content>\
         <wp:comment_approved>1</wp:comment_approved>{more}</wp:comment>",
        id / 60 % 60,
        id % 60
    )
}

/// An export with one page at `news.example/a`.
fn export(comments: impl Iterator<Item = String>) -> String {
    let comments: String = comments.collect();
    format!(
        "<rss xmlns:wp=\"http://wordpress.org/export/1.2/\"><channel>\
         <wp:wxr_version>1.2</wp:wxr_version><item><link>https://news.example/a</link>\
         <wp:post_id>1</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>\
         {comments}</item></channel></rss>"
    )
}

#[tokio::test]
async fn a_reply_never_stands_under_a_comment_that_is_on_another_page_here() {
    let place = Place::new().await;
    let table = "id,page,posted_at,markdown,parent\n1,/a,2024-03-01T10:00:00Z,One,\n";
    place.import_as("csv", Effect::Write, table).await;
    // The page has moved there since, or the file says so.
    let table = format!(
        "{}2,/b,2024-03-01T10:00:01Z,Two,1\n",
        table.replace("/a", "/b")
    );

    let (totals, _) = place.import_as("csv", Effect::Write, &table).await;

    assert_eq!((totals.known, totals.added), (1, 1));
    let thread = place.thread("https://news.example/b").await;
    assert_eq!(thread.entries.len(), 1);
    assert!(place.is_sound().await);
}

#[tokio::test]
async fn markdown_stays_what_is_edited() {
    let place = Place::new().await;
    let table = "id,page,posted_at,markdown\n1,/a,2024-03-01T10:00:00Z,Hello *you* <b>x</b>\n";

    place.import_as("csv", Effect::Write, table).await;

    let thread = place.thread("https://news.example/a").await;
    let comment = &thread.entries[0].comment;
    assert_eq!(
        comment.html.as_str(),
        "<p>Hello <em>you</em> &lt;b&gt;x&lt;/b&gt;</p>"
    );
    assert_eq!(
        place.thread("/a").await.entries,
        thread.entries,
        "its path leads to it"
    );
}

#[tokio::test]
async fn pages_that_are_one_here_share_a_thread() {
    let place = Place::new().await;
    let table = "id,page,posted_at,markdown,parent\n\
        1,https://news.example/a/?utm_source=x,2024-03-01T10:00:00Z,One,\n\
        2,http://news.example/a/index.html,2024-03-01T10:00:01Z,Two,1\n";

    let (_, report) = place.import_as("csv", Effect::Write, table).await;

    let thread = place.thread("https://news.example/a").await;
    assert_eq!(thread.entries.len(), 2);
    assert_eq!(thread.entries[1].level, 1);
    assert!(report.contains("so they are one here"), "{report}");
}

#[tokio::test]
async fn equal_ids_on_two_pages_are_two_comments() {
    let place = Place::new().await;
    let table = "id,page,posted_at,markdown,parent\n\
        1,/a,2024-03-01T10:00:00Z,One,\n\
        1,/b,2024-03-01T10:00:01Z,Two,\n\
        2,/b,2024-03-01T10:00:02Z,Three,1\n";

    let (totals, report) = place.import_as("csv", Effect::Write, table).await;

    assert_eq!(totals.added, 3, "{report}");
    let thread = place.thread("https://news.example/b").await;
    assert_eq!((thread.entries.len(), thread.entries[1].level), (2, 1));
    assert!(
        report.contains("a comment of another page has the same id"),
        "{report}"
    );
}

#[tokio::test]
async fn pictures_stay_as_links_and_have_a_line() {
    let place = Place::new().await;
    let table = "id,page,posted_at,html,name\n\
        1,/a,2024-03-01T10:00:00Z,<p>See <img src=https://img.example/c.png alt=cat></p>,Ann\n";

    let (_, report) = place.import_as("csv", Effect::Write, table).await;

    let html = &place.thread("/a").await.entries[0].comment.html;
    assert!(
        html.as_str()
            .contains("<a href=\"https://img.example/c.png\""),
        "{html}"
    );
    let line = "changed\tcomment 1 by Ann on https://news.example/a\tits pictures came in as links";
    assert!(report.contains(line), "{report}");
}

#[tokio::test]
async fn questions_of_passages_come_in_once_with_their_answers() {
    let place = Place::new().await;
    let text = "<p>The captain blamed [wpdiscuz-feedback id=\"k3\" question=\"Who made it?\"]the new \
                timetable[/wpdiscuz-feedback].</p>";
    let content = format!("<content:encoded><![CDATA[{text}]]></content:encoded>");
    let meta = "<wp:commentmeta><wp:meta_key>wpdiscuz_feedback_form_id</wp:meta_key>\
                <wp:meta_value>31</wp:meta_value></wp:commentmeta>";
    let export = std::io::read_to_string(file()).unwrap();
    let export = export.replacen("<wp:post_id>101", &format!("{content}<wp:post_id>101"), 1);
    let export = export.replacen(
        "<wp:commentmeta><wp:meta_key>wpdiscuz_votes<",
        &format!("{meta}<wp:commentmeta><wp:meta_key>wpdiscuz_votes<"),
        1,
    );

    let (_, dry) = place.import_as("wordpress", Effect::None, &export).await;
    let (_, report) = place.import_as("wordpress", Effect::Write, &export).await;
    place.import_as("wordpress", Effect::Write, &export).await;

    let line = "questions of passages: 1, answered by comments: 1";
    assert!(dry.contains(line) && report.contains(line), "{report}");
    let thread = place.thread("https://news.example/ferry/").await;
    assert_eq!((thread.n_questions, thread.n_annotations), (1, 1));
    let answers = thread
        .entries
        .iter()
        .filter_map(|entry| entry.comment.question.as_ref());
    let answers: Vec<_> = answers.map(|asked| asked.text.as_str()).collect();
    assert_eq!(answers, ["Who made it?"]);
    assert!(place.is_sound().await);
}

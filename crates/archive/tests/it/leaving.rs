//! What leaves for another system comes back by its importer.

use std::ops::ControlFlow;
use std::sync::Arc;

use rejoinder_archive::{Effect, Input, Leaving, Options, Plan, Report, by_word, leave};
use rejoinder_core::{FixedRandom, IdSource, PageId, Settings, Site, SiteId, Time};
use store::archive::leaving;
use store::database::doctor;
use store::publication::sites;
use store::{Location, Store};

const NOW: Time = Time::from_micros(1_790_000_000_000_000);

/// A site with every state, a tree, and what XML and HTML stumble over.
const SITE: &str = r#"{"id":"1","page":"https://news.example/ferry","page_title":"The <ferry> & \"we\"","posted_at":"2026-01-01T10:00:00Z","markdown":"It **sails** ]]> again & <again>\n\n> So?","name":"Ann & <Bo>","email":"ann@reader.example","website":"https://ann.example/?a=1&b=2","up":"7","down":"2","pinned":"true","edited_at":"2026-01-01T10:05:00Z"}
{"id":"2","page":"https://news.example/ferry","parent":"1","posted_at":"2026-01-01T11:00:00Z","markdown":"Line\nnext line","name":"Cy","closed":"true"}
{"id":"3","page":"https://news.example/ferry","parent":"2","posted_at":"2026-01-01T12:00:00Z","markdown":"","name":"Gone","state":"removed"}
{"id":"4","page":"https://news.example/ferry","parent":"3","posted_at":"2026-01-01T13:00:00Z","html":"<pre><code>a &lt; b\n\n  c</code></pre>","name":"Di","author_id":"d"}
{"id":"5","page":"https://news.example/ferry","posted_at":"2026-01-02T10:00:00Z","markdown":"Waits","name":"Ed","state":"held"}
{"id":"6","page":"https://news.example/ferry","posted_at":"2026-01-02T11:00:00Z","markdown":"Buy","name":"Spammer","state":"spam"}
{"id":"7","page":"https://news.example/ferry","posted_at":"2026-01-02T12:00:00Z","markdown":"Rude","name":"Flo","state":"rejected"}
{"id":"8","page":"https://news.example/closed","page_closed":"true","posted_at":"2026-01-03T12:00:00Z","markdown":"Last","name":"Di","author_id":"d"}
{"id":"9","page":"a-key","posted_at":"2026-01-04T12:00:00Z","markdown":"Keyed","name":"Gil"}
"#;

async fn place(location: &Location) -> (Store, Site) {
    let store = Store::open(location, Arc::new(|_| {})).unwrap();
    let origins = ["https://news.example".to_owned()];
    let add = move |tx: &mut store::Tx<'_>| {
        let settings = Settings::default();
        sites::add(tx, NOW, SiteId(1), "news.example", &origins, &settings)
    };
    let site = store.write(add).await.unwrap();
    (store, site)
}

async fn import(store: &Store, site: &Site, word: &str, file: &[u8]) -> String {
    let format = by_word(word).unwrap();
    let plan = Plan {
        site: site.clone(),
        format: format.word(),
        import: None,
        mappings: Vec::new(),
        effect: Effect::Write,
        is_alone: false,
        ids: &IdSource::new(&FixedRandom::seeded(1)),
    };
    let files = vec![Input::of_bytes("file", file)];
    let items = format.read(files, Options::default()).unwrap();
    let mut report = Report::new().unwrap();
    let done = rejoinder_archive::import(store, NOW, plan, items, &mut report, |_| {
        ControlFlow::Continue(())
    });
    done.await.unwrap();
    assert!(store.read(doctor::check).await.unwrap().is_empty());
    let mut text = Vec::new();
    report.write_text(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

async fn written(store: &Store, site: &Site, form: Leaving) -> (Vec<u8>, String) {
    let site = site.clone();
    let write = move |tx: &mut store::Tx<'_>| {
        let mut file = Vec::new();
        let left = leave(tx, &site, form, &mut file)?;
        Ok((file, left))
    };
    let (file, left) = store.read(write).await.unwrap();
    let mut report = Vec::new();
    left.write(&mut report).unwrap();
    (file, String::from_utf8(report).unwrap())
}

/// Everything of a site that a file could say, a line for each page and comment.
async fn lines(store: &Store) -> Vec<String> {
    let read = |tx: &mut store::Tx<'_>| {
        let mut lines = Vec::new();
        for page in leaving::pages_after(tx, SiteId(1), PageId(0))? {
            let (key, title) = (page.key.as_str().to_owned(), page.title.unwrap_or_default());
            let closed = if page.closed_at.is_some() {
                " closed"
            } else {
                ""
            };
            let mut own = Vec::new();
            leaving::comments(tx, SiteId(1), page.id, |found| {
                own.push(found);
                Ok(())
            })?;
            let of_id = |id| own.iter().position(|found| found.comment.id == id);
            let mut of_page = vec![format!("{key} {title:?}{closed}")];
            for (n, found) in own.iter().enumerate() {
                let comment = &found.comment;
                let parent = comment.parent.and_then(of_id);
                let parent = parent.map_or_else(String::new, |parent| format!(" < {parent}"));
                let author = &comment.author;
                of_page.push(format!(
                    "  {n}{parent} {} {} {:?} {:?} {:?} +{} -{} pin {:?} closed {} edited {:?}: {:?}",
                    comment.state.as_str(),
                    comment.created_at,
                    author.name,
                    found.email,
                    author.website,
                    comment.tally.up,
                    comment.tally.down,
                    comment.pin,
                    comment.closed_at.is_some(),
                    comment.edited_at.map(|at| at.to_string()),
                    comment.html.as_str().replace('\n', ""),
                ));
            }
            lines.push(of_page);
        }
        lines.sort();
        Ok(lines.concat())
    };
    store.read(read).await.unwrap()
}

fn locations(folder: &tempfile::TempDir, name: &str) -> [Location; 2] {
    let file = folder.path().join(format!("{name}.db"));
    let postgres = testing::fresh_database().parse().unwrap();
    [Location::Sqlite(file), postgres]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_wordpress_comes_back_but_for_what_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let from = locations(&folder, "from").into_iter();
    for (from, to) in from.zip(locations(&folder, "to")) {
        let (store, site) = place(&from).await;
        import(&store, &site, "jsonl", SITE.as_bytes()).await;
        let before = lines(&store).await;

        let (file, report) = written(&store, &site, Leaving::Wxr).await;
        let (store, site) = place(&to).await;
        import(&store, &site, "wordpress", &file).await;

        // WordPress has no tombstones: its trash is what was rejected.
        let expected = before
            .iter()
            .map(|line| line.replace(" removed ", " rejected "));
        let expected =
            expected.map(
                |line| match line.contains(" rejected ") && line.ends_with("\"\"") {
                    true => line.replace(" \"\" None", " \"Anonymous\" None"),
                    false => line,
                },
            );
        assert_eq!(lines(&store).await, expected.collect::<Vec<_>>());
        assert!(
            report.starts_with("Went out: 9 comments on 3 pages"),
            "{report}"
        );
        assert!(
            report.contains("1 removed comments lie in the trash"),
            "{report}"
        );
        assert!(report.contains("1 pages have no address"), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_out_as_disqus_writes_it_comes_back_but_for_what_the_report_names() {
    let folder = tempfile::tempdir().unwrap();
    let from = locations(&folder, "from").into_iter();
    for (from, to) in from.zip(locations(&folder, "to")) {
        let (store, site) = place(&from).await;
        import(&store, &site, "jsonl", SITE.as_bytes()).await;
        let before = lines(&store).await;

        let (file, report) = written(&store, &site, Leaving::Disqus).await;
        let (store, site) = place(&to).await;
        import(&store, &site, "disqus", &file).await;

        let after = lines(&store).await;
        assert_eq!(after.len(), before.len(), "{after:#?}");
        // State, tree, time, name, address and text.
        let kept = |line: &String| {
            let line = match line.contains(" rejected ") || line.contains(" removed ") {
                true => line
                    .split(" \"")
                    .next()
                    .unwrap()
                    .replace("rejected", "removed"),
                false => line.clone(),
            };
            let (start, text) = line.split_once(" +").unwrap_or((&line, ""));
            let text = text.split_once(": ").map_or("", |(_, text)| text);
            let start = start.split(" Some(\"https").next().unwrap();
            format!("{} {text}", start.trim_end_matches(" None"))
        };
        assert_eq!(
            after.iter().map(kept).collect::<Vec<_>>(),
            before.iter().map(kept).collect::<Vec<_>>()
        );
        for lost in [
            "1 rejected comments are deleted ones",
            "1 comments have no votes",
            "1 comments are pinned no more",
            "1 comments take replies again",
            "1 comments do not say that they were edited",
            "1 authors have no website",
        ] {
            assert!(report.contains(lost), "{lost}: {report}");
        }
    }
}

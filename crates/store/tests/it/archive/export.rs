//! A site that leaves, and comes back the same.

use std::error::Error as _;

use rejoinder_store::archive::export::{self, EXPORTED, Holds, LEFT_OUT, NotTaken};
use rejoinder_store::publication::sites;
use rejoinder_store::{Result, StoreError, params, sql};

use crate::identity::guest_traces::{full, schema};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{START, World, on_both, on_each};

/// What no export holds of a table that it holds.
const WITHOUT: [(&str, &str); 13] = [
    ("author", "n_published"),
    ("author", "n_held"),
    ("author", "n_rejected"),
    ("author", "n_spam"),
    ("author", "n_removed"),
    ("author", "n_flagged"),
    ("comment", "renderer"),
    ("comment", "score"),
    ("comment", "shown"),
    ("comment_image", "token_hash"),
    ("audit", "id"),
    ("source", "import_id"),
    ("ledger_entry", "hook_id"),
];

#[test]
fn every_table_and_column_is_exported_or_left_out_for_a_reason() {
    let mut unknown = Vec::new();
    for (name, columns) in schema() {
        let left_out = LEFT_OUT.iter().any(|(table, _)| *table == name);
        let table = EXPORTED.iter().find(|table| table.name == name);
        assert_ne!(left_out, table.is_some(), "{name} is in one of both lists");
        let Some(table) = table else { continue };
        for column in &columns {
            let column = column.trim_end_matches(['!', '+']);
            let is_held = table.columns.iter().any(|it| it.name == column)
                || matches!(column, "site_id" | "address_hash")
                || WITHOUT.contains(&(name.as_str(), column));
            if !is_held {
                unknown.push(format!("{name}.{column}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_documentation_says_what_each_table_holds() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let docs = format!("{folder}/../../docs/operators/exporting.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let held = EXPORTED.iter().map(|table| {
        let columns = table.columns.iter().map(|column| {
            let holds = match column.holds {
                Holds::Id => "id",
                Holds::Number => "number",
                Holds::Time => "time",
                Holds::Text => "text",
                Holds::Address => "address",
                Holds::Json => "JSON",
                Holds::Html | Holds::Rendered => "HTML",
                Holds::Bytes => "bytes",
            };
            format!("`{}` {holds}", column.name)
        });
        let columns: Vec<String> = columns.collect();
        format!("- **{}**: {}", table.name, columns.join(", "))
    });
    let left_out = LEFT_OUT
        .iter()
        .map(|(table, why)| format!("- **{table}**: {why}"));
    let known: Vec<String> = held.chain(left_out).collect();

    let said: Vec<&str> = docs
        .lines()
        .filter(|line| line.starts_with("- **"))
        .collect();

    assert_eq!(said, known);
}

pub(crate) async fn exported(world: &World) -> String {
    let site = world.site.clone();
    let read = world.store.read(move |tx| {
        let found = sites::by_id(tx, site.id)?.unwrap();
        let mut file = Vec::new();
        export::write(tx, &found, &mut file)?;
        Ok(String::from_utf8(file).unwrap())
    });
    read.await.unwrap()
}

pub(crate) async fn taken(world: &World, file: &str) -> Result<export::Taken> {
    let (site, file) = (world.site.clone(), file.to_owned());
    let write = world
        .store
        .write(move |tx| export::read(tx, START, &site, &mut file.as_bytes(), |_| {}));
    write.await
}

/// Why nothing was taken.
pub(super) fn why(error: &StoreError) -> String {
    let cause = error
        .source()
        .and_then(|cause| cause.downcast_ref::<NotTaken>());
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}

/// A row for each table in which the story of [`full`] leaves none. `$author`, `$page`, `$comment` and
/// `$recording` stand for ids of the story.
const MORE: &str = r#"
{"answer":{"comment_id":"$comment","question_id":"000000000000b"}}
{"article_version":{"hash":"AQID","made_at":"2026-09-21T10:00:00.000001Z","number":1,"page_id":"$page","report":[{"comment":"0000000000001"}],"text":"A text"}}
{"audit":{"at":"2026-09-21T10:00:00Z","author_name":"Olga","became":"a","change":"setting","subject":"name","was":"b"}}
{"author_picture":{"author_id":"$author","bytes":"AAH/","made_at":"2026-09-21T10:00:00Z","name":"abc"}}
{"ban":{"at":"2026-09-21T10:00:00Z","author_id":"$author","kind":"token","reason":"spam","value":"AQID"}}
{"bell":{"author_id":"$author","comment_id":"$comment","is_challenge":1,"made_at":"2026-09-21T10:00:00Z","ring":"reply"}}
{"campaign":{"about":"For a roof","created_at":"2026-09-21T10:00:00Z","currency":"EUR","goal":500000,"id":"0000000000009","milestones":[100000,200000],"mode":"once","names_supporters":0,"section":"","starts_at":"2026-09-21T10:00:00Z","title":"A roof"}}
{"campaign_sum":{"amount":990,"campaign_id":"0000000000009","currency":"EUR","gifts":1,"month":202609}}
{"desk_reader":{"author_id":"$author","secret":"abc"}}
{"erased":{"at":"2026-09-21T10:00:00Z","id":"0000000000007","kind":"comment"}}
{"erasure":{"asked_at":"2026-09-21T10:00:00Z","author_id":"$author","comments":"keep","due_at":"2026-09-22T10:00:00Z"}}
{"funding":{"version":3}}
{"group_page":{"group_id":"0000000000005","page_id":"$page"}}
{"identity":{"author_id":"$author","issued_at":"2026-09-21T10:00:00Z","issuer":"https://id.example","subject":"é"}}
{"ledger_entry":{"amount":990,"campaign_id":"0000000000009","currency":"EUR","external_id":"x","gifts":1,"id":"0000000000008","kind":"payment","month":202609,"note":"","occurred_at":"2026-09-21T10:00:00Z","received_at":"2026-09-21T10:00:00Z","source":"manual"}}
{"link_picture":{"bytes":"AAH/","id":"0000000000003"}}
{"moderator_group":{"author_id":"$author","group_id":"0000000000005"}}
{"gift":{"campaign_id":"0000000000009","entry_id":"0000000000008","has_badge":0,"is_public":1,"name":"Ann","received_at":"2026-09-21T10:00:00Z"}}
{"gift_receipt":{"entry_id":"0000000000008","hash":"AQID"}}
{"nobody":{"author_id":"$author"}}
{"page_alias":{"key":"https://news.example/old","page_id":"$page"}}
{"page_author":{"author_id":"$author","linked_at":"2026-09-21T10:00:00Z","page_id":"$page"}}
{"page_group":{"id":"0000000000005","name":"Sport"}}
{"passkey":{"author_id":"$author","created_at":"2026-09-21T10:00:00Z","credential_id":"AQID","name":"Phone","public_key":"{}","sign_count":0}}
{"question":{"annotation":{"selector":{"quote":{"exact":"late","prefix":"","suffix":""}}},"asked_by":"$author","id":"000000000000b","made_at":"2026-09-21T10:00:00Z","page_id":"$page","text":"Were you there?"}}
{"recording_part":{"bytes":"AAH/","first_byte":0,"recording_id":"$recording"}}
{"site_logo":{"bytes":"AAH/","height":40,"made_at":"2026-09-21T10:00:00Z","name":"abc","width":80}}
{"saved_search":{"created_at":"2026-09-21T10:00:00Z","id":"0000000000004","moderator_id":"$author","name":"Ann","query":"author:ann"}}
{"source":{"format":"isso","source_id":"1","target_id":"$comment"}}
{"transcript_lock":{"made_at":"2026-09-21T10:00:00Z","recording_id":"$recording","start_ms":1000}}
{"word":{"added_at":"2026-09-21T10:00:00Z","list":"banned","word":"ßword"}}
{"word":{"added_at":"2026-09-21T10:00:00Z","list":"suspect","word":"Zebra"}}
{"word":{"added_at":"2026-09-21T10:00:00Z","list":"suspect","word":"apple"}}
"#;

/// The table that a line is a row of.
pub(super) fn table(line: &str) -> &str {
    line.split('"').nth(1).unwrap()
}

/// The id in `column` of the first row of a table.
fn first_id<'f>(file: &'f str, of: &str, column: &str) -> &'f str {
    let row = file.lines().find(|line| table(line) == of).unwrap();
    let (_, id) = row.split_once(&format!("\"{column}\":\"")).unwrap();
    &id[..13]
}

/// An export with at least a row of each table.
pub(super) async fn of_everything(world: &World) -> String {
    full(world).await;
    let story = exported(world).await;
    let mut more = MORE.trim().to_owned();
    for (name, of, column) in [
        ("$author", "author", "id"),
        ("$page", "comment", "page_id"),
        ("$comment", "comment", "id"),
        ("$recording", "recording", "id"),
    ] {
        more = more.replace(name, first_id(&story, of, column));
    }
    let mut lines: Vec<&str> = story.lines().take(2).collect();
    for of in EXPORTED {
        let rows = story.lines().skip(2).chain(more.lines());
        let before = lines.len();
        lines.extend(rows.filter(|line| table(line) == of.name));
        assert_ne!(lines.len(), before, "a row of {}", of.name);
    }
    let end = format!("{{\"end\":{}}}", lines.len() - 2);
    lines.push(&end);
    lines.join("\n") + "\n"
}

/// The file without its end.
fn without_end(file: &str) -> &str {
    let at = file.rfind("{\"end\":").unwrap();
    &file[..at]
}

#[test]
fn a_site_that_was_read_from_an_export_gives_the_same_export_on_either_database() {
    let files = on_each(|world| async move { of_everything(&world).await });

    for file in &files {
        let again = on_each(|world| async move {
            let done = taken(&world, file).await;
            done.map_err(|error| why(&error)).unwrap();
            exported(&world).await
        });

        for own in &again {
            for (own, known) in own.lines().zip(file.lines()) {
                assert_eq!(own, known);
            }
            assert_eq!(own.len(), file.len());
        }
    }
}

#[test]
fn a_file_that_is_wrong_leaves_nothing_and_says_where() {
    let [file, _] = on_each(|world| async move { of_everything(&world).await });
    let n_lines = file.lines().count();
    let comment = file
        .lines()
        .position(|line| table(line) == "comment")
        .unwrap()
        + 1;
    let cases = [
        ("", "the file is no export of Rejoinder".to_owned()),
        (
            "{\"page\":{}}",
            "the file is no export of Rejoinder".to_owned(),
        ),
        (
            "{\"rejoinder\":2}",
            "the file has format 2, this program reads up to 1: run the newer version".to_owned(),
        ),
    ];
    let rows = without_end(&file);
    let last = |line: &str| (format!("{rows}{line}\n"), n_lines);
    let broken = [
        (
            last("{\"page\":{}"),
            "EOF while parsing an object at line 2 column 0",
        ),
        (last("{\"page\":[]}"), "not an object with one object in it"),
        (last("{\"secret\":{}}"), "nothing here is called secret"),
        (
            last("{\"page\":{\"id\":7}}"),
            "id must be an id of 13 letters and digits",
        ),
        (
            last("{\"page\":{\"key\":\"a\\u0000b\"}}"),
            "key must be a text without NUL",
        ),
        (last("{\"page\":{\"colour\":1}}"), "page has no colour"),
        (
            last("{\"page\":{\"url\":\"javascript:x()\"}}"),
            "url must be a web address",
        ),
        (
            last("{\"campaign\":{\"url\":\"/give\"}}"),
            "url must be a web address",
        ),
        (
            (
                file.replacen("\"n_replies\":1", "\"n_replies\":\"one\"", 1),
                comment,
            ),
            "n_replies must be a whole number",
        ),
    ];
    let broken = broken
        .into_iter()
        .map(|((file, line), what)| (file, format!("line {line}: {what}")));
    let cases: Vec<(String, String)> = cases
        .into_iter()
        .map(|(file, what)| (file.to_owned(), what))
        .chain(broken)
        .chain([
            (
                rows.to_owned(),
                format!(
                    "the file ends behind line {}, before its end: it was written or copied only in part",
                    n_lines - 1
                ),
            ),
            (
                format!("{rows}{{\"end\":7}}\n"),
                format!(
                    "line {n_lines}: it ends after 7 rows, and there were {}",
                    n_lines - 3
                ),
            ),
            (
                format!("{file}{{\"end\":7}}\n"),
                format!("line {n_lines}: something stands behind the end"),
            ),
        ])
        .chain([(
            file.replacen("\"n_replies\":1", "\"n_replies\":2", 1),
            "the file is damaged: it does not hold that shown replies are counted right (1 times)"
                .to_owned(),
        )])
        .collect();

    on_both(|world| {
        let cases = cases.clone();
        async move {
            let before = exported(&world).await;
            for (file, expected) in cases {
                assert_eq!(why(&taken(&world, &file).await.unwrap_err()), expected);
                assert_eq!(exported(&world).await, before);
            }
        }
    });
}

#[test]
fn a_site_with_pages_takes_no_export() {
    on_both(|world| async move {
        world.post(&world.person("Ann"), "First").await;
        let file = exported(&world).await;

        let refused = taken(&world, &file).await.unwrap_err();

        let expected = "the site is not empty: it has pages; an export is read into a new site";
        assert_eq!(why(&refused), expected);
    });
}

#[test]
fn what_was_wrong_before_is_not_said_of_the_file() {
    let [file, _] = on_each(|world| async move { exported(&world).await });

    on_both(|world| {
        let file = file.clone();
        async move {
            sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
            let damage = world
                .store
                .write(|tx| tx.execute(sql!("update author set is_supporter = 1"), params![]));
            damage.await.unwrap();

            let refused = why(&taken(&world, &file).await.unwrap_err());

            let expected = "the database is damaged already: it does not hold that";
            assert!(refused.starts_with(expected), "{refused}");
        }
    });
}

#[test]
fn what_a_file_says_is_html_is_made_harmless() {
    let [file, _] = on_each(|world| async move {
        world.post(&world.person("Ann"), "First").await;
        exported(&world).await
    });
    let hostile = "<p onclick=x()>First<script>x()</script></p>";
    let lines = file.lines().map(|line| match table(line) {
        "comment" => {
            let mut row: serde_json::Value = serde_json::from_str(line).unwrap();
            row["comment"]["html"] = hostile.into();
            row["comment"]["written_in"] = "html".into();
            format!("{row}\n")
        }
        _ => format!("{line}\n"),
    });
    let file: String = lines.collect();

    on_both(|world| {
        let file = file.clone();
        async move {
            taken(&world, &file).await.unwrap();

            let again = exported(&world).await;
            assert!(again.contains("\"html\":\"<p>First</p>\""), "{again}");
        }
    });
}

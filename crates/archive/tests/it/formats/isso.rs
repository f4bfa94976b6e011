use expect_test::expect;
use rusqlite::Connection;

use super::lines;

/// A database as Isso makes it, with one column more or less.
fn database(column: &str, rows: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("comments.db");
    let file = Connection::open(&path).unwrap();
    let schema = format!(
        "create table threads (id integer primary key, uri varchar(256) unique, title varchar(256));
         create table comments (tid references threads(id), id integer primary key, parent integer,
             created float not null, modified float, mode integer, remote_addr varchar, text varchar,
             author varchar, email varchar, website varchar, likes integer default 0,
             dislikes integer default 0, voters blob not null{column});
         insert into threads values (1, '/ferry/', 'The ferry'), (2, '/plain', null);"
    );
    file.execute_batch("pragma foreign_keys = off").unwrap();
    file.execute_batch(&schema).unwrap();
    for row in rows {
        file.execute_batch(&format!("insert into comments values ({row})"))
            .unwrap();
    }
    drop(file);
    std::fs::read(path).unwrap()
}

#[test]
fn columns_are_read_by_their_names() {
    let file = database(
        ", notification integer default 0, more text",
        &[
            "1, 1, null, 1400000000.5, null, 1, '192.0.2.0', 'Hello **you**', 'Ann &amp; Bo', 'ann@mail.example', 'http://ann.example/?a=1&amp;b=2', 3, 1, x'00ff', 1, 'x'",
            "1, 2, 1, 1400000100, 1400000200, 2, '', '<p>From <a href=\"https://x.example\">Disqus</a></p>', null, '', null, 0, 0, x'00', 0, null",
            "1, 3, 1, 1400000300, null, 4, '192.0.2.0', '', null, 'gone@mail.example', null, 0, 0, x'00', 0, null",
            "9, 4, null, 1400000300, null, 1, '', 'x', null, null, null, 0, 0, x'00', 0, null",
            "2, 5, null, 1400000300, null, 1, '', null, null, null, null, 0, 0, x'00', 0, null",
        ],
    );
    expect![[r#"
        an Isso database
        page /ferry/ "The ferry"
          1 on /ferry/ of 2014-05-13T16:53:20Z published +3 -1 by "Ann & Bo" ann@mail.example http://ann.example/?a=1&b=2: markdown "Hello **you**"
        without comment 1: more, notification, remote_addr, voters
          2 < 1 on /ferry/ of 2014-05-13T16:55:00Z edited 2014-05-13T16:56:40Z held by "": html "<p>From <a href=\"https://x.example\">Disqus</a></p>"
        without comment 2: voters
        changed comment 3: it was deleted there, so nothing of its author was taken along
          3 < 1 on /ferry/ of 2014-05-13T16:58:20Z removed by "": html ""
        without comment 3: remote_addr, voters
        dropped comment 4: its thread is not in the file
        page /plain ""
          5 on /plain of 2014-05-13T16:58:20Z published by "": markdown ""
        without comment 5: voters
    "#]].assert_eq(&lines(file));
}

#[test]
fn a_file_from_before_notifications_is_read_too() {
    let file = database(
        "",
        &["1, 1, null, 1400000000, null, 1, '', 'x', 'Ann', null, null, 0, 0, x'00'"],
    );
    expect![[r#"
        an Isso database
        page /ferry/ "The ferry"
          1 on /ferry/ of 2014-05-13T16:53:20Z published by "Ann": markdown "x"
        without comment 1: voters
    "#]]
    .assert_eq(&lines(file));
}

#[test]
fn another_sqlite_file_is_not_taken_for_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("create table x (y)")
        .unwrap();
    expect![[r#"
        ! this is a binary file of another kind: nothing that comments can be read from
    "#]]
    .assert_eq(&lines(std::fs::read(path).unwrap()));
}

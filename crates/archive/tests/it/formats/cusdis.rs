use expect_test::expect;
use rusqlite::Connection;

use super::lines;

#[test]
fn its_own_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("db.sqlite");
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "create table projects (id text primary key, title text, token text);
         create table pages (id text primary key, slug text not null, url text, title text,
             created_at datetime, updated_at datetime, projectId text);
         create table comments (id text primary key, pageId text, created_at datetime,
             updated_at datetime, deletedAt datetime, moderatorId text, by_email text,
             by_nickname text not null, content text not null, approved boolean, parentId text);
         insert into projects values ('pr', 'Blog', 'secret');
         insert into pages values
             ('p1', 'ferry', 'https://news.example/ferry', 'The ferry', 1700000000000, 1, 'pr'),
             ('p2', 'slug-only', null, null, 1700000000000, 1, 'pr');
         insert into comments values
             ('c1', 'p1', 1700000000000, 1, null, null, 'ann@reader.example', 'Ann', '**Hello**', 1, null),
             ('c2', 'p1', 1700000060000, 1, null, 'u1', null, 'Mod', 'Hi', 1, 'c1'),
             ('c3', 'p1', 1700000120000, 1, null, null, null, 'Bo', 'Waits', 0, null),
             ('c4', 'p2', 1700000180000, 1, 1700000190000, null, 'x@y.example', 'Cy', 'Gone', 1, null),
             ('c5', 'p9', 1700000180000, 1, null, null, null, 'Di', 'Lost', 1, null);",
    )
    .unwrap();
    drop(file);
    expect![[r#"
        a Cusdis database
        page p1 "The ferry" at https://news.example/ferry or ferry of 2023-11-14T22:13:20Z
          c1 on p1 of 2023-11-14T22:13:20Z published by "Ann" ann@reader.example: markdown "**Hello**"
          c2 < c1 on p1 of 2023-11-14T22:14:20Z published by "Mod" u1: markdown "Hi"
          c3 on p1 of 2023-11-14T22:15:20Z held by "Bo": markdown "Waits"
        page p2 "" at slug-only of 2023-11-14T22:13:20Z
        changed comment c4: it was deleted there, so nothing of its author was taken along
          c4 on p2 of 2023-11-14T22:16:20Z removed by "": html ""
        dropped comment c5: its page is not in the file, or has no address
    "#]]
    .assert_eq(&lines(std::fs::read(path).unwrap()));
}

#[test]
fn a_dump_and_what_its_api_gives_are_read_too() {
    let dump = "CREATE TABLE public.comments (id text, \"pageId\" text, by_nickname text);\n\
        COPY public.comments (id, \"pageId\", created_at, by_email, by_nickname, content, approved, \"parentId\") FROM stdin;\n\
        c1\tp1\t2024-03-01 10:00:00.123\t\\N\tAnn\tOne\\nTwo\tt\t\\N\n\\.\n\n\
        COPY public.pages (id, slug, url, title) FROM stdin;\np1\tferry\t/ferry\tThe ferry\n\\.\n";
    expect![[r#"
        a Cusdis database
        page p1 "The ferry" at /ferry or ferry
          c1 on p1 of 2024-03-01T10:00:00Z published by "Ann": markdown "One\nTwo"
    "#]]
    .assert_eq(&lines(dump));

    let api = r#"{"data":{"commentCount":2,"pageSize":10,"pageCount":1,"data":[
        {"id":"c1","pageId":"p1","createdAt":"2024-03-01T10:00:00.000Z","by_email":null,"by_nickname":"Ann","content":"One","approved":true,"parentId":null,"page":{"slug":"ferry","url":"https://news.example/ferry","title":"The ferry"},"parsedContent":"<p>One</p>","extra":"x"},
        {"id":"c2","pageId":"p1","createdAt":"2024-03-01T11:00:00.000Z","by_nickname":"Bo","content":"Two","approved":false,"parentId":"c1","page":{"slug":"ferry","url":"https://news.example/ferry","title":"The ferry"}}]}}"#;
    expect![[r#"
        a Cusdis database
        page https://news.example/ferry "The ferry" or ferry
          c1 on https://news.example/ferry of 2024-03-01T10:00:00Z published by "Ann": markdown "One"
        without comment c1: extra
          c2 < c1 on https://news.example/ferry of 2024-03-01T11:00:00Z held by "Bo": markdown "Two"
    "#]]
    .assert_eq(&lines(api));
}

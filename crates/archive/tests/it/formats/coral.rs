use expect_test::expect;

use super::{lines, lines_of};

#[test]
fn tables_are_read_by_the_places_of_their_columns_in_any_order() {
    let comments = "c1,u1,s1,2021-03-01T10:00:00Z,\"<p>Hello, you</p>\",,NONE,\n\
        c2,u2,s1,2021-03-01T11:00:00Z,x,c1,APPROVED,4\n\
        c3,u9,s1,2021-03-01T12:00:00Z,x,,REJECTED,\n\
        c4,u1,s9,2021-03-01T12:00:00Z,x,,NONE,\n";
    let users = "u1,ann@mail.example,Ann,COMMENTER,false,2020-01-01T00:00:00Z\n\
        u2,bo@mail.example,Bo,MODERATOR,true,2020-01-01T00:00:00Z\n";
    let stories = "s1,https://news.example/ferry,The ferry,Mira Holt,2020-01-01T00:00:00Z,2022-01-01T00:00:00Z,COMMENTS\n";
    let files = [
        ("comments.csv", comments),
        ("stories.csv", stories),
        ("users.csv", users),
    ];
    let files = files.map(|(name, text)| (name, text.as_bytes()));
    expect![[r#"
        files of Coral
        page s1 "The ferry" at https://news.example/ferry of 2020-01-01T00:00:00Z closed
          c1 on s1 of 2021-03-01T10:00:00Z published by "Ann" ann@mail.example u1: html "<p>Hello, you</p>"
          c2 < c1 on s1 of 2021-03-01T11:00:00Z published by "Bo" bo@mail.example u2: html "x"
        without comment c2: rating
        changed comment c3: its author is not in the files
          c3 on s1 of 2021-03-01T12:00:00Z rejected by "": html "x"
        dropped comment c4: its story is not in the files
        changed user u2: they were banned there, and are not here
    "#]].assert_eq(&lines_of(&files));
}

#[test]
fn collections_of_one_that_runs_are_read_too() {
    let file = r#"{"_id":{"$oid":"1"},"tenantID":"t","id":"u1","username":"Ann","profiles":[{"type":"local"}],"role":"COMMENTER"}
{"tenantID":"t","id":"s1","url":"https://news.example/ferry","metadata":{"title":"The ferry","publishedAt":{"$date":"2020-01-01T00:00:00Z"}}}
{"tenantID":"t","id":"c1","ancestorIDs":[],"authorID":"u1","storyID":"s1","revisions":[{"id":"r1","body":"Old","createdAt":{"$date":"2021-03-01T10:00:00Z"}},{"id":"r2","body":"<div>New</div>","createdAt":{"$date":"2021-03-01T10:05:00Z"}}],"status":"APPROVED","actionCounts":{"REACTION":3,"FLAG":1},"tags":[{"type":"FEATURED"}],"childCount":1,"createdAt":{"$date":"2021-03-01T10:00:00Z"}}
{"tenantID":"t","id":"c2","parentID":"c1","authorID":"u1","storyID":"s1","revisions":[],"status":"PREMOD","createdAt":{"$date":"2021-03-01T11:00:00Z"},"deletedAt":null}
{"tenantID":"t","id":"c3","authorID":null,"storyID":"s1","revisions":[],"status":"NONE","createdAt":{"$date":"2021-03-01T11:00:00Z"},"deletedAt":{"$date":"2021-03-02T11:00:00Z"}}
"#;
    expect![[r#"
        files of Coral
        page s1 "The ferry" at https://news.example/ferry of 2020-01-01T00:00:00Z
        changed comment c1: only its latest revision came in
          c1 on s1 of 2021-03-01T10:00:00Z edited 2021-03-01T10:05:00Z published +3 -0 by "Ann" u1: html "<div>New</div>"
        without comment c1: tags
          c2 < c1 on s1 of 2021-03-01T11:00:00Z held by "Ann" u1: html ""
        changed comment c3: its author is not in the files
        changed comment c3: it was deleted there, so nothing of its author was taken along
          c3 on s1 of 2021-03-01T11:00:00Z removed by "": html ""
    "#]].assert_eq(&lines(file));
}

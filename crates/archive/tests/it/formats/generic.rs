use expect_test::expect;

use super::lines;

#[test]
fn a_table_needs_a_header_and_few_columns() {
    let file = "id;page;page_title;page_closed;parent;posted_at;edited_at;name;email;website;author_id;html;markdown;state;pinned;up;down;ip\n\
        1;/a;A page;yes;;2024-03-01T10:00:00+02:00;2024-03-02T10:00:00Z;Ann;ann@mail.example;ann.example;7;;Hello *you*;;1;3;1;192.0.2.1\n\
        2;/a;;;1;2024-03-01 11:00;;Bo;;;;<p>x</p>;;spam;;;;\n\
        3;/a;;;;2024-03-01T10:00:00Z;;Cy;;;;;gone;removed;;;;\n\
        4;/a;;;;soon;;Cy;;;;;x;;;;;\n\
        5;/a;;;;2024-03-01T10:00:00Z;;Cy;;;;;x;strange;;;;\n\
        ;/a;;;;2024-03-01T10:00:00Z;;Cy;;;;;x;;;;;\n";
    expect![[r#"
        a table of comments
        page /a "A page" closed
          1 on /a of 2024-03-01T08:00:00Z edited 2024-03-02T10:00:00Z published pinned +3 -1 by "Ann" ann@mail.example ann.example 7: markdown "Hello *you*"
        without comment 1: ip
        changed comment 2: its date says no zone and was taken as UTC
          2 < 1 on /a of 2024-03-01T11:00:00Z spam by "Bo": html "<p>x</p>"
        changed comment 3: it is removed, so nothing of its author was taken along
          3 on /a of 2024-03-01T10:00:00Z removed by "": html ""
        dropped comment 4: its `posted_at` is no time
        changed comment 5: its state `strange` is unknown, so it is held
          5 on /a of 2024-03-01T10:00:00Z held by "Cy": markdown "x"
        dropped comment : it has no id or no page
    "#]].assert_eq(&lines(file));
}

#[test]
fn a_json_object_a_line_says_the_same() {
    let file = "{\"id\":1,\"page\":\"https://news.example/a\",\"posted_at\":1700000000,\"markdown\":\"x\",\"up\":2}\n\
        {\"id\":2,\"page\":\"https://news.example/a\",\"posted_at\":\"2024-03-01T10:00:00Z\",\"html\":\"<p>y</p>\",\"parent\":1,\"pinned\":true,\"extra\":{\"a\":1}}\n\
        7\n";
    expect![[r#"
        comments as JSON lines
        page https://news.example/a ""
          1 on https://news.example/a of 2023-11-14T22:13:20Z published +2 -0 by "": markdown "x"
          2 < 1 on https://news.example/a of 2024-03-01T10:00:00Z published pinned by "": html "<p>y</p>"
        without comment 2: extra
    "#]].assert_eq(&lines(file));
}

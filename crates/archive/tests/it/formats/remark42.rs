use expect_test::{Expect, expect};

use super::lines;

const META: &str = r#"{"version":1,"users":[{"id":"github_1","blocked":{"status":true,"until":"2120-01-01T00:00:00Z"},"verified":true,"details":{"user_id":"github_1","email":"ann@mail.example"}}],"posts":[{"url":"https://news.example/closed","read_only":true}]}"#;

fn comment(id: &str, more: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"pid\":\"\",\"text\":\"<p>Hello <em>you</em></p>\",\"orig\":\"Hello *you*\",\
         \"user\":{{\"name\":\"Ann\",\"id\":\"github_1\",\"picture\":\"\",\"ip\":\"\",\"admin\":false}},\
         \"locator\":{{\"site\":\"news\",\"url\":\"https://news.example/ferry\"}},\"score\":0,\
         \"votes\":{{}},\"time\":\"2021-03-01T10:00:00.5+02:00\"{more}}}"
    )
}

#[track_caller]
fn check(records: &[String], expected: &Expect) {
    expected.assert_eq(&lines(records.join("\n")));
}

#[test]
fn comments_keep_their_markdown_and_what_the_first_line_says() {
    check(
        &[
            META.to_owned(),
            comment("a", ""),
            comment(
                "b",
                r#","pid":"a","edit":{"time":"2021-03-02T10:00:00Z","summary":"typo"},"pin":true,"title":"The ferry""#,
            ),
        ],
        &expect![[r#"
            a Remark42 backup
            changed user github_1: they were blocked there, and are not here
            without user github_1: verified
            page https://news.example/closed "" closed
            page https://news.example/ferry ""
              a on https://news.example/ferry of 2021-03-01T08:00:00Z published by "Ann" ann@mail.example github_1: markdown "Hello *you*"
              b < a on https://news.example/ferry of 2021-03-01T08:00:00Z edited 2021-03-02T10:00:00Z published pinned by "Ann" ann@mail.example github_1: markdown "Hello *you*"
            without comment b: edit.summary
        "#]],
    );
}

#[test]
fn a_line_about_users_may_come_again_in_the_middle() {
    check(
        &[comment("a", ""), META.to_owned(), comment("b", "")],
        &expect![[r#"
            a Remark42 backup
            page https://news.example/ferry ""
              a on https://news.example/ferry of 2021-03-01T08:00:00Z published by "Ann" github_1: markdown "Hello *you*"
            changed user github_1: they were blocked there, and are not here
            without user github_1: verified
            page https://news.example/closed "" closed
              b on https://news.example/ferry of 2021-03-01T08:00:00Z published by "Ann" ann@mail.example github_1: markdown "Hello *you*"
        "#]],
    );
}

#[test]
fn votes_are_counted_back_from_the_score_and_the_controversy() {
    check(
        &[
            comment("a", r#","score":2,"controversy":2.449489742783178"#)
                .replace("\"votes\":{},", ""),
            comment("b", r#","score":-2"#),
            comment(
                "c",
                r#","votes":{"u1":true,"u2":false,"u3":true},"score":1"#,
            ),
            comment("d", r#","score":3,"controversy":2.17790642448278"#),
        ],
        &expect![[r#"
            a Remark42 backup
            page https://news.example/ferry ""
              a on https://news.example/ferry of 2021-03-01T08:00:00Z published +4 -2 by "Ann" github_1: markdown "Hello *you*"
              b on https://news.example/ferry of 2021-03-01T08:00:00Z published +0 -2 by "Ann" github_1: markdown "Hello *you*"
              c on https://news.example/ferry of 2021-03-01T08:00:00Z published +2 -1 by "Ann" github_1: markdown "Hello *you*"
              d on https://news.example/ferry of 2021-03-01T08:00:00Z published +5 -2 by "Ann" github_1: markdown "Hello *you*"
        "#]],
    );
}

#[test]
fn a_deleted_comment_brings_nothing_of_its_author() {
    check(
        &[comment("a", r#","delete":true"#)],
        &expect![[r#"
        a Remark42 backup
        page https://news.example/ferry ""
        changed comment a: it was deleted there, so nothing of its author was taken along
          a on https://news.example/ferry of 2021-03-01T08:00:00Z removed by "": html ""
    "#]],
    );
}

#[test]
fn an_anonymous_name_is_no_account() {
    check(
        &[comment("a", "").replace("github_1", "anonymous_9a")],
        &expect![[r#"
            a Remark42 backup
            page https://news.example/ferry ""
              a on https://news.example/ferry of 2021-03-01T08:00:00Z published by "Ann": markdown "Hello *you*"
        "#]],
    );
}

#[test]
fn an_imported_comment_is_html_and_its_parent_may_be_called_root() {
    let old = comment("a", r#","imported":true"#)
        .replace("\"orig\":\"Hello *you*\",", "")
        .replace("\"pid\":\"\"", "\"pid\":\"root\"")
        .replace("https://news.example/ferry", "/ferry");
    check(
        &[old],
        &expect![[r#"
        a Remark42 backup
        page /ferry ""
          a on /ferry of 2021-03-01T08:00:00Z published by "Ann" github_1: html "<p>Hello <em>you</em></p>"
        without comment a: imported
    "#]],
    );
}

#[test]
fn a_broken_line_is_named_and_the_others_come() {
    let broken = comment("a", "").replace("\"score\":0", "\"score\":zero");
    check(
        &[META.to_owned(), broken, comment("b", "")],
        &expect![[r#"
            a Remark42 backup
            changed user github_1: they were blocked there, and are not here
            without user github_1: verified
            page https://news.example/closed "" closed
            dropped file, line 2: it is no JSON: expected value at line 1 column 218
            page https://news.example/ferry ""
              b on https://news.example/ferry of 2021-03-01T08:00:00Z published by "Ann" ann@mail.example github_1: markdown "Hello *you*"
        "#]],
    );
}

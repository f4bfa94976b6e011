use expect_test::expect;

use super::lines;

const ROWS: &str = r#"[
    {"_id":{"$oid":"5f01"},"uid":"u1","nick":"Ann","mail":"ann@mail.example","mailMd5":"0a","link":"ann.example","ua":"UA","ip":"192.0.2.1","master":true,"url":"/a/","href":"https://news.example/a/","comment":"<p>Hello <img class=\"tk-owo-emotion\" src=\"https://cdn.example/hug.png\" alt=\":hug:\"></p>","isSpam":false,"created":1600000000000,"updated":1600000009999,"top":true,"like":["u2"],"ups":"[\"u2\",\"u3\"]","downs":["u4"]},
    {"_id":"5f02","nick":"Bo","mail":"","url":"/a/","href":"https://www.news.example/a/","comment":"Reply","pid":"5f01","rid":"5f01","isSpam":true,"created":1600000100000,"master":"","meta":{"revision":0},"$loki":2},
    {"_id":"5f03","nick":"Cy","url":"https://news.example/b/","comment":"Old","created":1500000000000}
]"#;

#[test]
fn rows_are_read_as_the_database_has_them() {
    expect![[r#"
        a Twikoo export
        page /a/ "" or https://news.example/a/
          5f01 on /a/ of 2020-09-13T12:26:40Z published pinned +2 -1 by "Ann" ann@mail.example ann.example: html "<p>Hello <img class=\"tk-owo-emotion\" src=\"https://cdn.example/hug.png\" alt=\":hug:\"></p>"
        without comment 5f01: ip, master, ua, uid
          5f02 < 5f01 on /a/ of 2020-09-13T12:28:20Z spam by "Bo": html "Reply"
        page https://news.example/b/ ""
          5f03 on https://news.example/b/ of 2017-07-14T02:40:00Z published by "Cy": html "Old"
    "#]].assert_eq(&lines(ROWS));
}

#[test]
fn rows_in_an_answer_of_the_api_are_the_same() {
    assert_eq!(
        lines(format!("{{\"code\":0,\"data\":{ROWS}}}")),
        lines(ROWS)
    );
}

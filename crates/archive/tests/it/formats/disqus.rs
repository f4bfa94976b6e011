use expect_test::{Expect, expect};

use super::lines;

fn export(elements: &str) -> String {
    format!(
        "`<?xml version=\"1.0\"?>\n<disqus xmlns=\"http://disqus.com\" \
         xmlns:dsq=\"http://disqus.com/disqus-internals\">\n\
         <category dsq:id=\"1\"><forum>lantern</forum><title>General</title></category>\n{elements}</disqus>"
    )
}

fn thread(id: u32, link: &str, more: &str) -> String {
    format!(
        "<thread dsq:id=\"{id}\"><forum>lantern</forum><category dsq:id=\"1\"/><link>{link}</link>\
         <title>The ferry</title><message/><createdAt>2020-01-01T08:00:00Z</createdAt>\
         <author><name>Mira Holt</name><isAnonymous>false</isAnonymous></author>{more}</thread>\n"
    )
}

fn post(id: u32, thread: u32, more: &str) -> String {
    format!(
        "<post dsq:id=\"{id}\"><id/><message><![CDATA[<p>Hello {id}</p>]]></message>\
         <createdAt>2020-01-02T09:00:0{id}Z</createdAt><author><name>Ann</name>\
         <isAnonymous>true</isAnonymous></author><thread dsq:id=\"{thread}\"/>{more}</post>\n"
    )
}

#[track_caller]
fn check(elements: &[String], expected: &Expect) {
    expected.assert_eq(&lines(export(&elements.concat())));
}

const FERRY: &str = "https://news.example/ferry/";

#[test]
fn posts_stand_on_the_pages_of_their_threads() {
    check(
        &[
            thread(2, FERRY, "<id>ferry-2020</id>"),
            post(4, 2, ""),
            post(5, 2, "<parent dsq:id=\"4\"/>"),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ or ferry-2020 of 2020-01-01T08:00:00Z
              4 on 2 of 2020-01-02T09:00:04Z published by "Ann": html "<p>Hello 4</p>"
              5 < 4 on 2 of 2020-01-02T09:00:05Z published by "Ann": html "<p>Hello 5</p>"
        "#]],
    );
}

#[test]
fn a_post_may_stand_before_its_thread() {
    check(
        &[post(4, 2, ""), thread(2, FERRY, "")],
        &expect![[r#"
        a Disqus export
        page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z
          4 on 2 of 2020-01-02T09:00:04Z published by "Ann": html "<p>Hello 4</p>"
    "#]],
    );
}

#[test]
fn a_post_whose_thread_is_missing_or_nameless_is_left_out() {
    check(
        &[thread(3, "", "<id/>"), post(4, 1337, ""), post(5, 3, "")],
        &expect![[r#"
            a Disqus export
            dropped comment 4: its thread is not in the file
            dropped comment 5: its thread has neither an address nor an identifier
        "#]],
    );
}

#[test]
fn a_deleted_post_brings_no_text_and_no_name() {
    check(
        &[
            thread(2, FERRY, ""),
            post(4, 2, "<isDeleted>\n\t\ttrue\n\t</isDeleted>"),
            post(5, 2, "<isDeleted>false</isDeleted><isSpam>true</isSpam>"),
            post(6, 2, "<isApproved>false</isApproved>"),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z
            changed comment 4: it was deleted there, so its text and its author's name were left out
              4 on 2 of 2020-01-02T09:00:04Z removed by "": html ""
              5 on 2 of 2020-01-02T09:00:05Z spam by "Ann": html "<p>Hello 5</p>"
              6 on 2 of 2020-01-02T09:00:06Z held by "Ann": html "<p>Hello 6</p>"
        "#]],
    );
}

#[test]
fn what_stood_in_a_deleted_thread_is_held() {
    check(
        &[
            thread(2, FERRY, "<isDeleted>true</isDeleted>"),
            post(4, 2, ""),
        ],
        &expect![[r#"
            a Disqus export
            changed thread 2: its thread was deleted, so its comments are held
            page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z hidden
              4 on 2 of 2020-01-02T09:00:04Z held by "Ann": html "<p>Hello 4</p>"
        "#]],
    );
}

#[test]
fn a_closed_thread_comes_even_without_posts() {
    check(
        &[
            thread(2, FERRY, "<isClosed>true</isClosed>"),
            thread(3, "https://news.example/empty", ""),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z closed
        "#]],
    );
}

#[test]
fn a_thread_without_a_link_has_the_address_in_its_identifier() {
    check(
        &[
            thread(2, "", "<id>528 https://news.example/?p=528</id>"),
            post(4, 2, ""),
            thread(3, "", "<id>my-key</id>"),
            post(5, 3, ""),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/?p=528 or 528 https://news.example/?p=528 of 2020-01-01T08:00:00Z
              4 on 2 of 2020-01-02T09:00:04Z published by "Ann": html "<p>Hello 4</p>"
            page 3 "The ferry" at my-key of 2020-01-01T08:00:00Z
              5 on 3 of 2020-01-02T09:00:05Z published by "Ann": html "<p>Hello 5</p>"
        "#]],
    );
}

#[test]
fn threads_of_one_identifier_are_one_page() {
    check(
        &[
            thread(2, "https://old.example/ferry", "<id>ferry</id>"),
            thread(3, FERRY, "<id>ferry</id>"),
            post(4, 2, ""),
            post(5, 3, ""),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ or https://old.example/ferry or ferry of 2020-01-01T08:00:00Z
              4 on 2 of 2020-01-02T09:00:04Z published by "Ann": html "<p>Hello 4</p>"
            page 3 "The ferry" at https://news.example/ferry/ or ferry of 2020-01-01T08:00:00Z
              5 on 3 of 2020-01-02T09:00:05Z published by "Ann": html "<p>Hello 5</p>"
        "#]],
    );
}

#[test]
fn only_a_user_name_makes_two_authors_one() {
    let author = "<author><name>Ann</name><email>ann@mail.example</email>\
                  <isAnonymous>false</isAnonymous><username>disqus_aB3</username></author>";
    check(
        &[thread(2, FERRY, ""), post(4, 2, author), post(5, 2, "")],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z
              4 on 2 of 2020-01-02T09:00:04Z published by "Ann" ann@mail.example disqus_aB3: html "<p>Hello 4</p>"
              5 on 2 of 2020-01-02T09:00:05Z published by "Ann": html "<p>Hello 5</p>"
        "#]],
    );
}

#[test]
fn links_lead_where_they_say_and_what_has_no_place_is_named() {
    let message = "<message><![CDATA[<a href=\"https://disq.us/url?url=https%3A%2F%2Fada.example\
                   %2F%3Ax1&amp;cuid=2\">x</a> ]]]]><![CDATA[>]]></message>";
    check(
        &[
            thread(2, FERRY, "<ipAddress>192.0.2.1</ipAddress>"),
            post(4, 2, &format!("{message}<ipAddress>192.0.2.2</ipAddress>")),
        ],
        &expect![[r#"
            a Disqus export
            page 2 "The ferry" at https://news.example/ferry/ of 2020-01-01T08:00:00Z
            without thread 2: ipAddress
              4 on 2 of 2020-01-02T09:00:04Z published by "Ann": html "<a href=\"https://ada.example/\">x</a> ]]>"
            without comment 4: ipAddress
        "#]],
    );
}

#[test]
fn a_file_that_is_cut_off_says_where() {
    let whole = export(&[thread(2, FERRY, ""), post(4, 2, "")].concat());
    let half = &whole[..whole.len() - 60];
    expect![[r#"
        a Disqus export
        ! the file ends in the middle of <post>
    "#]]
    .assert_eq(&lines(half));
}

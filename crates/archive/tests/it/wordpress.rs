use std::io::{self, Read, Write};

use expect_test::{Expect, expect};
use flate2::{Compression, write::GzEncoder};
use rejoinder_archive::wordpress::read;
use rejoinder_archive::{CommentItem, Item, Options};

/// A blog around `items`.
fn export(items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>The Lantern</title><link>https://lantern.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_site_url>https://lantern.example</wp:base_site_url>
<wp:base_blog_url>https://lantern.example</wp:base_blog_url>
<wp:author><wp:author_id>3</wp:author_id><wp:author_login>mira</wp:author_login>
<wp:author_display_name><![CDATA[Mira Holt]]></wp:author_display_name></wp:author>
{items}</channel></rss>"#
    )
}

fn page(fields: &str, comments: &str) -> String {
    format!(
        "<item><title><![CDATA[The &amp; bridge <i>again</i>]]></title>\
         <link>https://lantern.example/bridge/</link>\
         <guid isPermaLink=\"false\">https://lantern.example/?p=12</guid>\
         <wp:post_id>12</wp:post_id><wp:post_date>2026-05-01 10:00:00</wp:post_date>\
         <wp:post_date_gmt>2026-05-01 08:00:00</wp:post_date_gmt>\
         <wp:comment_status>open</wp:comment_status><wp:status>publish</wp:status>\
         <wp:post_type>post</wp:post_type><wp:post_password></wp:post_password>\
         <wp:postmeta><wp:meta_key>rating</wp:meta_key></wp:postmeta>{fields}{comments}</item>"
    )
}

fn comment(id: u32, more: &str) -> String {
    format!(
        "<wp:comment><wp:comment_id>{id}</wp:comment_id>\
         <wp:comment_author><![CDATA[Ann]]></wp:comment_author>\
         <wp:comment_date_gmt>2026-05-02 09:30:00</wp:comment_date_gmt>\
         <wp:comment_content><![CDATA[Hello]]></wp:comment_content>\
         <wp:comment_approved>1</wp:comment_approved>{more}</wp:comment>"
    )
}

/// One line for each item, with what is not as usual.
fn lines(bytes: &[u8], options: Options) -> String {
    let mut lines = String::new();
    for item in read(bytes, options).expect("a file in memory can be read") {
        let line = match item {
            Ok(Item::Page(page)) => format!(
                "page {} {} {:?} {:?}{}{} {:?}",
                page.source_id,
                page.url,
                page.aliases,
                page.title,
                if page.public { "" } else { " not public" },
                if page.closed { " closed" } else { "" },
                page.published_at.map(|time| time.to_string()),
            ),
            Ok(Item::Comment(comment)) => line(&comment),
            Ok(Item::Question(question)) => format!(
                "question {} {:?} of {:?} answered by {:?}",
                question.source_id, question.text, question.selector.quote.exact, question.answers
            ),
            Ok(Item::Dropped { record, reason }) => format!("- {record}: {reason}"),
            Ok(Item::Note { record, reason }) => format!("! {record}: {reason}"),
            Ok(Item::Without { record, fields }) => format!("! {record} without {fields}"),
            Ok(Item::EndOfPages) => continue,
            Err(error) => format!("ERROR {error}"),
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    lines
}

fn line(comment: &CommentItem) -> String {
    let mut line = format!(
        "{}<{} on {} by {:?}",
        comment.source_id,
        comment.parent.as_deref().unwrap_or("-"),
        comment.page,
        comment.writer.name,
    );
    let writer = &comment.writer;
    for (key, value) in [
        ("mail", &writer.email),
        ("web", &writer.website),
        ("user", &writer.user_id),
    ] {
        if let Some(value) = value {
            line.push_str(&format!(" {key}={value}"));
        }
    }
    line.push_str(&format!(
        " {} {}",
        comment.posted_at,
        comment.state.as_str()
    ));
    for (flag, name) in [
        (comment.pinned, "pinned"),
        (comment.branch_closed, "closed"),
        (comment.private, "private"),
    ] {
        if flag {
            line.push_str(&format!(" {name}"));
        }
    }
    if let Some(edited_at) = comment.edited_at {
        line.push_str(&format!(" edited {edited_at}"));
    }
    let tally = comment.votes.tally();
    if tally.up + tally.down > 0 {
        line.push_str(&format!(" +{} -{}", tally.up, tally.down));
    }
    format!("{line} {:?} {}", comment.kind, comment.body.source())
}

#[track_caller]
fn check(items: &str, expected: &Expect) {
    expected.assert_eq(&lines(export(items).as_bytes(), Options::default()));
}

#[track_caller]
fn check_comments(comments: &str, expected: &Expect) {
    let all = lines(export(&page("", comments)).as_bytes(), Options::default());
    let all: Vec<&str> = all
        .lines()
        .filter(|line| !line.starts_with("page 12"))
        .collect();
    expected.assert_eq(&all.join("\n"));
}

#[test]
fn a_page_comes_before_its_comments() {
    check(
        &page("", &comment(7, "")),
        &expect![[r#"
        page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" Some("2026-05-01T08:00:00Z")
        7<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>Hello</p>
    "#]],
    );
}

#[test]
fn replies_and_authors_keep_what_they_are() {
    let comments = comment(8, "<wp:comment_parent>7</wp:comment_parent>")
        + &comment(
            7,
            "<wp:comment_parent>0</wp:comment_parent><wp:comment_user_id>3</wp:comment_user_id>\
             <wp:comment_author></wp:comment_author>",
        )
        + &comment(
            9,
            "<wp:comment_author>J&#246;rg &lt;b&gt; &amp; Co</wp:comment_author>\
             <wp:comment_author_email><![CDATA[ joerg@mail.example ]]></wp:comment_author_email>\
             <wp:comment_author_url>https://joerg.example/?a=1&amp;b=2</wp:comment_author_url>\
             <wp:comment_author_IP><![CDATA[192.0.2.7]]></wp:comment_author_IP>",
        )
        + &comment(
            10,
            "<wp:comment_author_url>javascript:alert(1)</wp:comment_author_url>\
             <wp:comment_author_email>none</wp:comment_author_email>",
        );
    check_comments(
        &comments,
        &expect![[r#"
        8<7 on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>Hello</p>
        7<- on 12 by "Mira Holt" user=3 2026-05-02T09:30:00Z published Comment <p>Hello</p>
        9<- on 12 by "Jörg & Co" mail=joerg@mail.example web=https://joerg.example/?a=1&b=2 2026-05-02T09:30:00Z published Comment <p>Hello</p>
        10<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>Hello</p>
        ! comment 10: its author's website is no web address and was left out"#]],
    );
}

#[test]
fn nothing_that_was_not_public_becomes_public() {
    let state = |id, state: &str, kind: &str| {
        comment(
            id,
            &format!(
                "<wp:comment_approved>{state}</wp:comment_approved><wp:comment_type>{kind}</wp:comment_type>"
            ),
        )
    };
    let comments = state(1, "0", "")
        + &state(2, "spam", "comment")
        + &state(3, "trash", "")
        + &state(4, "post-trashed", "")
        + &state(5, "1", "private")
        + &state(6, "0", "private")
        + &state(7, "odd", "");
    check_comments(
        &comments,
        &expect![[r#"
        1<- on 12 by "Ann" 2026-05-02T09:30:00Z held Comment <p>Hello</p>
        2<- on 12 by "Ann" 2026-05-02T09:30:00Z spam Comment <p>Hello</p>
        3<- on 12 by "Ann" 2026-05-02T09:30:00Z rejected Comment <p>Hello</p>
        4<- on 12 by "Ann" 2026-05-02T09:30:00Z rejected Comment <p>Hello</p>
        5<- on 12 by "Ann" 2026-05-02T09:30:00Z rejected private Comment <p>Hello</p>
        ! comment 5: it was private, so it is rejected and shown to nobody
        6<- on 12 by "Ann" 2026-05-02T09:30:00Z rejected private Comment <p>Hello</p>
        ! comment 6: it was private, so it is rejected and shown to nobody
        7<- on 12 by "Ann" 2026-05-02T09:30:00Z held Comment <p>Hello</p>
        ! comment 7: its state `odd` is unknown, so it is held"#]],
    );
}

#[test]
fn pages_that_are_not_public_say_so() {
    let hidden = page(
        "<wp:post_password><![CDATA[secret]]></wp:post_password>",
        &comment(1, ""),
    );
    let draft = page("<wp:status>draft</wp:status>", &comment(2, ""));
    let closed = page("<wp:comment_status>closed</wp:comment_status>", "");
    check(
        &(hidden + &draft + &closed + &page("", "")),
        &expect![[r#"
            ! page 12: it asks for a password, so its comments are held
            page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" not public Some("2026-05-01T08:00:00Z")
            1<- on 12 by "Ann" 2026-05-02T09:30:00Z held Comment <p>Hello</p>
            ! page 12: its status is `draft`, so its comments are held
            page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" not public Some("2026-05-01T08:00:00Z")
            2<- on 12 by "Ann" 2026-05-02T09:30:00Z held Comment <p>Hello</p>
            page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" closed Some("2026-05-01T08:00:00Z")
        "#]],
    );
}

#[test]
fn what_is_no_comment_is_left_out_with_a_line() {
    let kinds = [
        "pingback",
        "trackback",
        "review",
        "order_note",
        "wpdiscuz_sticky",
        "comment",
    ];
    let comments: String = (1..)
        .zip(kinds)
        .map(|(id, kind)| comment(id, &format!("<wp:comment_type>{kind}</wp:comment_type>")))
        .collect();

    check_comments(
        &comments,
        &expect![[r#"
        - comment 1: it is a pingback; mentions come with --mentions
        - comment 2: it is a trackback; mentions come with --mentions
        - comment 3: it is a review of a product; reviews come with --reviews
        - comment 4: it is a `order_note`, which is no comment
        5<- on 12 by "Ann" 2026-05-02T09:30:00Z published pinned Comment <p>Hello</p>
        6<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>Hello</p>"#]],
    );

    let all = Options {
        mentions: true,
        reviews: true,
    };
    let with_all = lines(export(&page("", &comments)).as_bytes(), all);
    assert_eq!(with_all.matches("Mention").count(), 2);
    assert_eq!(with_all.matches("Review").count(), 1);
}

#[test]
fn what_wpdiscuz_keeps_comes_along_or_is_named() {
    let meta = |key: &str, value: &str| {
        format!(
            "<wp:commentmeta><wp:meta_key>{key}</wp:meta_key>\
             <wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:commentmeta>"
        )
    };
    let comments = comment(
        1,
        &(meta("wpdiscuz_votes", "5")
            + &meta(
                "wpdiscuz_votes_seperate",
                "a:2:{s:4:\"like\";i:7;s:7:\"dislike\";i:2;}",
            )
            + &meta("wpdiscuz_closed", "1")
            + &meta("wpdiscuz_last_edited_at", "2026-05-02 10:00:00")),
    ) + &comment(
        2,
        &(meta("wpdiscuz_votes", "-4") + &meta("akismet_result", "false")),
    ) + &comment(
        3,
        &(meta("wpdiscuz_feedback_form_id", "31")
            + &meta("wmu_attachments", "a:0:{}")
            + &meta("rating", "4")),
    );
    check_comments(
        &comments,
        &expect![[r#"
        1<- on 12 by "Ann" 2026-05-02T09:30:00Z published closed edited 2026-05-02T10:00:00Z +7 -2 Comment <p>Hello</p>
        2<- on 12 by "Ann" 2026-05-02T09:30:00Z published +0 -4 Comment <p>Hello</p>
        3<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>Hello</p>
        ! comment 3: its attachments are not in the export
        ! comment 3: its rating was left out
        ! comment 3: it answers question 31 on a passage, which the export does not hold"#]],
    );
}

#[test]
fn a_date_that_is_missing_is_taken_from_the_next_best() {
    let no_gmt = "<wp:comment_date_gmt>0000-00-00 00:00:00</wp:comment_date_gmt>";
    let comments = comment(
        1,
        &format!("{no_gmt}<wp:comment_date>2026-05-02 11:30:00</wp:comment_date>"),
    ) + &comment(
        2,
        &format!("{no_gmt}<wp:comment_date>0000-00-00 00:00:00</wp:comment_date>"),
    );
    check_comments(
        &comments,
        &expect![[r#"
        1<- on 12 by "Ann" 2026-05-02T11:30:00Z published Comment <p>Hello</p>
        ! comment 1: it has its date in local time only, which was taken as UTC
        2<- on 12 by "Ann" 2026-05-01T08:00:00Z published Comment <p>Hello</p>
        ! comment 2: it has no date and was given its page's"#]],
    );
}

#[test]
fn text_is_read_as_wordpress_shows_it() {
    let text = |text: &str| {
        comment(
            1,
            &format!("<wp:comment_content>{text}</wp:comment_content>"),
        )
    };
    check_comments(
        &(text("<![CDATA[one\ntwo\r\n\r\nthree]]>")
            + &text("<![CDATA[a ]]]]><![CDATA[> b\u{8}\u{1f}c]]>")
            + &text("R&amp;D &lt;b&gt;bold&lt;/b&gt; &amp;amp;")),
        &expect![[r#"
            1<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>one<br>two</p><p>three</p>
            1<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>a ]]> bc</p>
            1<- on 12 by "Ann" 2026-05-02T09:30:00Z published Comment <p>R&D <b>bold</b> &amp;</p>"#]],
    );
}

#[test]
fn any_version_and_any_order_of_a_file_is_read() {
    let old = export(&page("", &comment(1, ""))).replace("/1.2/", "/1.0/");
    let garbled = format!("\u{feff}`\n{old}");
    let page_last = export(
        "<item><wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_approved>1</wp:comment_approved>\
         </wp:comment><link>https://lantern.example/x</link><wp:status>publish</wp:status></item>",
    );
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(old.as_bytes()).unwrap();

    let plain = lines(old.as_bytes(), Options::default());
    assert_eq!(plain.lines().count(), 2);
    assert_eq!(lines(garbled.as_bytes(), Options::default()), plain);
    assert_eq!(lines(&packer.finish().unwrap(), Options::default()), plain);
    expect![[r#"
        page https://lantern.example/x https://lantern.example/x [] "" None
        1<- on https://lantern.example/x by "" 1970-01-01T00:00:00Z published Comment 
        ! comment 1: it has no date and was given the start of 1970
    "#]]
    .assert_eq(&lines(page_last.as_bytes(), Options::default()));
}

#[test]
fn a_record_that_cannot_be_placed_is_named() {
    let no_id = comment(
        1,
        "<wp:comment_id></wp:comment_id><wp:comment_date>2026</wp:comment_date>",
    );
    let nowhere = format!("<item><wp:post_id></wp:post_id>{}</item>", comment(2, ""));
    check(
        &(page("", &no_id) + &nowhere),
        &expect![[r#"
        - comment by "Ann" of 2026: it has no id
        - comment 2: the page it stands on has neither an id nor an address
    "#]],
    );
}

#[test]
fn what_is_no_export_is_refused() {
    let of = |text: &str| lines(text.as_bytes(), Options::default());
    let whole = export(&page("", &comment(1, "")));
    expect![[r#"
        ERROR this is not a WordPress export
    "#]]
    .assert_eq(&of(""));
    expect![[r#"
        ERROR this is not a WordPress export
    "#]]
    .assert_eq(&of("{\"comments\": []}"));
    expect![[r#"
        ERROR this is not a WordPress export
    "#]]
    .assert_eq(&of("<html><p>Not found</p></html>"));
    expect!["ERROR the file is broken near byte 1241: syntax error: tag not closed: `>` not found before end of input"].assert_eq(
        of(&whole[..whole.len() - 40])
            .lines()
            .last()
            .unwrap_or_default(),
    );
}

/// An export with `n_left` comments still to come, written as it is read.
struct Endless {
    n_left: usize,
    buffer: Vec<u8>,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.buffer.is_empty() && self.n_left > 0 {
            self.n_left -= 1;
            self.buffer = match self.n_left {
                0 => b"</item></channel></rss>".to_vec(),
                n => comment(u32::try_from(n).unwrap_or(0), "").into_bytes(),
            };
        }
        let n = self.buffer.len().min(out.len());
        out[..n].copy_from_slice(&self.buffer[..n]);
        self.buffer.drain(..n);
        Ok(n)
    }
}

#[test]
fn a_large_file_is_given_as_it_is_read() {
    let start = export(&page("", ""));
    let start = start.split("</item>").next().unwrap_or_default().to_owned();
    let source = start.as_bytes().chain(Endless {
        n_left: 20_001,
        buffer: Vec::new(),
    });

    let items = read(source, Options::default()).unwrap();

    let n_comments = items
        .filter(|item| matches!(item, Ok(Item::Comment(_))))
        .count();
    assert_eq!(n_comments, 20_000);
}

#[test]
fn a_question_of_a_passage_comes_with_what_answers_it() {
    let answer = |id, form: &str| {
        let meta = format!(
            "<wp:commentmeta><wp:meta_key>wpdiscuz_feedback_form_id</wp:meta_key>\
             <wp:meta_value>{form}</wp:meta_value></wp:commentmeta>"
        );
        comment(id, &meta)
    };
    let content = |shortcodes: &str| {
        let text = format!("<p>The captain blamed {shortcodes}.</p>");
        format!("<content:encoded><![CDATA[{text}]]></content:encoded>")
    };
    let ask = |id: &str, passage: &str| {
        format!(
            "[wpdiscuz-feedback id=\"{id}\" question=\"Who made it?\" opened=\"0\"]{passage}\
             [/wpdiscuz-feedback]"
        )
    };
    let check = |shortcodes: &str, comments: &str, expected: &Expect| {
        let page = page(&content(shortcodes), comments);
        let all = lines(export(&page).as_bytes(), Options::default());
        let said = all.lines().filter(|line| !line.contains(" on 12 by "));
        expected.assert_eq(&said.collect::<Vec<_>>().join("\n"));
    };
    check(
        &ask("k3", "the new <em>timetable</em>"),
        &(answer(1, "31") + &comment(2, "") + &answer(3, "31")),
        &expect![[r#"
            page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" Some("2026-05-01T08:00:00Z")
            question 12/k3 "Who made it?" of "the new timetable" answered by ["1", "3"]"#]],
    );
    check(
        &format!(
            "{} and {}",
            ask("k3", "the timetable"),
            ask("k4", "the mate")
        ),
        &answer(1, "31"),
        &expect![[r#"
            page 12 https://lantern.example/bridge/ ["https://lantern.example/?p=12"] "The & bridge again" Some("2026-05-01T08:00:00Z")
            ! comment 1: it answers question 31 on a passage, and the export does not say which of the 2 of its page that is
            question 12/k3 "Who made it?" of "the timetable" answered by []
            question 12/k4 "Who made it?" of "the mate" answered by []"#]],
    );
}

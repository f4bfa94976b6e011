//! Mails as people's programs write them; every name and word in them is made up.

use rejoinder_markup::{ReceivedMail, WrittenMail, received_mail};

fn written(message: &[u8]) -> WrittenMail {
    match received_mail(message) {
        Some(ReceivedMail::Written(written)) => written,
        other => panic!("{other:?}"),
    }
}

/// A mail with these headers and this body, with the ends of lines that mails have.
fn message(headers: &str, body: &str) -> Vec<u8> {
    let start = "From: Ann Lee <ann@reader.example>\nTo: reply+k7@news.example\n\
                 Message-ID: <one@reader.example>\nMIME-Version: 1.0\n";
    let whole = format!("{start}{headers}\n{body}");
    whole.replace('\n', "\r\n").into_bytes()
}

const PLAIN: &str = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n";

fn plain(body: &str) -> String {
    written(&message(PLAIN, body)).text
}

const OWN: &str = "I saw it, too.\n\nAnd so did my *sister*.";

#[test]
fn of_an_answer_only_what_was_written_is_left() {
    let quote =
        "> Kim wrote:\n>\n> > Did anyone see it?\n> Read it and answer: https://talk.example/x";
    let below = "Kim wrote:\n\nDid anyone see it?\n\nRead it and answer: https://talk.example/x";
    for (program, announced, quoted) in [
        (
            "Gmail, English",
            "On Mon, Nov 30, 2026 at 5:25 PM The News <talk@news.example>\nwrote:",
            quote,
        ),
        (
            "Gmail, German",
            "Am Mo., 30. Nov. 2026 um 17:25 Uhr schrieb The News <\ntalk@news.example>:",
            quote,
        ),
        (
            "Gmail, French",
            "Le lun. 30 nov. 2026 à 17:25, The News <talk@news.example> a\nécrit :",
            quote,
        ),
        (
            "Gmail, Spanish",
            "El lun, 30 nov 2026 a las 17:25, The News (<talk@news.example>)\nescribió:",
            quote,
        ),
        (
            "Gmail, Portuguese",
            "Em seg., 30 de nov. de 2026 às 17:25, The News <talk@news.example>\nescreveu:",
            quote,
        ),
        (
            "Gmail, Russian",
            "пн, 30 нояб. 2026 г. в 17:25, The News <talk@news.example>:",
            quote,
        ),
        (
            "Gmail, Japanese",
            "2026年11月30日(月) 17:25 The News <talk@news.example>:",
            quote,
        ),
        (
            "Gmail, Arabic",
            "في الاثنين، ٣٠ نوفمبر ٢٠٢٦ في ٥:٢٥ م تمت كتابة ما يلي بواسطة كتب The News:",
            quote,
        ),
        (
            "Apple Mail, English",
            "On 30 Nov 2026, at 17:25, The News <talk@news.example> wrote:",
            quote,
        ),
        (
            "Apple Mail, Russian",
            "30 нояб. 2026 г., в 17:25, The News <talk@news.example> написал(а):",
            quote,
        ),
        (
            "Apple Mail, Japanese",
            "2026/11/30 17:25、The News <talk@news.example>のメール:",
            quote,
        ),
        (
            "Thunderbird, English",
            "On 11/30/26 17:25, The News wrote:",
            quote,
        ),
        (
            "Thunderbird, German",
            "Am 30.11.26 um 17:25 schrieb The News:",
            quote,
        ),
        (
            "Thunderbird, Russian",
            "30.11.2026 17:25, The News пишет:",
            quote,
        ),
        (
            "a phone that marks nothing",
            "On Mon, Nov 30, 2026 at 17:25, The News <talk@news.example> wrote:",
            below,
        ),
        (
            "Outlook, English",
            "From: The News <talk@news.example>\nSent: Monday, November 30, 2026 5:25 PM\n\
             To: Ann Lee <ann@reader.example>\nSubject: Kim replied on A story",
            below,
        ),
        (
            "Outlook, German",
            "________________________________\nVon: The News <talk@news.example>\n\
             Gesendet: Montag, 30. November 2026 17:25\nAn: Ann Lee\nBetreff: Kim",
            below,
        ),
        (
            "Outlook, French",
            "De : The News <talk@news.example>\nEnvoyé : lundi 30 novembre 2026 17:25\n\
             À : Ann Lee\nObjet : Kim",
            below,
        ),
        (
            "Outlook, Spanish",
            "De: The News <talk@news.example>\nEnviado: lunes, 30 de noviembre de 2026 17:25\n\
             Para: Ann Lee\nAsunto: Kim",
            below,
        ),
        (
            "Outlook, Japanese",
            "差出人: The News <talk@news.example>\n送信日時: 2026年11月30日 17:25\n宛先: Ann\n件名: Kim",
            below,
        ),
        (
            "Outlook on a phone",
            "*From:* The News <talk@news.example>\n*Date:* Monday, 30 November 2026 at 17:25\n\
             *To:* Ann Lee\n*Subject:* Kim",
            below,
        ),
        ("older Outlook", "-----Original Message-----", below),
        (
            "older Outlook, German",
            "-----Ursprüngliche Nachricht-----",
            below,
        ),
        ("a signature", "-- \nAnn Lee\n+1 555 0100", ""),
        ("a phone", "Sent from my iPhone", ""),
        ("a phone, German", "Von meinem iPhone gesendet", ""),
        (
            "Outlook for Android",
            "Get Outlook for Android<https://phone.example/x>",
            "",
        ),
    ] {
        let body = format!("{OWN}\n\n{announced}\n\n{quoted}\n");
        assert_eq!(plain(&body), OWN, "{program}");
    }
}

#[test]
fn what_stands_below_and_between_quotes_is_what_was_written() {
    let body = "On 11/30/26 17:25, The News wrote:\n> Did anyone see it?\n\nI did.\n\n\
                > And the other one?\n\nThat one, no.\n\n-- \nAnn\n";
    assert_eq!(plain(body), "I did.\n\nThat one, no.");
}

#[test]
fn what_only_looks_like_a_quote_stays() {
    for own in [
        "Ann wrote:\nit was in 1998.",
        "From: my point of view\nthis is nonsense.",
        "She said: wait.",
        "At 17:25 on 30.11.2026 he wrote that it was late.",
        "Three things:\n\n- one\n- two",
        "a -- b\n---\nc",
        "De: nada",
    ] {
        assert_eq!(plain(own), own);
    }
}

#[test]
fn texts_are_read_in_every_charset_and_encoding() {
    for (headers, body, read) in [
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n",
            "Caf=E9 =E0 la cr=E8me, a long line that goes on =\nand on.",
            "Café à la crème, a long line that goes on and on.",
        ),
        (
            "Content-Type: text/plain; charset=\"utf-8\"\nContent-Transfer-Encoding: base64\n",
            "R3LDvMOfZSBhdXMgS8O2bG4h",
            "Grüße aus Köln!",
        ),
        (
            "Content-Type: text/plain; charset=windows-1251\nContent-Transfer-Encoding: quoted-printable\n",
            "=CF=F0=E8=E2=E5=F2",
            "Привет",
        ),
        (
            "Content-Type: text/plain; charset=ISO-2022-JP\nContent-Transfer-Encoding: base64\n",
            "GyRCJDMkcyRLJEEkTxsoQg==",
            "こんにちは",
        ),
        (
            "Content-Type: text/plain; charset=us-ascii; format=flowed\n",
            "One sentence that was \nbroken by a program, \nin three.\n\nAnother.",
            "One sentence that was broken by a program, in three.\n\nAnother.",
        ),
        (
            "",
            "No header says what this is.",
            "No header says what this is.",
        ),
    ] {
        assert_eq!(written(&message(headers, body)).text, read, "{headers}");
    }
}

#[test]
fn a_latin_mail_of_raw_bytes_is_read() {
    let mut raw = message(
        "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n",
        "",
    );
    raw.extend_from_slice(b"Caf\xe9\r\n");
    assert_eq!(written(&raw).text, "Café");
}

#[test]
fn of_html_alone_the_text_is_read_and_nothing_else() {
    let html = "<html><head><style>p { color: red }</style><title>no</title></head><body>\
                <div>I saw <b>it</b>, too.</div><div><br></div>\
                <p>And &lt;so&gt; did my sister.<script>alert(1)</script></p>\
                <div class=\"gmail_quote\"><div>On Mon, Nov 30, 2026 at 5:25 PM The News \
                &lt;talk@news.example&gt; wrote:<br></div><blockquote>Did anyone?</blockquote></div>\
                </body></html>";
    let read = written(&message("Content-Type: text/html; charset=utf-8\n", html));
    assert_eq!(read.text, "I saw it, too.\n\nAnd <so> did my sister.");
}

#[test]
fn of_a_mail_in_two_forms_the_text_is_taken_and_files_are_counted() {
    let body = "--a\nContent-Type: multipart/alternative; boundary=b\n\n\
                --b\nContent-Type: text/plain; charset=utf-8\n\nThe text.\n\
                --b\nContent-Type: text/html; charset=utf-8\n\n<p>The page.</p>\n--b--\n\
                --a\nContent-Type: image/jpeg; name=cat.jpg\nContent-Disposition: attachment\n\
                Content-Transfer-Encoding: base64\n\n/9j/4AAQ\n\
                --a\nContent-Type: text/plain; name=list.txt\nContent-Disposition: attachment\n\n\
                A file of text.\n--a--\n";
    let read = written(&message(
        "Content-Type: multipart/mixed; boundary=a\n",
        body,
    ));
    assert_eq!((read.text.as_str(), read.n_attachments), ("The text.", 2));
    assert_eq!(read.message_id.as_deref(), Some("one@reader.example"));
    assert_eq!(read.recipients, ["reply+k7@news.example"]);
}

#[test]
fn whoever_delivered_it_says_first_to_whom_it_goes() {
    let headers = "Delivered-To: reply+k8@news.example\nCc: a@x.example,\n b@x.example\n";
    let read = written(&message(headers, "Hello"));
    let expected = [
        "reply+k8@news.example",
        "reply+k7@news.example",
        "a@x.example,\r\n b@x.example",
    ];
    assert_eq!(read.recipients, expected);
}

#[test]
fn what_a_program_wrote_by_itself_is_no_answer() {
    for headers in [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-generated (vacation)\n",
        "Precedence: bulk\n",
        "precedence: Junk\n",
        "Precedence: list\n",
        "Return-Path: <>\n",
        "X-Autoreply: yes\n",
        "X-Autorespond: Out of office\n",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=a\n",
    ] {
        let read = received_mail(&message(headers, "I am away until Monday."));
        assert!(
            matches!(read, Some(ReceivedMail::Automatic { .. })),
            "{headers} {read:?}"
        );
    }
    for headers in [
        "Auto-Submitted: no\n",
        "Return-Path: <ann@reader.example>\n",
    ] {
        assert_eq!(written(&message(headers, "Hello")).text, "Hello");
    }
}

#[test]
fn what_is_no_mail_is_taken_for_none_or_says_nothing() {
    for odd in [&b""[..], b"\0\xff\xfe", b"\r\n\r\n", &[b'>'; 10_000]] {
        if let Some(ReceivedMail::Written(read)) = received_mail(odd) {
            assert!(read.recipients.is_empty(), "{odd:?}");
        }
    }
    let deep = "--a\nContent-Type: multipart/mixed; boundary=a\n\n".repeat(5_000);
    received_mail(&message(
        "Content-Type: multipart/mixed; boundary=a\n",
        &deep,
    ));
}

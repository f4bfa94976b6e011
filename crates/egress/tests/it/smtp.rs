//! Mail against a server that takes it, refuses it, defers it, stalls, and dies.

use std::net::SocketAddr;
use std::time::Duration;

use rejoinder_core::Time;
use rejoinder_egress::{self as egress, Mail, MailOutcome, Mailer, newest_mails};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server says to each command; `None` says nothing ever, an empty text hangs up.
#[derive(Clone, Copy)]
struct Manners {
    greeting: Option<&'static str>,
    hello: Option<&'static str>,
    rcpt: Option<&'static str>,
    after_data: Option<&'static str>,
}

const POLITE: Manners = Manners {
    greeting: Some("220 mail.example"),
    hello: Some("250 mail.example"),
    rcpt: Some("250 ok"),
    after_data: Some("250 taken"),
};

async fn say(stream: &mut BufReader<TcpStream>, line: Option<&str>) -> bool {
    match line {
        Some("") => false,
        Some(line) => stream
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .is_ok(),
        None => {
            std::future::pending::<()>().await;
            false
        }
    }
}

/// Serves one conversation and gives what was sent as the mail.
async fn serve(listener: TcpListener, manners: Manners) -> String {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    let mut mail = String::new();
    if !say(&mut stream, manners.greeting).await {
        return mail;
    }
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) {
        let command = line.split_whitespace().next().unwrap_or("").to_uppercase();
        let answered = match command.as_str() {
            "EHLO" => say(&mut stream, manners.hello).await,
            "MAIL" => {
                mail.push_str(&line);
                say(&mut stream, Some("250 ok")).await
            }
            "RCPT" => say(&mut stream, manners.rcpt).await,
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                read_mail(&mut stream, &mut mail).await;
                say(&mut stream, manners.after_data).await
            }
            "QUIT" => false,
            _ => say(&mut stream, Some("250 ok")).await,
        };
        if !answered {
            break;
        }
        line.clear();
    }
    mail
}

async fn read_mail(stream: &mut BufReader<TcpStream>, mail: &mut String) {
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|n| n > 0) && line != ".\r\n" {
        mail.push_str(&line);
        line.clear();
    }
}

fn mail() -> Mail {
    Mail {
        from_name: "The Courier".to_owned(),
        from: "news@courier.example".to_owned(),
        to: "ann@reader.example".to_owned(),
        reply_to: None,
        subject: "A reply".to_owned(),
        text: "First line\n.\nAfter a lone dot\n".to_owned(),
        html: "<p>Hello</p>".to_owned(),
        message_id: "c1@courier.example".to_owned(),
        references: Vec::new(),
        list_id: None,
        unsubscribe_url: None,
    }
}

fn mailer(address: SocketAddr) -> Mailer {
    let mailer: Mailer = format!("smtp://{address}").parse().unwrap();
    mailer.with_timeout(Duration::from_millis(200))
}

async fn outcome(manners: Manners) -> (MailOutcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener, manners));
    let sent = mailer.send(&mail(), Time::from_micros(0)).await;
    server.abort();
    (sent, server.await.unwrap_or_default())
}

#[tokio::test]
async fn a_mail_that_is_taken_is_delivered_whole() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let server = tokio::spawn(serve(listener, POLITE));

    let sent = mailer.send(&mail(), Time::from_micros(0)).await;

    assert_eq!(sent, MailOutcome::Delivered);
    let wire = server.await.unwrap();
    assert!(wire.contains("Subject: A reply"), "{wire}");
    assert!(wire.contains("After a lone dot"), "{wire}");
}

#[tokio::test]
async fn a_recipient_refused_for_good_is_not_tried_again() {
    for (said, is_theirs) in [
        ("550 no such person", true),
        ("550 5.1.1 unknown user", true),
        ("553 5.1.3 bad address", true),
        ("552 5.2.2 mailbox full", true),
        ("550 5.7.1 relaying denied", false),
        ("550 relay not permitted", false),
        ("530 5.7.0 authentication required", false),
    ] {
        let manners = Manners {
            rcpt: Some(said),
            ..POLITE
        };
        let sent = outcome(manners).await.0;
        assert_eq!(
            matches!(sent, MailOutcome::NoMailbox(_)),
            is_theirs,
            "{said}"
        );
        assert_eq!(
            matches!(sent, MailOutcome::Refused(_)),
            !is_theirs,
            "{said}"
        );
    }
}

/// What becomes of a mail to `to`, and what was sent, at a server that says hello so.
async fn outcome_for(to: &str, hello: &'static str) -> (MailOutcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mailer = mailer(listener.local_addr().unwrap());
    let manners = Manners {
        hello: Some(hello),
        ..POLITE
    };
    let server = tokio::spawn(serve(listener, manners));
    let mail = Mail {
        to: to.to_owned(),
        ..mail()
    };
    let sent = mailer.send(&mail, Time::from_micros(0)).await;
    (sent, server.await.unwrap())
}

#[tokio::test]
async fn addresses_beyond_ascii_go_to_servers_that_take_them() {
    let utf8 = "250-mail.example\r\n250-8BITMIME\r\n250 SMTPUTF8";

    let (sent, wire) = outcome_for("jörg@bücher.example", utf8).await;
    assert_eq!(sent, MailOutcome::Delivered);
    assert!(
        wire.contains("MAIL FROM:<news@courier.example> BODY=8BITMIME SMTPUTF8"),
        "{wire}"
    );
    assert!(wire.contains("To: jörg@xn--bcher-kva.example"), "{wire}");

    let (sent, wire) = outcome_for("ann@bücher.example", utf8).await;
    assert_eq!(sent, MailOutcome::Delivered);
    assert!(
        wire.contains("MAIL FROM:<news@courier.example>\r\n"),
        "{wire}"
    );

    let (sent, _) = outcome_for("jörg@bücher.example", "250 mail.example").await;
    assert!(matches!(sent, MailOutcome::NoMailbox(_)), "{sent:?}");

    let (sent, wire) = outcome_for("ann@bücher.example", "250 mail.example").await;
    assert_eq!(sent, MailOutcome::Delivered);
    assert!(wire.contains("To: ann@xn--bcher-kva.example"), "{wire}");
}

#[tokio::test]
async fn a_mail_refused_after_its_data_is_not_tried_again() {
    let manners = Manners {
        after_data: Some("554 not here"),
        ..POLITE
    };
    assert!(matches!(outcome(manners).await.0, MailOutcome::Refused(_)));
}

#[tokio::test]
async fn a_server_that_is_busy_is_tried_again() {
    for manners in [
        Manners {
            greeting: Some("421 too busy"),
            ..POLITE
        },
        Manners {
            rcpt: Some("451 later"),
            ..POLITE
        },
        Manners {
            after_data: Some("452 disk full"),
            ..POLITE
        },
    ] {
        assert!(matches!(outcome(manners).await.0, MailOutcome::Deferred(_)));
    }
}

#[tokio::test]
async fn a_server_that_stalls_or_hangs_up_before_the_mail_is_tried_again() {
    for manners in [
        Manners {
            greeting: None,
            ..POLITE
        },
        Manners {
            greeting: Some(""),
            ..POLITE
        },
        Manners {
            rcpt: None,
            ..POLITE
        },
        Manners {
            rcpt: Some(""),
            ..POLITE
        },
    ] {
        let (sent, _) = outcome(manners).await;
        assert!(matches!(sent, MailOutcome::Deferred(_)), "{sent:?}");
    }
}

#[tokio::test]
async fn a_server_that_dies_or_stalls_after_the_mail_leaves_a_doubt() {
    for after_data in [None, Some("")] {
        let (sent, _) = outcome(Manners {
            after_data,
            ..POLITE
        })
        .await;
        assert!(matches!(sent, MailOutcome::Doubt(_)), "{sent:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sent = mailer(address).send(&mail(), Time::from_micros(0)).await;
    assert!(matches!(sent, MailOutcome::Deferred(_)), "{sent:?}");
}

#[tokio::test]
async fn a_folder_takes_mails_as_files() {
    let folder = tempfile::tempdir().unwrap();
    let mailer = Mailer::Folder(folder.path().join("mails"));
    let hostile = Mail {
        message_id: "../../etc/x@courier.example".to_owned(),
        ..mail()
    };

    assert_eq!(
        mailer.send(&mail(), Time::from_micros(0)).await,
        MailOutcome::Delivered
    );
    assert_eq!(
        mailer.send(&hostile, Time::from_micros(0)).await,
        MailOutcome::Delivered
    );

    let mut names: Vec<_> = std::fs::read_dir(folder.path().join("mails"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["-..-etc-x@courier.example.eml", "c1@courier.example.eml"]
    );
}

#[tokio::test]
async fn a_mail_in_a_folder_reads_as_it_was_written_and_nothing_else_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let mails = folder.path().join("mails");
    std::fs::write(folder.path().join("secret.eml"), "Subject: No\r\n\r\n").unwrap();
    assert_eq!(newest_mails(&mails, 10).unwrap(), []);
    let long = Mail {
        subject: "Ünfälle am Fluß – 3 neue Kommentare zu „Die Brücke“".to_owned(),
        text: format!("Grüße.\n\nhttps://news.example/{}\n", "x".repeat(200)),
        ..mail()
    };
    let mailer = Mailer::Folder(mails.clone());
    assert_eq!(
        mailer.send(&long, Time::from_micros(0)).await,
        MailOutcome::Delivered
    );

    let listed = newest_mails(&mails, 10).unwrap();

    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0].to, &listed[0].subject),
        (&long.to, &long.subject)
    );
    assert_eq!(listed[0].text.trim(), long.text.trim());
    let read = |name: &str| egress::read_mail(&mails, name).unwrap();
    assert_eq!(read(&listed[0].name).as_ref(), Some(&listed[0]));
    for name in [
        "../secret.eml",
        "..",
        ".eml",
        "",
        "none.eml",
        "/etc/passwd",
        "a/../c1.eml",
    ] {
        assert_eq!(read(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_senders_address_that_is_none_is_the_owners_to_mend() {
    let mailer: Mailer = "smtp://127.0.0.1:1".parse().unwrap();
    let now = Time::from_micros(0);

    let from = Mail {
        from: "talk".to_owned(),
        ..mail()
    };
    assert!(matches!(
        mailer.send(&from, now).await,
        MailOutcome::Refused(_)
    ));

    let to = Mail {
        to: "reader".to_owned(),
        ..mail()
    };
    assert!(matches!(
        mailer.send(&to, now).await,
        MailOutcome::NoMailbox(_)
    ));
}

//! What may be looked at without a trace, and in which frame.

use axum::http::Method;
use rejoinder_server::{Access, Declared, declared};

use super::name;
use super::people::{People, Who};
use super::requests::{Body, HERE, Object, Request, request};
use crate::log::Log;
use crate::support::{Answer, BASE, NEWS};

#[tokio::test]
async fn reading_leaves_no_rows() {
    for people in People::gather_on_each().await {
        let reading = || declared().into_iter().filter(|it| it.method == Method::GET);
        // A key of the site's, or of the server's, is made when it is first needed, once for all.
        for route in reading() {
            let asked = request(&people, &route, HERE, Object::Own).await;
            people.ask(Who::Account, &route, &asked).await;
        }
        for route in reading() {
            let asked = request(&people, &route, HERE, Object::Own).await;
            let before = people.app.n_rows().await;
            for who in Who::ALL {
                people.ask(who, &route, &asked).await;
                let after = people.app.n_rows().await;
                assert_eq!(before, after, "{} as {who:?}", name(&route));
            }
        }
    }
}

/// Who may frame an answer.
fn framers(answer: &Answer) -> &str {
    let policy = answer.header("content-security-policy");
    let framers = policy.split("frame-ancestors ").nth(1).unwrap_or_default();
    framers.split(';').next().unwrap_or_default()
}

fn is_page(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

/// The paths that the forms of a page are sent to.
fn forms(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let forms = text.split("<form").skip(1);
    let tags = forms.filter_map(|rest| rest.split('>').next());
    let acting = tags.filter(|tag| tag.contains("method=\"post\""));
    let actions = acting.filter_map(|tag| {
        let action = tag.split("action=\"").nth(1)?.split('"').next()?;
        let path = action.strip_prefix(BASE).unwrap_or(action);
        Some(path.split('?').next().unwrap_or(path).to_owned())
    });
    actions.collect()
}

/// Whether `path` is one that `route` serves.
fn serves(route: &Declared, path: &str) -> bool {
    let (own, asked) = (route.path.split('/'), path.split('/'));
    own.clone().count() == asked.clone().count()
        && own
            .zip(asked)
            .all(|(own, asked)| own.starts_with('{') || own == asked)
}

#[tokio::test]
async fn the_publisher_frames_the_thread_and_no_other_form() {
    let people = People::gather().await;
    let mut n_framed_forms = 0;
    for route in declared() {
        for who in [Who::Anonymous, Who::Author, Who::Owner] {
            let asked = request(&people, &route, HERE, Object::Own).await;
            let answer = people.ask(who, &route, &asked).await;
            let what = format!("{} as {who:?}", name(&route));
            if is_page(&answer) {
                let is_framed = framers(&answer).contains(NEWS);
                let is_thread = route.path == "/embed" || route.path.starts_with("/embed/");
                assert!(is_thread || !is_framed, "{what}: {}", framers(&answer));
                // What is framed acts only as the pages of the publisher may act by the API.
                for path in forms(&answer).iter().filter(|_| is_framed) {
                    let target = declared()
                        .into_iter()
                        .find(|route| route.method == Method::POST && serves(route, path));
                    let target = target.unwrap_or_else(|| panic!("{what}: nothing at {path}"));
                    let is_open = target.access == Access::Reader && path.starts_with("/embed/");
                    assert!(is_open, "{what}: {path}");
                    n_framed_forms += 1;
                }
            }
            if route.method != Method::GET {
                people.sign_in_again(who).await;
            }
        }
    }
    assert!(n_framed_forms > 5, "{n_framed_forms}");
}

/// What a request carries that nobody else may learn.
const SECRETS: [&str; 5] = [
    "secret-in-the-path",
    "secret-in-the-query",
    "secret-in-a-header",
    "secret-in-the-body",
    "secret@reader.example",
];

/// The same request with a secret in every place that may hold one.
fn with_secrets(route: &Declared, mut asked: Request) -> Request {
    let path = route.path.replace("{site}", HERE);
    let named = path.split('/').map(|part| match part.starts_with('{') {
        true => SECRETS[0],
        false => part,
    });
    let path = named.collect::<Vec<_>>().join("/");
    asked.path = format!("{path}?site={HERE}&token={0}&code={0}&page={0}", SECRETS[1]);
    for header in [
        "authorization",
        "idempotency-key",
        "x-forwarded-for",
        "referer",
    ] {
        asked.headers.push((header, SECRETS[2].to_owned()));
    }
    match &mut asked.body {
        Body::None | Body::Written(_) | Body::File(_) | Body::Sent(_) => {}
        Body::Form(fields) => {
            fields.push(("token", SECRETS[3].to_owned()));
            fields.push(("email", SECRETS[4].to_owned()));
        }
        Body::Json(body) => {
            for key in ["token", "text", "code", "name"] {
                body[key] = SECRETS[3].into();
            }
            body["email"] = SECRETS[4].into();
        }
    }
    asked
}

#[tokio::test]
async fn no_log_line_holds_a_secret_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    // Other tests of this process may write there, too: they know none of these secrets.
    let _ = tracing::subscriber::set_global_default(subscriber);
    let people = People::gather().await;
    let mut cookies = Vec::new();
    for route in declared() {
        for who in [Who::Author, Who::Owner] {
            cookies.push(people.cookie(who).await);
            let asked = request(&people, &route, HERE, Object::Own).await;
            people.ask(who, &route, &asked).await;
            let asked = with_secrets(&route, asked);
            people.ask(who, &route, &asked).await;
            if route.method != Method::GET {
                people.sign_in_again(who).await;
            }
        }
    }

    let written = log.text();
    assert!(
        written.contains("GET /embed/thread: 200"),
        "the log is read"
    );
    let tokens = cookies.iter().flat_map(|cookie| cookie.split('='));
    let tokens = tokens.filter(|part| part.len() > 20);
    for secret in tokens.chain(SECRETS) {
        let line = written.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "it holds {secret}");
    }
}

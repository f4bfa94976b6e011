//! What processors told counts once, however often the program was killed meanwhile.

use std::sync::mpsc;
use std::thread;

use rejoinder_core::integrations::webhook::WebhookSecret;
use rejoinder_core::{FixedRandom, Time};
use serde_json::json;

use crate::program::{Place, Server};

const HOST: &str = "news.example";
const SECRET: &str = "whsec_plJ3nmyCDGBKInavdOK15jsl";

/// So many processes of a processor tell at once.
const N_SENDERS: usize = 8;

#[test]
fn each_gift_counts_once_when_the_receiver_is_killed_on_sqlite() {
    kill_again_and_again(&Place::new(), testing::rounds(2, 20), 3);
}

#[test]
fn each_gift_counts_once_when_the_receiver_is_killed_on_postgres() {
    kill_again_and_again(&Place::on_postgres(), testing::rounds(1, 10), 4);
}

fn kill_again_and_again(place: &Place, n_rounds: usize, seed: u64) {
    place.run(&["site", "add", HOST]).good();
    let hook = connected(place);
    let random = FixedRandom::seeded(seed);
    let mut n_gifts = 0;
    for _ in 0..n_rounds {
        let server = place.start(&["serve"]);
        let n_taken = 20 + usize::try_from(random.below(80)).unwrap();
        let told = tell_until_killed(server, &hook, n_gifts, n_taken);
        n_gifts += told;
        // As a processor does: what was not acknowledged is told again, and some of what was.
        let server = place.start(&["serve"]);
        for gift in 0..n_gifts {
            assert!(is_taken(&server.base, &hook, gift));
        }
        let campaigns = server.json(&format!("/api/v1/campaigns?site={HOST}"));
        let campaign = &campaigns["campaigns"][0];
        assert_eq!(campaign["n_gifts"], json!(n_gifts), "{campaign}");
        let cents = n_gifts * 1_250;
        let raised = format!("{}.{:02}", cents / 100, cents % 100);
        assert_eq!(campaign["raised"], json!(raised), "{campaign}");
        assert_eq!(server.stop().0, Some(0));
        place.run(&["doctor"]).good();
    }
}

/// Let a processor tell of gifts from number `first` on, and kill the receiver when `n_taken` of them were
/// acknowledged. Gives of how many it told.
fn tell_until_killed(server: Server, hook: &str, first: usize, n_taken: usize) -> usize {
    let (told, taken) = mpsc::channel();
    let senders: Vec<_> = (0..N_SENDERS)
        .map(|sender| {
            let (base, hook, told) = (server.base.clone(), hook.to_owned(), told.clone());
            thread::spawn(move || {
                let mut n_told = 0;
                for n in 0.. {
                    n_told = n + 1;
                    let gift = first + sender + n * N_SENDERS;
                    if !is_taken(&base, &hook, gift) || told.send(()).is_err() {
                        break;
                    }
                }
                n_told
            })
        })
        .collect();
    drop(told);
    assert_eq!(taken.iter().take(n_taken).count(), n_taken);
    server.kill();
    drop(taken);
    let most = senders.into_iter().map(|own| own.join().unwrap()).max();
    // Those between them that were not told yet are told with the others.
    most.unwrap_or(0) * N_SENDERS
}

/// Tell of a gift; gives whether that was acknowledged.
fn is_taken(base: &str, hook: &str, gift: usize) -> bool {
    let body = json!({"type": "payment.received", "data":
        {"id": format!("p{gift}"), "amount": "12.50", "currency": "EUR"}})
    .to_string();
    let secret: WebhookSecret = SECRET.parse().unwrap();
    let now = now();
    let answer = agent()
        .post(format!("{base}{hook}"))
        .header("webhook-id", format!("m{gift}"))
        .header("webhook-timestamp", now.seconds().to_string())
        .header(
            "webhook-signature",
            secret.sign(&format!("m{gift}"), now, body.as_bytes()),
        )
        .header("content-type", "application/json")
        .send(body);
    answer.is_ok_and(|answer| answer.status() == 200)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the program looks at the same clock"
)]
fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Time::from_micros(i64::try_from(since.unwrap().as_micros()).unwrap())
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0);
    config.build().into()
}

/// A campaign with a processor, as an owner sets it up; the path of its address.
fn connected(place: &Place) -> String {
    let said = place
        .run(&[
            "staff",
            "add",
            "olga@news.example",
            "--site",
            HOST,
            "--role",
            "owner",
        ])
        .good();
    let token = said.split("token=").nth(1).unwrap();
    let token = token.split_whitespace().next().unwrap();
    let server = place.start(&["serve"]);
    let submit = |path: &str, cookie: &str, fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, own)| (*name, *own));
        let answer = agent()
            .post(format!("{}{path}", server.base))
            .header("cookie", cookie)
            .header("origin", &server.base)
            .send_form(fields);
        let mut answer = answer.unwrap();
        let to = answer.headers().get("location");
        let to = to.map_or("", |own| own.to_str().unwrap()).to_owned();
        let set = answer.headers().get_all("set-cookie").iter();
        let set = set.map(|own| own.to_str().unwrap().split(';').next().unwrap());
        let set = set.collect::<Vec<_>>().join("; ");
        let body = answer.body_mut().read_to_string();
        assert!(answer.status().as_u16() < 400, "{body:?}");
        (to, set)
    };
    let (_, cookie) = submit(
        "/auth/sign-in",
        "",
        &[("token", token), ("site", HOST), ("name", "Olga")],
    );
    let campaigns = format!("/admin/{HOST}/campaigns");
    let campaign = [
        ("title", "The lease"),
        ("currency", "EUR"),
        ("goal", "5000"),
        ("mode", "once"),
        ("starts", "2020-01-01"),
    ];
    let (to, _) = submit(&campaigns, &cookie, &campaign);
    let page = to.split('?').next().unwrap().to_owned();
    let hook = [("processor", "standard"), ("secret", SECRET)];
    submit(&format!("{page}/hooks"), &cookie, &hook);
    let shown = agent()
        .get(format!("{}{page}", server.base))
        .header("cookie", &cookie)
        .call();
    let html = shown.unwrap().body_mut().read_to_string().unwrap();
    let start = format!("/hooks/{HOST}/standard/");
    let secret = html.split(&start).nth(1).unwrap();
    let path = format!("{start}{}", secret.split('<').next().unwrap());
    assert_eq!(server.stop().0, Some(0));
    path
}

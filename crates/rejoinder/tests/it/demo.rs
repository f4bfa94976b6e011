//! The demo, from nothing to its pages.

use crate::program::{Place, Server};

#[test]
fn the_demo_starts_from_nothing_and_shows_its_discussions() {
    let place = Place::new();
    let demo = place.start(&["demo"]);

    let (status, front) = demo.get("/");
    assert_eq!(status, 200);
    assert!(front.contains("The Pellamouth Lantern"), "{front}");
    let (status, article) = demo.get("/articles/plot-seventeen");
    assert_eq!(status, 200);
    assert!(
        article.contains("Ngozi Fairbrass"),
        "a comment stands in the page without script"
    );
    assert_eq!(n_comments(&demo, "the-bull"), 2_000);
    let campaign = demo.json("/api/v1/campaigns?site=lantern.example");
    let id = campaign["campaigns"][0]["id"].as_str().unwrap();
    let path = format!("/embed/campaign?site=lantern.example&campaign={id}");
    let (_, campaign) = demo.get(&path);
    assert!(campaign.contains("Ngozi Fairbrass"), "{campaign}");
    assert!(article.contains(">Supporter<"), "{article}");
    assert_eq!(demo.get("/pictures/the-bull.webp").0, 200);

    assert_eq!(demo.stop().0, Some(0));
    place.run(&["doctor"]).good();
}

#[test]
fn what_waits_at_the_desk_of_the_demo_is_not_read_and_what_is_only_flagged_is() {
    let place = Place::new();
    let demo = place.start(&["demo"]);
    let thread = |slug: &str| {
        let page = format!("lantern.example/articles/{slug}");
        demo.get(&format!("/embed/thread?site=lantern.example&page={page}"))
            .1
    };
    for (slug, author, is_read) in [
        ("the-bull", "Fender Blue", false),
        ("four-thousand-pages", "Ledger Clerk", false),
        ("plot-seventeen", "Night Ferry Bargains", false),
        ("plot-seventeen", "Watchmaker to Kings", false),
        ("four-thousand-pages", "Barge Spotter", true),
        ("eleven-minutes", "Gallery Three", true),
    ] {
        assert_eq!(thread(slug).contains(author), is_read, "{author}");
    }
}

#[test]
fn a_second_start_of_the_demo_keeps_everything() {
    let place = Place::new();
    let before = place.start(&["demo"]);
    let n = n_comments(&before, "plot-seventeen");
    before.stop();

    let demo = place.start(&["demo"]);
    assert_eq!(n_comments(&demo, "plot-seventeen"), n);
    assert_eq!(n_comments(&demo, "the-bull"), 2_000);
}

#[test]
fn a_newer_demo_brings_the_articles_that_an_older_one_had_not() {
    let place = Place::new();
    // An older one had the site and none of today's pages.
    place.run(&["site", "add", "lantern.example"]).good();

    let demo = place.start(&["demo"]);
    assert_eq!(n_comments(&demo, "two-and-two"), 18);
    demo.stop();

    let demo = place.start(&["demo"]);
    assert_eq!(n_comments(&demo, "two-and-two"), 18);
}

#[test]
fn the_recording_of_the_demo_is_heard_cited_and_compared() {
    let place = Place::new();
    let demo = place.start(&["demo"]);
    let thread = "/embed/thread?site=lantern.example&page=lantern.example/articles/two-and-two";

    let shown = until(
        || demo.get(thread).1,
        |shown| shown.contains("class=\"rj-time\""),
    );

    let (_, rest) = shown.split_once("src=\"").unwrap();
    let file = rest.split('"').next().unwrap();
    let file = &file[file.find("/recordings/").unwrap()..];
    let id = file.split('/').nth(3).unwrap();
    let along = thread.replace("/embed/thread", "/embed/recording/along");
    let along = format!("{along}&id={id}");
    let read = until(|| demo.get(&along).1, |read| read.contains("rj-left-out"));
    assert_eq!(read.matches("class=\"rj-left-out\"").count(), 2, "{read}");
    assert!(
        read.contains("0:49 – 1:11") && read.contains("2:08 – 2:27"),
        "{read}"
    );
}

/// What `ask` gives once it is as it should be.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a test waits is no time of the product"
)]
fn until(ask: impl Fn() -> String, is_so: impl Fn(&str) -> bool) -> String {
    let started = std::time::Instant::now();
    loop {
        let answer = ask();
        if is_so(&answer) {
            return answer;
        }
        let waited = started.elapsed();
        assert!(waited.as_secs() < 120, "{answer}");
    }
}

#[test]
fn the_demo_refuses_a_database_that_holds_other_sites() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let ended = place.run(&["demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("holds other sites (news.example)"),
        "{}",
        ended.err
    );
}

fn n_comments(demo: &Server, slug: &str) -> usize {
    let page = format!("lantern.example/articles/{slug}");
    let path = format!("/api/v1/thread?site=lantern.example&page={page}");
    usize::try_from(demo.json(&path)["n_comments"].as_i64().unwrap()).unwrap()
}

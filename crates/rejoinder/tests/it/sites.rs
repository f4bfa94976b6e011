//! Sites at the command line.

use crate::program::Place;

#[test]
fn a_site_is_added_listed_set_and_shown() {
    let place = Place::new();
    place.run(&["site", "add", "News.Example"]).good();
    place
        .run(&[
            "site",
            "add",
            "b.example",
            "--origin",
            "http://localhost:4000",
        ])
        .good();

    let list = place.run(&["site", "list"]).good();
    assert_eq!(
        list,
        "b.example\thttp://localhost:4000\nnews.example\thttps://news.example\n"
    );

    place
        .run(&["site", "set", "news.example", "sort", "best"])
        .good();
    place
        .run(&["site", "set", "news.example", "collapse_below", "-9"])
        .good();
    let origins = "https://news.example,https://www.news.example";
    place
        .run(&["site", "set", "news.example", "origins", origins])
        .good();

    let shown = place.run(&["site", "show", "news.example"]).good();
    for line in [
        "host = news.example",
        &format!("origins = {origins}"),
        "sort = best",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line} in\n{shown}"
        );
    }
    assert!(shown.contains("collapse_below = -9\n"), "{shown}");
}

#[test]
fn a_setting_that_cannot_be_is_refused() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    for (key, value, said) in [
        (
            "voting",
            "sideways",
            "`voting` cannot be `sideways`: it must be up_and_down, up or off",
        ),
        ("colour", "red", "there is no setting `colour`"),
        ("origins", "news.example", "`news.example` is not an origin"),
    ] {
        let ended = place.run(&["site", "set", "news.example", key, value]);
        assert_eq!(ended.code, Some(2));
        assert!(ended.err.contains(said), "{}", ended.err);
    }
}

#[test]
fn the_same_site_is_not_added_twice() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let ended = place.run(&["site", "add", "NEWS.example"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("there is a site news.example already"),
        "{}",
        ended.err
    );
}

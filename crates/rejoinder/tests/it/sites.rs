//! Sites at the command line.

use rejoinder_core::Settings;
use rejoinder_core::publication::settings::SettingType;

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
        "host = \"news.example\"",
        "origins = [\"https://news.example\",\"https://www.news.example\"]",
        "sort = \"best\"",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line} in\n{shown}"
        );
    }
    assert!(shown.contains("collapse_below = -9\n"), "{shown}");
    assert!(shown.contains("Default: -5\ncollapse_below"), "{shown}");
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
fn every_setting_is_set_at_the_command_line_and_shown_as_it_was_typed() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let usual = Settings::default().fields();
    for about in Settings::ABOUT {
        let (offered, bad) = match about.takes {
            SettingType::Number(least, most) => {
                (vec![least.to_string(), most.to_string()], most + 1)
            }
            SettingType::Choice(words) => {
                (words.iter().map(|word| (*word).to_owned()).collect(), 0)
            }
            SettingType::Text(_) | SettingType::Markdown => {
                let texts = [
                    "a.example",
                    "https://a.example",
                    "#8a1f11",
                    "Georgia, serif",
                ]
                .map(str::to_owned);
                (texts.to_vec(), 0)
            }
        };
        let with = |value: &str| Settings::default().with(about.key, value);
        let good = offered.into_iter().find(|value| {
            let fields = with(value).map(|settings| settings.fields());
            fields.is_ok_and(|fields| fields[about.key] != usual[about.key])
        });
        let good = good.unwrap();
        let bad = match about.takes {
            SettingType::Text(_) | SettingType::Markdown => "a\u{1b}b".to_owned(),
            SettingType::Number(..) | SettingType::Choice(_) => bad.to_string(),
        };
        let set = |value: &str| place.run(&["site", "set", "news.example", about.key, value]);

        set(&good).good();
        let refused = set(&bad);

        let said = format!("`{}` cannot be ", about.key);
        assert!(refused.err.contains(&said), "{}", refused.err);
        let kept = with(&good).unwrap().fields();
        let shown = place.run(&["site", "show", "news.example"]).good();
        let line = format!("\n{} = {}\n", about.key, kept[about.key]);
        assert!(shown.contains(&line), "{line} in\n{shown}");
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

#[test]
fn what_is_shown_sets_up_the_same_site_elsewhere() {
    let (here, there) = (Place::new(), Place::new());
    here.run(&[
        "site",
        "add",
        "news.example",
        "--origin",
        "http://localhost:4000",
    ])
    .good();
    for (key, value) in [
        ("sort", "best"),
        ("title", "\"The Courier\""),
        ("protected_names", "The \"Courier\" \\ Ü"),
        ("message", "One\n\n\"two\""),
        ("collapse_below", "-9"),
    ] {
        here.run(&["site", "set", "news.example", key, value])
            .good();
    }
    let shown = here.run(&["site", "show", "news.example"]).good();
    let file = there.file("rejoinder.toml", &shown);

    there.start(&["serve", "--config", &file]).stop();

    assert_eq!(there.run(&["site", "show", "news.example"]).good(), shown);
}

#[test]
fn the_file_wins_at_each_start_in_what_it_names_and_leaves_the_rest() {
    let place = Place::new();
    let text = "[[site]]\nhost = 'news.example'\nmode = 'before'\norigins = ['https://www.news.example']\n";
    let file = place.file("rejoinder.toml", text);
    place.start(&["serve", "--config", &file]).stop();
    for (key, value) in [
        ("mode", "after"),
        ("sort", "best"),
        ("origins", "https://else.example"),
    ] {
        place
            .run(&["site", "set", "news.example", key, value])
            .good();
    }

    place.start(&["serve", "--config", &file]).stop();

    let shown = place.run(&["site", "show", "news.example"]).good();
    for line in [
        "mode = \"before\"",
        "sort = \"best\"",
        "origins = [\"https://www.news.example\"]",
    ] {
        assert!(
            shown.lines().any(|shown| shown == line),
            "{line} in\n{shown}"
        );
    }
}

#[test]
fn a_site_in_the_file_that_cannot_be_is_refused_before_anything_starts() {
    let place = Place::new();
    for (text, said) in [
        ("[[site]]\nmode = 'before'", "a `[[site]]` needs its `host`"),
        (
            "[site]\nhost = 'news.example'",
            "`site` must be tables, each under `[[site]]`",
        ),
        (
            "[[site]]\nhost = 'a.example'\n[[site]]\nhost = 'A.example'",
            "there are two sites a.example",
        ),
        (
            "[[site]]\nhost = 'a.example'\nmode = 'maybe'",
            "in the site a.example: `mode` cannot be `maybe`",
        ),
        (
            "[[site]]\nhost = 'a.example'\ncolour = 'red'",
            "in the site a.example: there is no setting `colour`",
        ),
        (
            "[[site]]\nhost = 'a.example'\norigins = ['a']",
            "`a` is not an origin",
        ),
        (
            "[[site]]\nhost = 'a.example'\nmode = { a = 1 }",
            "`mode` must be a text",
        ),
    ] {
        let file = place.file("rejoinder.toml", text);
        let ended = place.run(&["serve", "--config", &file]);
        assert_eq!(ended.code, Some(2), "{text}");
        assert!(ended.err.contains(said), "{}", ended.err);
    }
}

use super::change::{MAX_MARKDOWN, MAX_TEXT};
use super::*;

#[test]
fn every_setting_is_explained() {
    let mut fields: Vec<String> = Settings::default().fields().keys().cloned().collect();
    let mut explained = Settings::ABOUT.map(|about| about.key.to_owned()).to_vec();
    fields.sort();
    explained.sort();
    assert_eq!(fields, explained);
}

#[test]
fn a_setting_takes_numbers_and_bare_words() {
    let settings = Settings::default();
    assert_eq!(settings.with("sort", "best").unwrap().sort, Sort::Best);
    for title in ["12", "\"The Courier\"", "null", "[a]"] {
        assert_eq!(settings.with("title", title).unwrap().title, title);
    }
    assert_eq!(
        settings.with("title", " The Courier\t").unwrap().title,
        "The Courier"
    );
    assert_eq!(
        settings.with("message", "a\r\nb\r").unwrap().message,
        "a\nb"
    );
    assert_eq!(
        settings.with("replies_shown", "5").unwrap().replies_shown,
        5
    );
}

#[test]
fn a_colour_and_fonts_are_what_can_stand_in_a_style() {
    let settings = Settings::default();
    for (key, good) in [
        ("accent", "#8a1f11"),
        ("accent", ""),
        ("font", "Source Serif 4, Georgia, serif"),
    ] {
        assert!(settings.with(key, good).is_ok(), "{key} {good}");
    }
    for (key, bad) in [
        ("accent", "red"),
        ("accent", "#8a1f1"),
        ("font", "a;}b"),
        ("font", "url(x)"),
        ("font", "\"Georgia\""),
    ] {
        assert!(settings.with(key, bad).is_err(), "{key} {bad}");
    }
}

#[test]
fn links_unfold_as_the_publisher_says() {
    let unfolds = |cards: &str, sites: &str, url: &str| {
        let settings = Settings::default().with("link_cards", cards).unwrap();
        settings
            .with("link_card_sites", sites)
            .unwrap()
            .unfolds(url)
    };
    assert!(Settings::default().unfolds("https://any.example/"));
    assert!(!unfolds("off", "any.example", "https://any.example/"));
    assert!(unfolds(
        "listed",
        "a.example, Any.example",
        "https://any.example/x"
    ));
    assert!(unfolds(
        "listed",
        "any.example",
        "https://www.any.example:8443/x"
    ));
    assert!(!unfolds("listed", "any.example", "https://many.example/x"));
    for url in [
        "https://any.example/x",
        "https://www.any.example:8443/x",
        "https://any.example./x",
        "nothing",
    ] {
        assert!(!unfolds("unlisted", "Any.example", url), "{url}");
    }
    assert!(unfolds("unlisted", "any.example", "https://many.example/x"));
    assert!(unfolds("unlisted", "", "https://any.example/"));
    assert!(!unfolds(
        "listed",
        "any.example",
        "https://any.example.evil.example/"
    ));
    assert!(!unfolds("listed", "", "https://any.example/"));
}

#[test]
fn a_refused_setting_names_the_key_and_what_it_accepts() {
    let refused = |key, value| {
        Settings::default()
            .with(key, value)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused("voting", "sideways"),
        "`voting` cannot be `sideways`: it must be up_and_down, up or off"
    );
    assert_eq!(
        refused("roots_per_page", "0"),
        "`roots_per_page` cannot be `0`: it must be 1 to 100"
    );
    assert!(refused("colour", "red").starts_with("there is no setting `colour`; there are: title"));
}

/// For each setting some values that it does not take: below, above, of another type.
fn unfit(about: &SettingDescription) -> Vec<String> {
    let text = |long: usize| {
        let marks = "\u{301}".repeat(long * 32);
        vec!["x".repeat(long), "é".repeat(long), format!("e{marks}")]
    };
    let mut unfit = match about.takes {
        SettingType::Text(_) => {
            let unwritten = ["a\0", "\u{1b}[31m", "a\u{85}b"].map(str::to_owned);
            [text(MAX_TEXT + 1), unwritten.to_vec()].concat()
        }
        SettingType::Markdown => [text(MAX_MARKDOWN + 1), vec!["a\0".to_owned()]].concat(),
        SettingType::Number(least, most) => vec![(least - 1).to_string(), (most + 1).to_string()],
        SettingType::Choice(words) => words.iter().map(|word| format!("{word}s")).collect(),
    };
    if !matches!(about.takes, SettingType::Text(_) | SettingType::Markdown) {
        let others = [
            "",
            "true",
            "null",
            "[]",
            "{}",
            "1.5",
            "\"1\"",
            "1 2",
            "0x10",
            "١",
            "1e400",
            "-9223372036854775809",
            "9223372036854775808",
            "18446744073709551615",
            "99999999999999999999999",
            "many",
        ];
        unfit.extend(others.map(str::to_owned));
    }
    unfit
}

#[test]
fn every_setting_refuses_what_it_does_not_take_and_says_what_it_takes() {
    for about in Settings::ABOUT {
        for value in unfit(&about) {
            let refused = Settings::default().with(about.key, &value);
            let refused = refused
                .expect_err(&format!("{} = {value}", about.key))
                .to_string();
            let expected = format!("it must be {}", about.takes);
            assert!(refused.contains(&expected), "{refused}");
        }
    }
}

#[test]
fn only_a_list_has_lines() {
    for about in Settings::ABOUT {
        if let SettingType::Text(_) = about.takes {
            let set = Settings::default().with(about.key, "a.example\nb.example");
            assert_eq!(set.is_ok(), about.key == "link_card_sites", "{}", about.key);
        }
    }
}

#[test]
fn a_text_is_as_long_as_people_count_in_any_script() {
    for one in ["字", "👍", "ที่", "क्ष", "👨‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
    {
        for (key, most) in [("title", MAX_TEXT), ("message", MAX_MARKDOWN)] {
            assert!(
                Settings::default().with(key, &one.repeat(most)).is_ok(),
                "{key} {one}"
            );
        }
    }
}

#[test]
fn every_setting_takes_what_it_offers() {
    for about in Settings::ABOUT {
        let fit: Vec<String> = match about.takes {
            SettingType::Number(least, most) => vec![least.to_string(), most.to_string()],
            SettingType::Choice(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            SettingType::Text(_) | SettingType::Markdown => vec![String::new()],
        };
        for value in fit {
            let set = Settings::default().with(about.key, &value).unwrap();
            let now = &set.fields()[about.key];
            let shown = now.as_str().map_or_else(|| now.to_string(), str::to_owned);
            assert_eq!(shown, value, "{}", about.key);
        }
    }
}

#[test]
fn an_entry_that_would_match_nothing_is_named() {
    for (key, value, idle) in [
        (
            "link_card_sites",
            "a.example https://b.example",
            "https://b.example",
        ),
        ("link_card_sites", "a.example,*.b.example", "*.b.example"),
        ("link_card_sites", "a.example/x", "a.example/x"),
        ("link_card_sites", "a.example:8443", "a.example:8443"),
        ("protected_names", "Mayor Quill, !!!", "!!!"),
        ("protected_names", "…", "…"),
        ("protected_names", "🙂", "🙂"),
    ] {
        let refused = Settings::default()
            .with(key, value)
            .unwrap_err()
            .to_string();
        let end = format!("and `{idle}` would match nothing");
        assert!(refused.ends_with(&end), "{refused}");
    }
    let settings = Settings::default().with("link_cards", "listed").unwrap();
    let settings = settings.with("link_card_sites", "Bücher.example").unwrap();
    assert!(settings.unfolds("https://xn--bcher-kva.example/x"));
    assert!(
        settings
            .with("protected_names", "Mayor Quill,, 李雷,")
            .is_ok()
    );
}

#[test]
fn a_key_is_kept_and_not_shown() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let settings = Settings::default().with("external_key", secret).unwrap();
    assert_eq!(settings.external_key.reveal(), secret);
    assert_eq!(settings.fields()["external_key"], HIDDEN);
    assert!(!format!("{settings:?}").contains("MfKQ"));
    let again = settings.with("external_key", HIDDEN).unwrap();
    let other = again.with("title", "News").unwrap();
    assert_eq!(other.external_key.reveal(), secret);
    let refused = settings.with("external_key", "whsec_short").unwrap_err();
    assert!(!refused.to_string().contains("short"), "{refused}");
    let none = settings.with("external_key", "").unwrap();
    assert_eq!(none.fields()["external_key"], "");
}

#[test]
fn reactions_that_look_alike_are_refused() {
    let settings = Settings::default();
    assert!(
        settings
            .with("reactions", "Respect, I learned something")
            .is_ok()
    );
    for double in ["Respect, respect", "Respect, R\u{435}spect"] {
        let refused = settings.with("reactions", double).unwrap_err().to_string();
        assert!(refused.contains("is there twice"), "{refused}");
    }
}

#[test]
fn only_reactions_that_are_offered_count_for_a_comment() {
    let settings = Settings::default()
        .with("reactions", "Respect, I learned something")
        .unwrap();
    assert_eq!(settings.liked(), Vec::<String>::new());
    let liked = settings
        .with("liked_reactions", "RESPECT, Out of use")
        .unwrap();
    assert_eq!(liked.liked(), ["respect"]);
    assert!(liked.with("liked_reactions", "Respect, respect").is_err());
}

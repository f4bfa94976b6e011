//! What strangers write is looked at in time that grows with it and no faster.

use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::{
    PageKey,
    discussion::text,
    identity::{author, names},
    moderation::{learned, word_list},
    publication::origin,
    recordings::{ExternalRecording, Span},
};
use testing::assert_linear;

#[test]
fn looking_for_words_is_linear() {
    let entries = [
        "*a*", "a", "a*", "*a", "aa", "idiot", "c++", ".com", "free $$$", "😄", "漢", "*b.c*", "é",
        "smile",
    ];
    let list = word_list::WordList::new(entries);
    assert_linear("WordList::find", |text| list.find(text));
    assert_linear("are_same", |text| {
        word_list::are_same(text, &format!("{text}!"))
    });
    assert_linear("learned::words", learned::words);
}

#[test]
fn folding_what_looks_alike_is_linear() {
    assert_linear("are_alike", |name| names::are_alike(name, "a"));
    assert_linear("name", author::name);
    assert_linear("lines", text::lines);
    assert_linear("is_blank", text::is_blank);
}

#[test]
fn reading_a_search_and_an_address_is_linear() {
    assert_linear("Search", |typed| typed.parse::<CommentSearch>());
    assert_linear("Search with operators", |typed| {
        format!("author:{typed}").parse::<CommentSearch>()
    });
    assert_linear("PageKey", PageKey::parse);
    assert_linear("PageKey of an address", |typed| {
        PageKey::parse(&format!("https://a.example/{typed}"))
    });
    assert_linear("host", origin::parse_host);
    assert_linear("email", author::parse_email);
}

#[test]
fn reading_times_and_players_out_of_addresses_is_linear() {
    assert_linear("Span", Span::from_fragment);
    assert_linear("Span of a time", |typed| {
        Span::from_fragment(&format!("t={typed}"))
    });
    assert_linear("External", ExternalRecording::parse);
    for start in [
        "soundcloud.com/",
        "youtu.be/",
        "archive.org/details/",
        "a.example/w/",
    ] {
        assert_linear(start, |typed| {
            ExternalRecording::parse(&format!("https://{start}{typed}"))
        });
    }
}

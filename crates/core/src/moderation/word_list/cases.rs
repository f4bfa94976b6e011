//! What is found by which entry, and what is not, as one table.

use super::*;

/// An entry, and what shows it.
const FOUND: &[(&str, &[&str])] = &[
    (
        "darn",
        &[
            // Case and the signs around a word.
            "darn",
            "DARN",
            "Darn!",
            "(darn)",
            "“darn”",
            "darn.You",
            "you.darn",
            "darn,you",
            "darn/you",
            "darn…",
            "—darn—",
            "_darn_",
            "#darn",
            "@darn",
            "darn's",
            "darn’s",
            "'darn'",
            "darn?!",
            "darn™",
            "darn²",
            "darn:you",
            "x@darn.com",
            "https://darn.com/x",
            "https://a.example/darn?b",
            // Invisible characters.
            "da\u{ad}rn",
            "d\u{200b}a\u{200b}rn",
            "d\u{200c}arn",
            "d\u{200d}arn",
            "da\u{2060}rn",
            "da\u{feff}rn",
            "da\u{202e}rn",
            "\u{2067}darn\u{2069}",
            "da\u{200e}rn",
            "da\u{61c}rn",
            "da\u{fe0f}rn",
            "da\u{fe00}rn",
            "da\u{e0101}rn",
            "da\u{e0061}rn",
            "da\u{34f}rn",
            "da\u{180e}rn",
            "da\u{115f}rn",
            "da\u{3164}rn",
            "da\u{0}rn",
            "d\u{17b5}arn",
            // Marks over and under letters.
            "da\u{301}rn",
            "d\u{336}a\u{336}r\u{336}n\u{336}",
            "dárn",
            "dạrn",
            "d̲a̲r̲n̲",
            "d⃝a⃝r⃝n⃝",
            "d\u{30d}\u{323}\u{31b}arn",
            // Other forms of the same letters.
            "ｄａｒｎ",
            "ＤＡＲＮ",
            "𝐝𝐚𝐫𝐧",
            "𝓭𝓪𝓻𝓷",
            "𝕯𝖆𝖗𝖓",
            "𝚍𝚊𝚛𝚗",
            "ⓓⓐⓡⓝ",
            "🄳🄰🅁🄽",
            "🅓🅐🅡🅝",
            "🅳🅰🆁🅽",
            "ᵈᵃʳⁿ",
            "ᴅᴀʀɴ",
            "dɑrn",
            // Letters of other scripts that look like them.
            "dаrn",
            "DАRN",
            "ԁarn",
            "daгn",
            "dαrn",
            "dаrп",
            "darո",
            // Digits and signs.
            "d4rn",
            "d@rn",
            "D@RN!",
            "d@rn.",
            "d@rn, you",
            // Signs between the letters.
            "d.arn",
            "da.rn",
            "d-arn",
            "da_rn",
            "d*arn",
            "da/rn",
            "d·a·r·n",
            "d.a.r.n",
            "d-a-r-n.",
            "da\u{2011}rn",
            "d🔥a🔥r🔥n",
            "da👍rn",
            "d|arn",
            "da[r]n",
            "d--arn",
            "so d.a.rn it",
            "da'rn",
            // Letters apart, and stretched.
            "d a r n",
            "d  a  r  n",
            "daaaaarn",
            "darrrrrn",
            "DAAARN",
            "d4444rn d444rn daaa@rn darnnnn",
        ],
    ),
    (
        "hell",
        &[
            "hell",
            "hell.You",
            "go to hell!!!",
            "hell’s bells",
            "he||",
            "he11",
            "HeIl",
            "hеll",
            "what the hell?",
        ],
    ),
    (
        "viagra",
        &[
            "viagra.com",
            "www.viagra.com",
            "https://viagra.com/buy",
            "v1agra",
            "VIAGRA®",
            "vi@gra",
            "v-i-a-g-r-a",
        ],
    ),
    (
        "ass",
        &[
            "ass", "a$$", "@ss", "@$$", "a.s.s", "asss", "ass’s", "ASS", "aß",
        ],
    ),
    (
        "idiot",
        &[
            "You idiot.",
            "1d10t",
            "idiooooot",
            "i d i o t",
            "i.d.i.o.t",
            "ïdiöt",
            "іdiot",
            "ｉｄｉｏｔ",
            "i-d-i-o-t!",
            "!diot",
            "ıdıot",
            "İDİOT",
            "id!ot",
            "id|ot",
            "l’idiot",
        ],
    ),
    ("idіot", &["idiot", "idіot"]),
    ("strasse", &["Straße", "STRASSE", "STRAẞE", "straſse"]),
    ("straße", &["Straße", "strasse", "STRASSE"]),
    ("fist", &["ﬁst", "ﬁﬆ"]),
    ("café", &["cafe", "CAFÉ", "cafe\u{301}"]),
    ("oeuvre", &["œuvre"]),
    ("smor", &["smør"]),
    // Open at an end.
    ("idiot*", &["idiot", "idiotic", "idiots", "1d10ts"]),
    ("*idiot", &["superidiot", "idiot"]),
    ("*idiot*", &["superidiotic"]),
    // Phrases.
    (
        "buy now",
        &[
            "buy now",
            "BUY,  now!",
            "buy\nnow",
            "buy\r\n\r\nnow",
            "buy-now",
            "buy… now",
            "buy. Now",
            "bu\u{ad}y now",
            "b.uy now",
        ],
    ),
    (
        "mother-in-law",
        &["mother-in-law", "mother in law", "Mother‑in‑Law"],
    ),
    ("he'll", &["he'll", "He’ll", "heʼll"]),
    ("can't", &["can't", "CAN’T"]),
    ("o'hell", &["o'hell"]),
    // Exactly what it says.
    ("c++", &["c++", "C++!", "use C++, not c", "С++"]),
    ("c#", &["C#", "c#."]),
    (".com", &["viagra.com", "www.x.com/y", ".COM"]),
    (".net", &["the .NET runtime"]),
    (
        "viagra.com",
        &[
            "viagra.com",
            "https://www.viagra.com/",
            "VIAGRA.COM",
            "vіagra.com",
            "via\u{200b}gra.com",
        ],
    ),
    (
        "free $$$",
        &["free $$$", "FREE  $$$!", "free\n$$$$", "fr\u{ad}ee $$$"],
    ),
    ("$$$", &["$$$", "a$$$b"]),
    ("100%", &["100% free", "100%."]),
    ("🍆", &["🍆", "you🍆me", "🍆🍆"]),
    ("❤️", &["❤️", "❤"]),
    ("👍", &["👍", "👍🏽"]),
    ("👍🏽", &["👍🏽"]),
    ("👨‍👩‍👧", &["👨‍👩‍👧"]),
    ("🇩🇪", &["🇩🇪"]),
    (":)", &["hi :)", ":))"]),
    ("#metoo", &["#MeToo", "so #metoo."]),
    ("!!!", &["no!!!"]),
    ("420", &["420", "it's 420!"]),
    ("c4", &["c4", "C4."]),
    ("xxx", &["xxx", "XXX", "xxxxxx"]),
    // Other scripts.
    (
        "天安门",
        &["在天安门广场", "天安门", "天 安 门", "天·安·门"],
    ),
    ("笨蛋", &["你这个笨蛋", "笨 蛋", "笨\u{200b}蛋"]),
    ("バカ", &["バカ", "ﾊﾞｶ", "バカ者", "バカ。"]),
    ("바보", &["바보", "바\u{200b}보", "바보!"]),
    ("바보*", &["바보는"]),
    ("ควาย", &["ไอ้ควายเอ๊ย", "ควาย"]),
    ("كلب", &["كلب", "كـلـب", "كَلْب", "كلـــــب", "ﻛﻠﺐ"]),
    ("أحمق", &["احمق", "أحمق", "إحمق"]),
    ("شلوم", &["شلوم"]),
    ("כלב", &["כֶּלֶב", "כלב"]),
    (
        "дурак",
        &["дурак", "ДУРАК", "дypaк", "д.у.р.а.к", "дурааак"],
    ),
    ("хуй", &["хуй", "ХУЙ", "xyй"]),
    ("ёлка", &["елка", "Ёлка"]),
    ("μαλάκας", &["μαλάκας", "ΜΑΛΑΚΑΣ", "μαλακασ"]),
    ("कुत्ता", &["कुत्ता"]),
    ("п'ять", &["п'ять", "П’ЯТЬ"]),
];

/// An entry, and what does not show it, however like it looks.
const INNOCENT: &[(&str, &[&str])] = &[
    (
        "hell",
        &[
            "he'll",
            "he’ll",
            "heʼll",
            "she'll",
            "hello",
            "shell",
            "Michelle",
            "h e l l o",
            "helloo",
            "HE'LL",
            "hellish",
        ],
    ),
    ("cunt", &["Scunthorpe", "scunt-horpe"]),
    (
        "ass",
        &[
            "class",
            "assassin",
            "as",
            "pass",
            "as s",
            "Bass",
            "A55",
            "the A55 road",
            "455",
            "gas stove",
            "U.S.A.S.S.R.",
            "as, so",
            "massage",
        ],
    ),
    ("tit", &["title", "Titan", "it’s T. It"]),
    (
        "darn",
        &[
            "dam", "dearn", "Darnell", "d arn", "da rn", "darned", "dar n", "da. rn", "da, rn",
            "d'arn", "don",
        ],
    ),
    ("burn", &["bum"]),
    ("dam", &["darn"]),
    ("fall", &["fail", "FAIL"]),
    ("fail", &["fall"]),
    ("lass", &["l'ass", "class"]),
    ("can", &["can't", "can’t"]),
    ("don", &["don't"]),
    ("ll", &["he'll"]),
    ("re", &["you're"]),
    ("t", &["don't"]),
    ("god", &["good"]),
    ("idiot", &["idiotic", "id iot"]),
    ("idiot*", &["anidiot"]),
    ("*idiot", &["idiotic"]),
    ("buy now", &["buy nowhere", "now buy", "buynow"]),
    ("c++", &["c", "abc++", "vitamin c", "c+", "c +"]),
    ("c#", &["c", "abc#"]),
    (".com", &["com", "commons", "x.community", "com.example"]),
    ("free $$$", &["free", "free $$", "free sss", "carefree $$$"]),
    (
        "viagra.com",
        &["viagra", "notviagra.com", "viagra.community", "viagra com"],
    ),
    ("$$$", &["sss", "$$", "$"]),
    ("100%", &["100", "1100%"]),
    ("🍆", &["🍅", ""]),
    ("👩", &["👩‍👩‍👧"]),
    ("👍🏽", &["👍", "👍🏿"]),
    ("🇩🇪", &["de", "🇩🇰"]),
    ("de", &["🇩🇪"]),
    ("420", &["4.20", "4200", "1420"]),
    ("10", &["1000", "lo", "100"]),
    ("c4", &["ca", "c"]),
    ("ca", &["c4"]),
    ("as", &["a5", "A5"]),
    ("xxx", &["xx", "x"]),
    ("www", &["ww"]),
    ("笨蛋", &["他很笨，蛋糕", "笨。蛋", "蛋笨"]),
    ("バカ", &["バカンス", "ハカ", "アルバカーキ"]),
    ("はか", &["ばか"]),
    ("바보", &["바보는"]),
    ("нет", &["het"]),
    ("сор", &["cop"]),
    ("nun", &["пип"]),
    ("май", &["маи"]),
    ("كلب", &["كلبة"]),
    ("sss", &["ß"]),
];

/// Lines that cannot stand in a list.
const UNUSABLE: &[&str] = &[
    "",
    " ",
    "*",
    "**",
    " * * ",
    "id*ot",
    "c**",
    "\u{200b}",
    "\u{fe0f}*",
    "\u{301}",
    "\u{2800}",
    "\u{64b}",
];

fn places(entry: &str, text: &str) -> Vec<String> {
    let found = WordList::new([entry]).find(text).into_iter();
    found.map(|hit| text[hit.range].to_owned()).collect()
}

#[test]
fn an_entry_is_found_in_whatever_shows_it() {
    let mut missed = Vec::new();
    for (entry, texts) in FOUND {
        let missing = texts.iter().filter(|text| places(entry, text).is_empty());
        missed.extend(missing.map(|text| format!("{entry:?} in {text:?}")));
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
}

#[test]
fn an_entry_is_not_found_in_what_only_resembles_it() {
    let mut wrong = Vec::new();
    for (entry, texts) in INNOCENT {
        for text in *texts {
            let found = places(entry, text);
            if !found.is_empty() {
                wrong.push(format!("{entry:?} in {text:?}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "found:\n{}", wrong.join("\n"));
}

#[test]
fn every_entry_that_can_stand_in_a_list_is_found_as_it_is_written() {
    for (entry, _) in FOUND.iter().chain(INNOCENT) {
        assert_eq!(check(entry), Ok(()), "{entry:?}");
    }
    for entry in UNUSABLE {
        assert!(check(entry).is_err(), "{entry:?}");
    }
    assert_eq!(check(&"a".repeat(MAX_ENTRY)), Ok(()));
    assert_eq!(
        check(&"a".repeat(MAX_ENTRY + 1)),
        Err(EntryProblem::TooLong)
    );
}

#[test]
fn what_is_found_is_marked_whole() {
    for (entry, text, marked) in [
        ("buy now", "Please BUY,  now!", "BUY,  now"),
        ("darn", "so d\u{200b}a\u{301}-rn.", "d\u{200b}a\u{301}-rn"),
        ("idiot*", "Such idiotic talk", "idiotic"),
        ("*idiot", "A superidiot", "superidiot"),
        ("hell", "hell.You", "hell"),
        ("darn", "well daaaaarn it", "daaaaarn"),
        ("darn", "d a r n it", "d a r n"),
        ("c++", "use C++!", "C++"),
        ("天安门", "在天安门广场", "天安门"),
        ("a$$", "a$$", "a$$"),
        ("darn", "ⓓⓐⓡⓝ", "ⓓⓐⓡⓝ"),
    ] {
        assert_eq!(places(entry, text), [marked], "{entry} in {text}");
    }
    let list = WordList::new(["bad", "worse"]);
    let found: Vec<_> = list
        .find("bad, good, worse, bad")
        .into_iter()
        .map(|hit| hit.range)
        .collect();
    assert_eq!(found, [0..3, 11..16, 18..21]);
}

#[test]
fn an_empty_list_finds_nothing() {
    assert!(WordList::new([]).find("anything").is_empty());
    assert!(
        WordList::new(UNUSABLE.iter().copied())
            .find("any * thing")
            .is_empty()
    );
}

#[test]
fn a_long_text_has_no_more_places_than_can_be_looked_at() {
    assert_eq!(
        WordList::new(["darn"]).find(&"darn ".repeat(10_000)).len(),
        MAX_MATCHES
    );
}

#[test]
fn texts_that_read_the_same_are_the_same() {
    for (one, other) in [
        ("Read this", "read  this\n"),
        ("Read this", "Re\u{200b}ad this"),
        ("Read this", "Rеad this"),
        ("a\r\nb", "a b"),
    ] {
        assert!(are_same(one, other), "{one:?} {other:?}");
    }
    for (one, other) in [
        ("Read this", "Read that"),
        ("👍", "👎"),
        ("Yes.", "Yes?"),
        ("", "a"),
    ] {
        assert!(!are_same(one, other), "{one:?} {other:?}");
    }
}

#[test]
fn in_ascii_a_letter_stands_for_itself_alone() {
    let ascii = || (0..=127_u8).map(char::from);
    for (one, other) in ascii().flat_map(|one| ascii().map(move |other| (one, other))) {
        for text in [format!("a{one}{other}b"), format!("{one}c{other}")] {
            let read = as_read(&text);
            assert!(letters(&text).eq(letters(&read)), "{text:?} {read:?}");
        }
    }
}

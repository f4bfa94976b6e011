//! Whether work grows with its input and no faster, whatever the input is.

use std::fs;
use std::time::Duration;

use crate::rounds;

/// What parsers of any sort have stumbled over, to be repeated and put together.
const TOKENS: [&str; 97] = [
    "&",
    "&amp;",
    "&lt;",
    "&#38;",
    "&#",
    "&a",
    "<",
    ">",
    "\"",
    "'",
    "=",
    "/",
    "\u{a0}",
    "«",
    "\0",
    "http://a.b/‹",
    "http://a.b/",
    "http://)",
    "http",
    "www.a.b",
    "a@b.c",
    "mailto:a@b.c",
    "。",
    "<b>",
    "</b>",
    "<i>",
    "<br>",
    "<p>",
    "</p>",
    "<li>",
    "<ul>",
    "<h1>",
    "<td>",
    "<pre>",
    "<div",
    "<a href=https://a.b>",
    "<a href=\"",
    "</a>",
    "<a href='https://a.b/&&&'>x</a>",
    "<!--",
    "-->",
    "<script>",
    "</script",
    "<spoiler>",
    "<span class=spoiler>",
    "</span>",
    "<title>",
    "<title>x</title>",
    "<img src=https://a.b/ alt=",
    "<meta property=og:title content=x>",
    "<link rel=icon href=",
    "*",
    "**",
    "_",
    "~~",
    "||",
    "`",
    "``",
    "[",
    "]",
    "](",
    "![",
    "(",
    ")",
    "\\",
    "[a]: /b\n",
    "[a]",
    "[^1]",
    "[^1]: a\n",
    "[a](http://b.c)[d](http://e.f)",
    "|",
    "|-|\n",
    "a|b\n",
    "\n",
    "\n\n",
    "\r",
    " ",
    "\t",
    "> ",
    "- ",
    "1. ",
    "# ",
    "a",
    "é",
    "漢",
    "😄",
    ":smile:",
    ":",
    ".",
    "e\u{301}",
    "\u{301}",
    "\u{200d}",
    "3:48",
    "3:48 to ",
    "\\3:48",
    "clip 2 ",
    "#2 ",
];

/// Makes an input of about so many bytes.
type Make = Box<dyn Fn(usize) -> String>;

/// Fails if `work` takes more than its share of time for four times the input, for inputs that are
/// made of whatever is hostile: each token repeated, and some of all pairs, all under `--long`.
///
/// Time is that of the processor, and only what is far from linear counts: four times the input may
/// take eight times as long, where the square takes sixteen.
#[track_caller]
pub fn assert_linear<T>(what: &str, work: impl Fn(&str) -> T) {
    assert_linear_of(what, &TOKENS, work);
}

/// [`assert_linear`] for what has tokens of its own.
#[track_caller]
pub fn assert_linear_of<T>(what: &str, tokens: &[&'static str], work: impl Fn(&str) -> T) {
    for (name, make) in inputs(tokens) {
        let is_square = [SIZE, SIZE * 4]
            .into_iter()
            .all(|size| grows(&work, &make, size));
        assert!(!is_square, "{what} of {name} is not linear");
    }
}

/// The smaller input in bytes: large enough for a square to show in it, and quickly done.
const SIZE: usize = 12_000;

/// What is done so quickly takes no time that could be told from noise.
const SHORT: Duration = Duration::from_millis(4);

/// Whether four times the input takes more than eight times as long, each time that it is tried.
fn grows<T>(work: &impl Fn(&str) -> T, make: &Make, size: usize) -> bool {
    let (small, large) = (make(size), make(size * 4));
    (0..3).all(|_| {
        let took = took(|| work(&large));
        took > SHORT && took > self::took(|| work(&small)) * 8
    })
}

/// Every token alone, and pairs of them: one after the other, half of each, one long word with each.
fn inputs(tokens: &[&'static str]) -> Vec<(String, Make)> {
    let mut inputs: Vec<(String, Make)> = Vec::new();
    for token in tokens {
        inputs.push((
            format!("{token:?}"),
            Box::new(|n| token.repeat(n / token.len())),
        ));
    }
    let n_pairs = tokens.len() * tokens.len();
    // A step that shares no factor with their number comes by all of them, far apart.
    for nth in 0..rounds(24, n_pairs) {
        let pair = nth * 3_571 % n_pairs;
        let (one, other) = (tokens[pair / tokens.len()], tokens[pair % tokens.len()]);
        let turns = one.len() + other.len();
        inputs.push((
            format!("{one:?} and {other:?} by turns"),
            Box::new(move |n| format!("{one}{other}").repeat(n / turns)),
        ));
        let half = |token: &'static str, n: usize| token.repeat(n / 2 / token.len());
        inputs.push((
            format!("{one:?}, then {other:?}"),
            Box::new(move |n| half(one, n) + &half(other, n)),
        ));
    }
    inputs
}

/// How long `work` kept the processor.
fn took<T>(work: impl Fn() -> T) -> Duration {
    let before = on_processor();
    std::hint::black_box(work());
    on_processor().saturating_sub(before)
}

/// The time that this thread has had of the processor; where that is not told, the time of day.
fn on_processor() -> Duration {
    // What is told is brought up to date when the thread lets go.
    std::thread::yield_now();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse().ok());
    nanos.map_or_else(time_of_day, Duration::from_nanos)
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a test takes is no time of the product"
)]
fn time_of_day() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

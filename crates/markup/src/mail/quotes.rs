//! What a mail program puts around what somebody writes: quotes, what announces them, signatures.
//!
//! Programs and languages differ, so nearly nothing here is one program's: what announces a quote ends
//! with a colon and has a date and a verb of writing, or a time and an address. Where it cannot be told,
//! a line stays.

/// The line that a signature stands below.
pub(super) const SIGNATURE: &str = "-- ";

/// No line that announces a quote is longer, in bytes.
const MAX_LINE: usize = 400;

/// So many lines an announcement is broken into at most.
const MAX_LINES: usize = 3;

/// How what announces a quote says that somebody wrote it.
const VERBS: [&str; 18] = [
    "wrote",
    "writes",
    "schrieb",
    "écrit",
    "ecrit",
    "escribió",
    "escribio",
    "escreveu",
    "scritto",
    "schreef",
    "skrev",
    "пишет",
    "писал",
    "كتب",
    "書きました",
    "のメール",
    "写道",
    "寫道",
];

/// What Outlook calls the sender of the mail below.
const FROM: [&str; 11] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "från",
    "от",
    "من",
    "差出人",
    "发件人",
    "寄件者",
];

/// What it calls the time.
const SENT: [&str; 21] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "envoye",
    "enviado",
    "enviado el",
    "enviada em",
    "enviado em",
    "fecha",
    "data",
    "inviato",
    "verzonden",
    "отправлено",
    "дата",
    "تاريخ الإرسال",
    "التاريخ",
    "送信日時",
    "日付",
    "发送时间",
];

/// How phones and programs name themselves in a last line.
const SIGN_OFFS: [&str; 15] = [
    "sent from my ",
    "sent from outlook",
    "sent from mail for ",
    "get outlook for ",
    "von meinem ",
    "gesendet von ",
    "envoyé de mon ",
    "envoyé depuis ",
    "enviado desde ",
    "enviado do meu ",
    "отправлено с ",
    "отправлено из ",
    "iphoneから送信",
    "androidから送信",
    "أُرسلت من ",
];

/// What somebody wrote of `text`: their own lines, in paragraphs.
pub(super) fn cut(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(end_trimmed).collect();
    let mut own: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let rest = &lines[at..];
        if is_end(line, rest) {
            break;
        }
        let n_announcing = announcing(rest);
        if n_announcing > 0 && !is_quoted(first_said(&rest[n_announcing..])) {
            // All that follows is quoted, without marks.
            break;
        }
        if n_announcing == 0 && !is_quoted(line) {
            own.push(line);
        }
        at += n_announcing.max(1);
    }
    while own
        .last()
        .is_some_and(|line| line.trim().is_empty() || is_sign_off(line))
    {
        own.pop();
    }
    paragraphs(&own)
}

/// Without the space at the end, but for the line of signatures.
fn end_trimmed(line: &str) -> &str {
    match line.trim_end_matches(['\r', '\n']) {
        SIGNATURE => SIGNATURE,
        line => line.trim_end(),
    }
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The first line that is not empty.
fn first_said<'a>(lines: &[&'a str]) -> &'a str {
    let said = lines.iter().find(|line| !line.trim().is_empty());
    said.copied().unwrap_or_default()
}

/// Whether nothing from `line` on is what somebody wrote; `rest` begins with it.
fn is_end(line: &str, rest: &[&str]) -> bool {
    let word = line.trim();
    if line == SIGNATURE || word == "--" || is_header_block(rest) {
        return true;
    }
    let is_rule = word.len() >= 20 && word.bytes().all(|b| b == b'_');
    if is_rule {
        let below = rest
            .iter()
            .skip(1)
            .skip_while(|line| line.trim().is_empty());
        return is_header_block(&below.copied().take(5).collect::<Vec<_>>());
    }
    word.starts_with("----") && word.ends_with("----") && word.contains(char::is_alphabetic)
}

/// Whether `lines` begin with the sender and the time of another mail, as Outlook writes them.
fn is_header_block(lines: &[&str]) -> bool {
    let label = |line: &str| {
        let (label, _) = line.split_once([':', '：'])?;
        (label.len() <= 60).then(|| label.trim_matches(['*', '_', ' ', '\u{a0}']).to_lowercase())
    };
    let is_of = |line: &&str, words: &[&str]| {
        label(line).is_some_and(|label| words.contains(&label.as_str()))
    };
    let mut lines = lines.iter();
    let begins = lines.next().is_some_and(|line| is_of(line, &FROM));
    begins && lines.take(3).any(|line| is_of(line, &SENT))
}

/// How many of the first of `lines` announce a quote.
fn announcing(lines: &[&str]) -> usize {
    let n_digits = |text: &str| text.chars().filter(|c| c.is_numeric()).count();
    let first = lines.first().copied().unwrap_or_default();
    if first.len() > MAX_LINE || is_quoted(first) || n_digits(first) < 4 {
        return 0;
    }
    let mut whole = String::new();
    for (n, line) in lines.iter().take(MAX_LINES).enumerate() {
        if line.trim().is_empty() || line.len() > MAX_LINE || is_quoted(line) {
            return 0;
        }
        whole.push(' ');
        whole.push_str(line.trim());
        if whole.ends_with([':', '：']) {
            return match says_who_wrote(&whole.to_lowercase()) {
                true => n + 1,
                false => 0,
            };
        }
    }
    0
}

/// Whether a text with a date says that somebody wrote something.
fn says_who_wrote(text: &str) -> bool {
    let has_time = || {
        let bytes = text.as_bytes();
        let is_time = |of: &[u8]| {
            matches!(of, [a, b':' | b'.', c, d]
                if a.is_ascii_digit() && c.is_ascii_digit() && d.is_ascii_digit())
        };
        bytes.windows(4).any(is_time)
    };
    VERBS.iter().any(|verb| text.contains(verb)) || (text.contains('@') && has_time())
}

fn is_sign_off(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.len() <= 120 && SIGN_OFFS.iter().any(|begin| line.starts_with(begin))
}

/// `lines` with one empty line between paragraphs, and none around them.
fn paragraphs(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut is_apart = false;
    for line in lines {
        if line.trim().is_empty() {
            is_apart = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if is_apart { "\n\n" } else { "\n" });
        }
        is_apart = false;
        out.push_str(line);
    }
    out.trim().to_owned()
}

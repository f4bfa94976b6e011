//! Times in addresses: `90`, `90.5`, `1:30`, `1:02:33`, `1h2m3s`.

/// Longer than any recording; what names more is no time.
pub(super) const MAX_MS: u64 = 1_000 * 3_600 * 1_000;

/// The milliseconds that `text` names.
pub(super) fn ms(text: &str) -> Option<u64> {
    let ms = match text {
        _ if text.contains(':') => clock(text),
        _ if text.ends_with(['h', 'm', 's']) => units(text),
        _ => seconds(text),
    };
    ms.filter(|ms| *ms <= MAX_MS)
}

/// `3:48`, `1:02:33.5`. The parts below the first have two digits.
fn clock(text: &str) -> Option<u64> {
    let (first, rest) = text.split_once(':')?;
    let (minutes, last) = match rest.split_once(':') {
        Some((minutes, last)) => (number(first)? * 60 + sixty(minutes)?, last),
        None => (number(first)?, rest),
    };
    let whole = last.split('.').next()?;
    sixty(whole)?;
    Some(minutes * 60_000 + seconds(last)?)
}

/// `1h2m3s`, each unit at most once and in this order.
fn units(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total = 0;
    for (unit, ms) in [('h', 3_600_000), ('m', 60_000), ('s', 1_000)] {
        if let Some((n, after)) = rest.split_once(unit) {
            total += number(n)? * ms;
            rest = after;
        }
    }
    rest.is_empty().then_some(total)
}

/// `228`, `228.5`; what is finer than a millisecond is left out.
fn seconds(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = decimals.bytes().map(|b| u64::from(b - b'0'));
    let ms = [100, 10, 1].into_iter().zip(digits);
    Some(number(whole)? * 1_000 + ms.map(|(worth, digit)| worth * digit).sum::<u64>())
}

/// A whole number of at most nine digits, so that nothing made of it is too large.
fn number(text: &str) -> Option<u64> {
    let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn sixty(text: &str) -> Option<u64> {
    number(text).filter(|n| text.len() == 2 && *n < 60)
}

//! What a cell says: a day, an amount, a status.

use crate::funding::{Currency, Money};
use crate::time::Time;

/// Whether the money of a row has moved, as far as its status says.
pub(super) fn is_done(status: &str) -> bool {
    const NOT_DONE: [&str; 10] = [
        "failed",
        "pending",
        "canceled",
        "cancelled",
        "requires",
        "declined",
        "expired",
        "invalid",
        "incomplete",
        "vorgemerkt",
    ];
    let status = status.to_lowercase();
    !NOT_DONE.iter().any(|word| status.contains(word))
}

/// In which order a column writes days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayOrder {
    DayFirst,
    MonthFirst,
}

impl DayOrder {
    /// With slashes both are usual: one day beyond the twelfth tells.
    pub(super) fn of<'a>(mut cells: impl Iterator<Item = &'a str>) -> Self {
        let is_month_first = cells.any(|cell| {
            let numbers = numbers(cell);
            cell.contains('/') && numbers[0] <= 12 && numbers[1] > 12 && numbers[1] <= 31
        });
        match is_month_first {
            true => Self::MonthFirst,
            false => Self::DayFirst,
        }
    }

    /// The first moment of the day of a cell.
    pub(super) fn day(self, cell: &str) -> Option<Time> {
        let [a, b, c] = numbers(cell);
        let (year, month, day) = match self {
            _ if a > 31 => (a, b, c),
            Self::MonthFirst if cell.contains('/') => (c, a, b),
            _ => (c, b, a),
        };
        let year = if year < 100 { year + 2_000 } else { year };
        let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        (1_970..=2_200).contains(&year).then(|| text.parse().ok())?
    }
}

/// The first three numbers of a text.
fn numbers(text: &str) -> [u32; 3] {
    let parts = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut numbers = parts.map(|part| part.parse().unwrap_or(u32::MAX));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// The sign before the decimals of a column of amounts.
pub(super) fn point_of<'a>(cells: impl Iterator<Item = &'a str>) -> char {
    let (mut points, mut commas) = (0, 0);
    for cell in cells {
        let Some(at) = cell.rfind(['.', ',']) else {
            continue;
        };
        let has_both = cell.contains('.') && cell.contains(',');
        let n_behind = cell[at + 1..]
            .chars()
            .take_while(char::is_ascii_digit)
            .count();
        if has_both || n_behind != 3 {
            match cell.as_bytes()[at] {
                b'.' => points += 1,
                _ => commas += 1,
            }
        }
    }
    if commas > points { ',' } else { '.' }
}

/// The amount of a cell; below zero where it has a minus, before or behind, or stands in brackets.
pub(super) fn amount(cell: &str, point: char, currency: Currency) -> Option<Money> {
    let is_negative = cell.contains(['-', '\u{2212}']) || cell.trim_start().starts_with('(');
    let digits = cell.chars().filter(|c| c.is_ascii_digit() || *c == point);
    let digits: String = digits.map(|c| if c == point { '.' } else { c }).collect();
    let mut money = Money::parse(digits.trim_end_matches('.'), currency).ok()?;
    if is_negative {
        money.minor = -money.minor;
    }
    Some(money)
}

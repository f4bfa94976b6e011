//! Amounts in whole numbers of a currency's smallest unit.

use crate::funding::Currency;

/// The greatest amount, either way, in the smallest unit: sums of a thousand of them still fit.
pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

/// An amount of a currency: of EUR, 312000 is 3,120.00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// In the currency's smallest unit; below zero where it went out.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why a text is no amount of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    /// It holds something else than digits and one point.
    #[error("an amount has digits and one decimal point, such as 12.50")]
    NoNumber,
    /// It has more decimals than the currency.
    #[error("the currency has fewer decimals")]
    TooFine,
    /// It is greater than [`MAX_MINOR`].
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// Read an amount digit by digit: `3`, `3.5` and `3.00` are amounts of EUR, `3.005` is none.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, NotAnAmount> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
        let ends_in_point = digits.ends_with('.');
        if whole.is_empty() || ends_in_point || !is_number(whole) || !is_number(part) {
            return Err(NotAnAmount::NoNumber);
        }
        let decimals = currency.decimals() as usize;
        // Zeros beyond what the currency has change nothing.
        let part = match part.get(decimals..) {
            Some(rest) if rest.bytes().all(|digit| digit == b'0') => &part[..decimals],
            Some(_) => return Err(NotAnAmount::TooFine),
            None => part,
        };
        let mut minor: i64 = 0;
        let zeros = std::iter::repeat_n(b'0', decimals - part.len());
        for digit in whole.bytes().chain(part.bytes()).chain(zeros) {
            minor = minor * 10 + i64::from(digit - b'0');
            if minor > MAX_MINOR {
                return Err(NotAnAmount::TooLarge);
            }
        }
        Ok(Self {
            minor: sign * minor,
            currency,
        })
    }

    /// The amount with all its decimals and a point, as programs write it: `3120.00`.
    pub fn plain(self) -> String {
        let (sign, whole, part) = self.parts();
        match self.currency.decimals() as usize {
            0 => format!("{sign}{whole}"),
            decimals => format!("{sign}{whole}.{part:0decimals$}"),
        }
    }

    /// What is before the point and what is behind it, without the sign.
    pub fn split(self) -> (i64, u64) {
        let (_, whole, part) = self.parts();
        (i64::try_from(whole).unwrap_or(i64::MAX), part)
    }

    fn parts(self) -> (&'static str, u64, u64) {
        let unit = 10_u64.pow(self.currency.decimals());
        let minor = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        (sign, minor / unit, minor % unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> Result<i64, NotAnAmount> {
        Money::parse(text, currency.parse().unwrap()).map(|money| money.minor)
    }

    #[test]
    fn an_amount_is_read_by_its_digits() {
        for (text, currency, expected) in [
            ("3.00", "EUR", 300),
            ("3", "EUR", 300),
            ("3.5", "EUR", 350),
            ("0.07", "EUR", 7),
            ("-12.50", "EUR", -1_250),
            ("990", "JPY", 990),
            ("990.00", "JPY", 990),
            ("1.250", "KWD", 1_250),
            ("0.1000", "CLF", 1_000),
            ("1.2300", "EUR", 123),
            ("0001.00", "EUR", 100),
        ] {
            assert_eq!(minor(text, currency), Ok(expected), "{text} {currency}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_and_nothing_is_rounded() {
        for (text, currency, why) in [
            ("3.005", "EUR", NotAnAmount::TooFine),
            ("990.5", "JPY", NotAnAmount::TooFine),
            ("", "EUR", NotAnAmount::NoNumber),
            (".5", "EUR", NotAnAmount::NoNumber),
            ("5.", "EUR", NotAnAmount::NoNumber),
            ("1,50", "EUR", NotAnAmount::NoNumber),
            ("1e3", "EUR", NotAnAmount::NoNumber),
            ("--1", "EUR", NotAnAmount::NoNumber),
            ("+1", "EUR", NotAnAmount::NoNumber),
            ("١", "EUR", NotAnAmount::NoNumber),
            ("1.2.3", "EUR", NotAnAmount::NoNumber),
            ("NaN", "EUR", NotAnAmount::NoNumber),
            ("10000000000000.01", "EUR", NotAnAmount::TooLarge),
            (&"9".repeat(400), "EUR", NotAnAmount::TooLarge),
        ] {
            assert_eq!(minor(text, currency), Err(why), "{text} {currency}");
        }
    }

    #[test]
    fn an_amount_is_written_with_all_its_decimals() {
        let plain = |minor, currency: &str| {
            let currency = currency.parse().unwrap();
            Money { minor, currency }.plain()
        };
        assert_eq!(plain(312_000, "EUR"), "3120.00");
        assert_eq!(plain(-7, "EUR"), "-0.07");
        assert_eq!(plain(990, "JPY"), "990");
        assert_eq!(plain(1_250, "KWD"), "1.250");
    }
}

//! Currencies by ISO 4217, a few coins beside them, and how many decimals each has.

use std::fmt;
use std::str::FromStr;

/// A currency of ISO 4217, or a coin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// A text that names no currency.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a currency such as EUR")]
pub struct NotACurrency;

/// The currencies without a smaller unit.
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";

/// The currencies with three decimals.
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// The units of account with four decimals.
const TEN_THOUSANDTHS: &str = "CLF UYW";

/// The coins that a BTCPay Server takes without more ado, with eight decimals. They have no code of ISO 4217
/// and go by the one that everybody uses.
const COINS: &str = "BTC LTC";

/// The currencies with two decimals. The fifths of MGA and MRU are written as two decimals, too.
const HUNDREDTHS: &str = "\
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL \
    HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT \
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB \
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH \
    USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

/// What some currencies are called by a sign that readers know.
const SIGNS: [(&str, &str); 10] = [
    ("EUR", "€"),
    ("GBP", "£"),
    ("USD", "$"),
    ("JPY", "¥"),
    ("INR", "₹"),
    ("KRW", "₩"),
    ("UAH", "₴"),
    ("TRY", "₺"),
    ("ILS", "₪"),
    ("VND", "₫"),
];

impl Currency {
    /// Its three letters.
    pub fn code(&self) -> &str {
        // Only ASCII letters get in.
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals an amount has.
    pub fn decimals(self) -> u32 {
        let is_in = |list: &str| list.split(' ').any(|code| code == self.code());
        match () {
            () if is_in(WHOLE) => 0,
            () if is_in(THOUSANDTHS) => 3,
            () if is_in(TEN_THOUSANDTHS) => 4,
            () if is_in(COINS) => 8,
            () => 2,
        }
    }

    /// The sign that stands beside amounts: the code where readers know none.
    pub fn sign(&self) -> &str {
        let known = SIGNS.iter().find(|(code, _)| *code == self.code());
        known.map_or_else(|| self.code(), |(_, sign)| sign)
    }
}

/// Reads a code in letters of either case.
impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(text: &str) -> Result<Self, NotACurrency> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| NotACurrency)?;
        let own = Self(letters.map(|letter| letter.to_ascii_uppercase()));
        let mut known = [WHOLE, THOUSANDTHS, TEN_THOUSANDTHS, COINS, HUNDREDTHS]
            .into_iter()
            .flat_map(|list| list.split(' '));
        match known.any(|code| code.as_bytes() == own.0) {
            true => Ok(own),
            false => Err(NotACurrency),
        }
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn each_currency_has_its_own_decimals() {
        for (code, decimals) in [
            ("EUR", 2),
            ("usd", 2),
            ("JPY", 0),
            ("ISK", 0),
            ("UGX", 0),
            ("KWD", 3),
            ("CLF", 4),
            ("MGA", 2),
            ("MRU", 2),
            ("HUF", 2),
            ("BTC", 8),
            ("ltc", 8),
        ] {
            assert_eq!(currency(code).decimals(), decimals, "{code}");
        }
    }

    #[test]
    fn what_is_no_currency_is_not_taken_for_one() {
        for wrong in ["", "EU", "EURO", "€", "XBT", "XXX", "E R", "EUR "] {
            assert_eq!(wrong.parse::<Currency>(), Err(NotACurrency), "{wrong}");
        }
    }

    #[test]
    fn the_caribbean_guilder_is_known() {
        assert_eq!(currency("xcg").decimals(), 2);
    }

    #[test]
    fn a_currency_whose_sign_few_know_goes_by_its_code() {
        assert_eq!(currency("EUR").sign(), "€");
        assert_eq!(currency("CHF").sign(), "CHF");
    }
}

//! What processors tell of payments: verified first, then read.
//!
//! Each has an address of its own with a secret in it. A message whose signature is wrong is not read at
//! all; what is signed is read into [`PaymentEvent`], which names each payment as its processor does, so that the
//! ledger takes it once however often and in whatever order it comes.

mod generic;
mod kofi;
mod signature;
mod stripe;

use crate::funding::{EntryKind, Money};
use crate::time::Time;

/// The largest message that is read, in bytes.
pub const MAX_MESSAGE: usize = 256 * 1_024;

/// The longest secret that a processor gives, in bytes.
pub const MAX_SECRET: usize = 200;

/// The longest name of a payment, in bytes.
const MAX_NAME: usize = 200;

/// Who tells of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Processor {
    /// Stripe: Payment Links, Checkout and invoices.
    Stripe,
    /// Ko-fi.
    Kofi,
    /// Whoever signs by the rules of Standard Webhooks, and tells of payments in our words.
    Generic,
}

impl Processor {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Kofi, Self::Generic];

    /// The word that is stored, and that stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Kofi => "kofi",
            Self::Generic => "standard",
        }
    }

    /// The processor of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// What `message` tells, once it is known that its sender knows `secret`.
    pub fn read(
        self,
        secret: &str,
        now: Time,
        message: Message<'_>,
    ) -> Result<PaymentEvent, Refused> {
        match self {
            Self::Stripe => stripe::read(secret, now, message),
            Self::Kofi => kofi::read(secret, message),
            Self::Generic => generic::read(secret, now, message),
        }
    }
}

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The value of a header, by its name in lower case.
    pub header: &'a dyn Header,
    /// The bytes, as they are signed.
    pub body: &'a [u8],
}

/// Headers, by their names in lower case.
pub trait Header: std::fmt::Debug {
    /// The value of the header `name`.
    fn get(&self, name: &str) -> Option<&str>;
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentEvent {
    /// What the processor calls it, for the log.
    pub event: String,
    /// What moved; nothing where the message is about something else.
    pub movement: Option<PaymentMovement>,
}

/// A movement of money, as a processor names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMovement {
    /// What it stands for.
    pub kind: EntryKind,
    /// What the processor calls the movement; with the kind it is there once.
    pub name: String,
    /// The payment that it is about.
    pub payment: String,
    /// How much, always above zero.
    pub amount: Amount,
    /// When, as far as that is said.
    pub occurred_at: Option<Time>,
}

/// How much a message says that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So much.
    Each(Money),
    /// So much of a payment has gone back by now, in however many refunds.
    SoFar(Money),
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refused {
    /// It is not signed with the secret.
    #[error("the signature is wrong")]
    Signature,
    /// It was signed too long ago, or too far ahead.
    #[error("it was signed at another time")]
    Time,
    /// It is of the processor's test mode.
    #[error("it is a test")]
    Test,
    /// It is signed, and cannot be read.
    #[error("it cannot be read")]
    Unreadable,
}

/// A name that can stand in the ledger.
fn named(name: &str) -> Result<String, Refused> {
    let is_usable = (1..=MAX_NAME).contains(&name.len()) && !name.contains(char::is_control);
    is_usable
        .then(|| name.to_owned())
        .ok_or(Refused::Unreadable)
}

/// What a processor calls an event, as much as the log keeps of it.
fn event(word: &str) -> String {
    let letters = word.chars().filter(|letter| !letter.is_control());
    letters.take(100).collect()
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::Sha256;

    use super::*;

    #[test]
    fn each_processor_has_a_word_that_reads_back() {
        for own in Processor::ALL {
            assert_eq!(Processor::parse(own.as_str()), Some(own));
        }
        assert_eq!(Processor::parse("paypal"), None);
    }

    /// Headers of a test.
    #[derive(Debug)]
    pub(super) struct Headers(pub(super) Vec<(&'static str, String)>);

    impl Header for Headers {
        fn get(&self, name: &str) -> Option<&str> {
            let found = self.0.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| value.as_str())
        }
    }

    /// The signature of `parts`, in hexadecimal digits.
    pub(super) fn signed(secret: &str, parts: &[&[u8]]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        parts.iter().for_each(|part| mac.update(part));
        let bytes = mac.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn time(seconds: i64) -> Time {
        Time::from_micros(seconds * 1_000_000)
    }
}

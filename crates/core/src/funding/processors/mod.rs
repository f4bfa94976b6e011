//! What processors tell of payments: verified first, then read.
//!
//! Each has an address of its own with a secret in it. A message whose signature is wrong is not read at
//! all; what is signed is read into [`PaymentEvent`], which names each payment as its processor does, so that the
//! ledger takes it once however often and in whatever order it comes.

pub mod btcpay;
mod donorbox;
mod generic;
mod kofi;
pub mod liberapay;
mod mail_to;
pub mod open_collective;
mod patreon;
pub mod paypal;
mod signature;
mod stripe;

pub use mail_to::MailTo;

use crate::funding::{Currency, EntryKind, MAX_MINOR, Money};
use crate::identity::author;
use crate::time::Time;

/// The largest message that is read, in bytes.
pub const MAX_MESSAGE: usize = 256 * 1_024;

/// The longest secret that a processor gives, in bytes.
pub const MAX_SECRET: usize = 200;

/// The longest name of a payment, in bytes.
const MAX_NAME: usize = 200;

/// The shortest receipt that proves something: anything shorter can be guessed.
pub const MIN_RECEIPT: usize = 12;

/// Who tells of payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Processor {
    /// Stripe: Payment Links, Checkout and invoices.
    Stripe,
    /// Ko-fi.
    Kofi,
    /// PayPal.
    Paypal,
    /// Patreon.
    Patreon,
    /// Donorbox.
    Donorbox,
    /// A BTCPay Server.
    Btcpay,
    /// Open Collective.
    OpenCollective,
    /// Liberapay.
    Liberapay,
    /// Whoever signs by the rules of Standard Webhooks, and tells of payments in our words.
    Generic,
}

impl Processor {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Stripe,
        Self::Paypal,
        Self::Kofi,
        Self::Patreon,
        Self::Donorbox,
        Self::OpenCollective,
        Self::Liberapay,
        Self::Btcpay,
        Self::Generic,
    ];

    /// The word that is stored, and that stands in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Kofi => "kofi",
            Self::Paypal => "paypal",
            Self::Patreon => "patreon",
            Self::Donorbox => "donorbox",
            Self::Btcpay => "btcpay",
            Self::OpenCollective => "opencollective",
            Self::Liberapay => "liberapay",
            Self::Generic => "standard",
        }
    }

    /// The processor of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|own| own.as_str() == word)
    }

    /// What has to be known of an owner's account there.
    pub const fn needs(self) -> RequiredCredentials {
        let (secret, account, key) = match self {
            Self::Stripe | Self::Kofi | Self::Donorbox | Self::Generic => (true, false, false),
            Self::Patreon => (true, true, false),
            Self::Btcpay => (true, true, true),
            Self::Paypal => (false, true, true),
            Self::OpenCollective | Self::Liberapay => (false, true, false),
        };
        RequiredCredentials {
            secret,
            account,
            key,
        }
    }

    /// Whether it sends messages. What sends none is asked.
    pub const fn sends(self) -> bool {
        !matches!(self, Self::Liberapay)
    }

    /// Whether it can be asked about everything at once, without a message.
    pub const fn can_be_asked(self) -> bool {
        matches!(self, Self::OpenCollective | Self::Liberapay)
    }

    /// What an owner typed as the account there, in one form; nothing where it is none.
    pub fn account(self, typed: &str) -> Option<String> {
        let typed = typed.trim();
        match self {
            Self::Btcpay => btcpay::store(typed),
            Self::Paypal => word(typed, 8..=64),
            Self::OpenCollective => word(last_of(typed, "opencollective.com/"), 1..=100),
            Self::Liberapay => word(last_of(typed, "liberapay.com/"), 1..=64),
            Self::Patreon => {
                let currency: Currency = typed.parse().ok()?;
                Some(currency.code().to_owned())
            }
            Self::Stripe | Self::Kofi | Self::Donorbox | Self::Generic => None,
        }
    }

    /// Whether `after` is an account at another server than `before`: a key that was entered for the one is
    /// nothing that the other may see.
    pub fn is_elsewhere(self, before: &str, after: &str) -> bool {
        match self {
            Self::Btcpay => btcpay::server(before) != btcpay::server(after),
            _ => false,
        }
    }

    /// What `message` tells, once it is known that its sender knows the secret.
    pub fn read(
        self,
        known: Credentials<'_>,
        now: Time,
        message: ProcessorMessage<'_>,
    ) -> Result<PaymentEvent, MessageRefusal> {
        match self {
            Self::Stripe => stripe::read(known.secret, now, message),
            Self::Kofi => kofi::read(known.secret, message),
            Self::Generic => generic::read(known.secret, now, message),
            Self::Patreon => patreon::read(known, message),
            Self::Donorbox => donorbox::read(known.secret, now, message),
            Self::Btcpay => btcpay::read(known, message),
            Self::Paypal => paypal::read(message),
            Self::OpenCollective => Ok(open_collective::hint()),
            Self::Liberapay => Err(MessageRefusal::Signature),
        }
    }
}

/// What has to be known of an account at a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequiredCredentials {
    /// What its messages are signed with.
    pub secret: bool,
    /// Which account it is.
    pub account: bool,
    /// A key with which it answers questions.
    pub key: bool,
}

/// What is known of an account at a processor.
#[derive(Debug, Clone, Copy)]
pub struct Credentials<'a> {
    /// What its messages are signed with; empty where they are not.
    pub secret: &'a str,
    /// Which account it is; empty where that makes no difference.
    pub account: &'a str,
}

/// The part of an address behind `start`, without what follows a slash; all of what is no address.
fn last_of<'a>(typed: &'a str, start: &str) -> &'a str {
    let rest = typed.split_once(start).map_or(typed, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A name in letters, digits and little else, as processors give them to accounts.
fn word(typed: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<String> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
    let is_word = lengths.contains(&typed.len()) && typed.bytes().all(is_plain);
    is_word.then(|| typed.to_owned())
}

/// A message as it came.
#[derive(Debug, Clone, Copy)]
pub struct ProcessorMessage<'a> {
    /// The value of a header, by its name in lower case.
    pub header: &'a dyn RequestHeaders,
    /// The bytes, as they are signed.
    pub body: &'a [u8],
}

/// Headers, by their names in lower case.
pub trait RequestHeaders: std::fmt::Debug {
    /// The value of the header `name`.
    fn get(&self, name: &str) -> Option<&str>;
}

/// What a message tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentEvent {
    /// What the processor calls it, for the log; empty where that is not known yet.
    pub event: String,
    /// What moved; nothing where the message is about something else.
    pub movements: Vec<PaymentMovement>,
    /// What is to be asked before anything is counted.
    pub question: Option<ProcessorQuery>,
}

/// What a processor is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcessorQuery {
    /// What an invoice came to.
    Invoice(String),
    /// What was paid out, and what for.
    Payout {
        /// The pull payment that it is of.
        pull_payment: String,
        /// The payout.
        payout: String,
    },
    /// Whether it sent this very message, which is not read before.
    Message(String),
    /// What it knows of the account.
    Account,
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
    pub amount: ReportedAmount,
    /// When, as far as that is said.
    pub occurred_at: Option<Time>,
    /// By which words the processor says what it is for, the most exact first: a campaign's id, a tier, a
    /// link.
    pub purposes: Vec<String>,
    /// What is told of who gave it.
    pub giver: Giver,
}

/// What a message tells of who gave, as far as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Giver {
    /// The name.
    pub name: Option<String>,
    /// Whether they let the processor show it to everyone.
    pub is_public: bool,
    /// What they alone, besides the processor, can know of the payment.
    pub receipts: Vec<String>,
    /// Where a receipt is mailed to, where the site does that.
    pub mail_to: Option<MailTo>,
}

/// How much a message says that moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportedAmount {
    /// So much.
    Each(Money),
    /// So much of a payment has gone back by now, in however many refunds.
    SoFar(Money),
    /// All that is left of the payment has gone back; so much where it is not known yet.
    All(Money),
    /// So much has come in by now under the name of the payment; it may be nothing.
    AsOf(Money),
}

impl ReportedAmount {
    /// The currency.
    pub const fn currency(self) -> Currency {
        match self {
            Self::Each(money) | Self::SoFar(money) | Self::All(money) | Self::AsOf(money) => {
                money.currency
            }
        }
    }
}

impl PaymentMovement {
    /// A movement of which nothing else is said.
    pub fn new(
        kind: EntryKind,
        name: &str,
        payment: &str,
        amount: ReportedAmount,
    ) -> Result<Self, MessageRefusal> {
        Ok(Self {
            kind,
            name: named(name)?,
            payment: named(payment)?,
            amount,
            occurred_at: None,
            purposes: Vec::new(),
            giver: Giver::default(),
        })
    }

    fn at(self, occurred_at: Option<Time>) -> Self {
        Self {
            occurred_at,
            ..self
        }
    }

    /// With the words of `purposes` that can stand in a rule.
    fn meant_for<'a>(self, purposes: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let given = purposes.into_iter().flatten().map(str::trim);
        let given = given.filter(|own| named(own).is_ok()).map(str::to_owned);
        Self {
            purposes: given.take(8).collect(),
            ..self
        }
    }

    fn given_by(self, giver: Giver) -> Self {
        Self { giver, ..self }
    }
}

impl Giver {
    fn new(name: Option<&str>, is_public: bool) -> Self {
        let name = name.and_then(|name| author::name(name).ok());
        Self {
            is_public: is_public && name.is_some(),
            name,
            receipts: Vec::new(),
            mail_to: None,
        }
    }

    fn with_receipt(mut self, receipt: Option<&str>) -> Self {
        let receipt = receipt.filter(|own| (MIN_RECEIPT..=MAX_NAME).contains(&own.len()));
        self.receipts.extend(receipt.map(str::to_owned));
        self
    }
}

/// An amount above zero that can be counted.
fn positive(money: Money) -> Result<Money, MessageRefusal> {
    match money.minor {
        1..=MAX_MINOR => Ok(money),
        _ => Err(MessageRefusal::Unreadable),
    }
}

/// An amount that is written in decimals.
fn decimal(amount: &str, currency: &str) -> Result<Money, MessageRefusal> {
    let currency = currency.parse().map_err(|_| MessageRefusal::Unreadable)?;
    Money::parse(amount, currency).map_err(|_| MessageRefusal::Unreadable)
}

/// An amount that is told in hundredths, whatever decimals its currency has.
fn hundredths(cents: i64, currency: Currency) -> Result<Money, MessageRefusal> {
    let unit = 10_i64.pow(currency.decimals());
    let scaled = cents.checked_mul(unit).ok_or(MessageRefusal::Unreadable)?;
    match scaled % 100 {
        0 => Ok(Money {
            minor: scaled / 100,
            currency,
        }),
        _ => Err(MessageRefusal::Unreadable),
    }
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MessageRefusal {
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
fn named(name: &str) -> Result<String, MessageRefusal> {
    let is_usable = (1..=MAX_NAME).contains(&name.len()) && !name.contains(char::is_control);
    is_usable
        .then(|| name.to_owned())
        .ok_or(MessageRefusal::Unreadable)
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
        assert_eq!(Processor::parse("venmo"), None);
    }

    #[test]
    fn an_account_is_known_by_its_address_or_its_name() {
        use Processor as P;
        for (processor, typed, account) in [
            (
                P::OpenCollective,
                "https://opencollective.com/ropeworks/donate",
                Some("ropeworks"),
            ),
            (P::OpenCollective, " ropeworks ", Some("ropeworks")),
            (
                P::Liberapay,
                "https://liberapay.com/Ropeworks",
                Some("Ropeworks"),
            ),
            (P::Liberapay, "rope works", None),
            (P::Patreon, "usd", Some("USD")),
            (P::Patreon, "dollars", None),
            (
                P::Paypal,
                "8PT597110X687430LKGECATA",
                Some("8PT597110X687430LKGECATA"),
            ),
            (P::Paypal, "8PT", None),
            (P::Stripe, "acct_1", None),
        ] {
            assert_eq!(processor.account(typed).as_deref(), account, "{typed}");
        }
    }

    #[test]
    fn hundredths_are_brought_to_the_units_of_the_currency() {
        let minor = |cents, code: &str| {
            let money = hundredths(cents, code.parse().unwrap());
            money.map(|money| money.minor)
        };
        assert_eq!(minor(2_500, "EUR"), Ok(2_500));
        assert_eq!(minor(99_000, "JPY"), Ok(990));
        assert_eq!(minor(99_001, "JPY"), Err(MessageRefusal::Unreadable));
        assert_eq!(minor(125, "KWD"), Ok(1_250));
        assert_eq!(minor(i64::MAX, "KWD"), Err(MessageRefusal::Unreadable));
    }

    /// Headers of a test.
    #[derive(Debug)]
    pub(super) struct TestHeaders(pub(super) Vec<(&'static str, String)>);

    impl RequestHeaders for TestHeaders {
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

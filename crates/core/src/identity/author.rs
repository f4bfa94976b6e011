//! Who writes, and who is reading now.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;
use url::quirks::domain_to_unicode;

use crate::discussion::text::{is_blank, is_invisible};
use crate::identity::address::Network;
use crate::ids::AuthorId;
use crate::publication::origin;
use crate::refusal::Refusal;

/// The longest name, in graphemes.
pub const MAX_NAME: usize = 50;

/// The longest e-mail address and website, in bytes.
pub const MAX_CONTACT: usize = 254;

/// How an author came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorKind {
    /// Gave a name, and owns what they wrote through a token in their browser.
    Guest,
    /// Has an account.
    Account,
    /// Came with an import; nobody's token owns what they wrote.
    Imported,
}

impl AuthorKind {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Account => "account",
            Self::Imported => "imported",
        }
    }

    /// The kind of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Guest, Self::Account, Self::Imported]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// What an author may do at a site, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads and writes.
    Reader,
    /// Belongs to the newsroom, and is shown so.
    Staff,
    /// Asks questions of passages and features comments.
    Editor,
    /// Decides on comments and authors.
    Moderator,
    /// Decides on everything of the site.
    Owner,
}

impl Role {
    /// All roles, least first.
    pub const ALL: [Self; 5] = [
        Self::Reader,
        Self::Staff,
        Self::Editor,
        Self::Moderator,
        Self::Owner,
    ];

    /// The word that is stored, shown by the API and typed at the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Staff => "staff",
            Self::Editor => "editor",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// The role of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// What an account shows of itself beside its name, if it wants to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// Whether everyone may read a page with what they wrote.
    pub has_page: bool,
    /// What their picture is called.
    pub picture: Option<String>,
}

/// Someone who writes at a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Names the author.
    pub id: AuthorId,
    /// As they call themselves.
    pub name: String,
    /// How they came to be known.
    pub kind: AuthorKind,
    /// What they may do.
    pub role: Role,
    /// Their own site, already through the URL gate.
    pub website: Option<String>,
    /// Whether they show that they gave for a campaign of the site.
    pub is_supporter: bool,
    /// What they show of themselves.
    pub profile: Profile,
}

/// The person who makes a request, as far as the request proves it.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Who they are, once they have written or voted here.
    pub author: Option<Author>,
    /// Where they are.
    pub network: Network,
}

impl Reader {
    /// Whether this reader wrote as `author`.
    pub fn is(&self, author: AuthorId) -> bool {
        self.author.as_ref().is_some_and(|own| own.id == author)
    }

    /// What this reader may do.
    pub fn role(&self) -> Role {
        self.author
            .as_ref()
            .map_or(Role::Reader, |author| author.role)
    }
}

/// A name fit to show: composed, trimmed, inner space squeezed, no control or invisible characters.
pub fn name(typed: &str) -> Result<String, Refusal> {
    // Most names are of letters that are as they are, and are seen.
    let is_simple = typed.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let shown = match is_simple {
        true => Cow::Borrowed(typed),
        false => Cow::Owned(seen(typed)),
    };
    let name = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_blank(&name) {
        return Err(Refusal::NameMissing);
    }
    let graphemes = name.graphemes(true).count();
    if graphemes > MAX_NAME || name.len() > MAX_NAME * 32 {
        return Err(Refusal::NameTooLong {
            graphemes,
            max: MAX_NAME,
        });
    }
    Ok(name)
}

/// What is seen of a name.
fn seen(typed: &str) -> String {
    let mut is_in_flag = false;
    let shown = typed.nfc().filter(|c| {
        // The black flag and tags make the flags of regions.
        is_in_flag = *c == '\u{1f3f4}' || (is_in_flag && is_tag(*c));
        c.is_ascii_whitespace() || !is_invisible(*c) || is_joiner(*c) || is_in_flag
    });
    let shown: String = shown.collect();
    without_stacks(&shown).nfc().collect()
}

/// So many marks on one letter are kept when any script may use them, and so many in all.
const MAX_COMMON_MARKS: usize = 2;
const MAX_MARKS: usize = 4;

/// A text without the marks that would pile up over the lines above and below it.
///
/// Accents that belong to no script are kept two to a letter. Scripts that write their vowels and
/// tones as marks stack more, but no more than four.
fn without_stacks(text: &str) -> String {
    let (mut n_common, mut n_marks) = (0, 0);
    let stays = |c: &char| {
        if !is_combining_mark(*c) {
            // What only joins or picks a form does not end a stack.
            if !is_joiner(*c) {
                (n_common, n_marks) = (0, 0);
            }
            return true;
        }
        n_marks += 1;
        n_common += usize::from(is_of_no_script(*c));
        n_marks <= MAX_MARKS && n_common <= MAX_COMMON_MARKS
    };
    text.chars().filter(stays).collect()
}

const fn is_of_no_script(mark: char) -> bool {
    matches!(mark,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Joins letters and emoji, or says which form they take; needed by Persian, Indic and Mongolian
/// scripts and by emoji.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}')
}

const fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
}

/// An e-mail address that a mail server can take, in one form, or `None` for an empty field.
///
/// The domain is as people read it, in lower case; what goes over the wire is its ASCII form. What
/// stands before the `@` is kept as typed; it may have letters of any script.
pub fn parse_email(typed: &str) -> Result<Option<String>, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let (local, domain) = typed.rsplit_once('@').ok_or(Refusal::EmailInvalid)?;
    let local: String = local.nfc().collect();
    let domain = is_local_part(&local)
        .then(|| mail_domain(domain))
        .flatten()
        .filter(|domain| local.len() + 1 + domain.len() <= MAX_CONTACT);
    let domain = domain.ok_or(Refusal::EmailInvalid)?;
    Ok(Some(format!("{local}@{}", domain_to_unicode(&domain))))
}

/// A dot-atom of RFC 5321 and 6531: the quoted form is no address that people have.
fn is_local_part(local: &str) -> bool {
    let is_atom = |c: char| match c.is_ascii() {
        true => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        false => c.is_alphanumeric() || is_combining_mark(c),
    };
    local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

/// The domain in ASCII, when it is a name that can have a mail server: of two labels or more, of
/// which the last is no number.
fn mail_domain(typed: &str) -> Option<String> {
    let domain = origin::parse_host(typed).ok()?;
    let last = domain.rsplit('.').next()?;
    let is_name = domain.contains('.')
        && !typed.trim().ends_with(['.', '/'])
        && !domain.contains([':', '[', '_'])
        && last.len() > 1
        && !last.bytes().all(|b| b.is_ascii_digit());
    is_name.then_some(domain)
}

/// What addresses of one mailbox have in common: they differ in case and in what follows a `+`, and at
/// a provider that reads no dots in them in those as well.
///
/// What is counted is counted by it. Mails go to the address as it was typed, and whoever has proved one
/// address of a mailbox has proved that one.
pub fn mailbox(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let local = local.split('+').next().unwrap_or_default().to_lowercase();
    match domain.to_lowercase().as_str() {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
        domain => format!("{local}@{domain}"),
    }
}

/// What a mail that came to `email` proves: that address, and where the provider is known to read no
/// dots and nothing after a `+`, every way to write it.
///
/// Elsewhere an address with a `+` may be somebody else's than the one without, so what one of them
/// leads to is none of the other's, although both count as one mailbox.
pub fn proven_by(email: &str) -> String {
    let mailbox = mailbox(email);
    match mailbox.ends_with("@gmail.com") {
        true => mailbox,
        false => email.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_proves_its_own_address_and_others_only_where_the_provider_says_so() {
        let is_same = |one: &str, other: &str| proven_by(one) == proven_by(other);
        assert!(is_same("Ann@Reader.example", "ann@reader.example"));
        assert!(is_same("ann.lee+news@gmail.com", "AnnLee@googlemail.com"));
        assert!(!is_same("ann+eve@reader.example", "ann@reader.example"));
        assert!(!is_same("a.nn@reader.example", "ann@reader.example"));
    }

    #[test]
    fn a_name_is_trimmed_and_squeezed() {
        assert_eq!(name("  Ann \t  Lee ").unwrap(), "Ann Lee");
        assert_eq!(name("e\u{301}").unwrap(), "é");
    }

    #[test]
    fn a_name_cannot_hide_or_reverse_text() {
        assert_eq!(name("mod\u{202e}erator\u{200b}").unwrap(), "moderator");
        assert_eq!(
            name("mod\u{3164}era\u{e0041}tor\u{115f}").unwrap(),
            "moderator"
        );
        for kept in ["مه\u{200c}سا", "❤\u{fe0f}", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 Ann", "👩\u{200d}🚀"]
        {
            assert_eq!(name(kept).unwrap(), kept);
        }
    }

    #[test]
    fn a_name_of_which_nothing_can_be_seen_is_none() {
        for blank in [
            "",
            " \u{a0}\u{3000}",
            "\u{200b}\u{feff}",
            "\u{200c}\u{200d}",
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{115f}\u{1160}\u{ffa0}",
            "\u{fe0f}",
            "\u{e0041}\u{e007f}",
            "\u{301}",
            "\u{1d159}",
            "\u{34f}",
        ] {
            assert!(
                matches!(name(blank), Err(Refusal::NameMissing)),
                "{blank:?}"
            );
        }
    }

    #[test]
    fn a_name_carries_no_stacks_of_marks() {
        let pile = format!("Z{}a{}lgo", "\u{35c}".repeat(300), "\u{336}".repeat(9));
        assert_eq!(name(&pile).unwrap(), "Z\u{35c}\u{35c}a\u{336}\u{336}lgo");
        let joined = format!("a{}b", "\u{336}\u{200d}".repeat(50));
        let marks = |text: &str| text.chars().filter(|c| is_combining_mark(*c)).count();
        assert_eq!(marks(&name(&joined).unwrap()), 2);
        assert_eq!(
            marks(&name(&format!("ก{}", "\u{e47}".repeat(90))).unwrap()),
            4
        );
        for kept in [
            "Nguyễn Thị Ngọc",
            "पढ़ें",
            "น้ำผึ้ง",
            "བསྒྲུབས",
            "שָׁלוֹם",
            "مُحَمَّد",
            "a\u{323}\u{302}\u{301}",
        ] {
            assert_eq!(
                name(kept).unwrap(),
                kept.nfc().collect::<String>(),
                "{kept}"
            );
        }
    }

    #[test]
    fn a_name_is_counted_in_graphemes() {
        assert!(name(&"👩‍👩‍👧‍👦".repeat(50)).is_ok());
        assert!(matches!(
            name(&"a".repeat(51)),
            Err(Refusal::NameTooLong {
                graphemes: 51,
                max: 50
            })
        ));
    }

    #[test]
    fn one_mailbox_is_known_under_all_its_addresses() {
        for address in ["ann@example.org", "Ann@example.org", "ann+news@example.org"] {
            assert_eq!(mailbox(address), "ann@example.org");
        }
        assert_ne!(mailbox("ann@example.org"), mailbox("ann@other.org"));
        assert_ne!(mailbox("a.nn@example.org"), mailbox("ann@example.org"));
        for address in [
            "ann.lee@gmail.com",
            "AnnLee+x@GoogleMail.com",
            "a.n.n.l.e.e@gmail.com",
        ] {
            assert_eq!(mailbox(address), "annlee@gmail.com");
        }
        // What is no letter of one address is none of another.
        assert_ne!(mailbox("ann@gmail.com"), mailbox("ann@gmail.com.example"));
    }

    #[test]
    fn an_email_has_one_shape() {
        assert_eq!(parse_email("").unwrap(), None);
        assert_eq!(
            parse_email(" Ann@Example.ORG ").unwrap().unwrap(),
            "Ann@example.org"
        );
        for (typed, kept) in [
            ("ann@BÜCHER.example", "ann@bücher.example"),
            ("ann@bu\u{308}cher.example", "ann@bücher.example"),
            ("ann@xn--bcher-kva.example", "ann@bücher.example"),
            ("ann@例え。テスト", "ann@例え.テスト"),
            ("jörg@example.org", "jörg@example.org"),
            ("jo\u{308}rg@example.org", "jörg@example.org"),
            ("用户@例子.公司", "用户@例子.公司"),
            ("o'neil+news@example.org", "o'neil+news@example.org"),
            ("a.b_c-d=e@mail.example.org", "a.b_c-d=e@mail.example.org"),
        ] {
            assert_eq!(parse_email(typed).unwrap().unwrap(), kept, "{typed}");
        }
    }

    #[test]
    fn an_address_that_no_server_takes_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("a@{}example.org", "a23456789.".repeat(25));
        let label = format!("a@{}.org", "a".repeat(64));
        for bad in [
            "ann",
            "ann@",
            "@example.org",
            "a b@example.org",
            "a@b@c.org",
            "a@b",
            "a\n@b.c",
            ".ann@example.org",
            "ann.@example.org",
            "an..n@example.org",
            "a@example..org",
            "a@.example.org",
            "a@example.org.",
            "a@-example.org",
            "a@example-.org",
            "a@exa_mple.org",
            "a@exam!ple.org",
            "a@\"example\".org",
            "a@example.org/",
            "a@example.org:25",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@example.1",
            "a@example.c",
            "\"a b\"@example.org",
            "<a@example.org>",
            "Ann <a@example.org>",
            "a,b@example.org",
            "a@example.org,b@example.org",
            "a(b)@example.org",
            "a;b@example.org",
            "a:b@example.org",
            "a\\@example.org",
            "a\u{200b}@example.org",
            "a\u{202e}@example.org",
            "“a”@example.org",
            "=?utf-8?q?a?=@exa mple.org",
            &long,
            &longer,
            &label,
        ] {
            assert!(parse_email(bad).is_err(), "{bad}");
        }
    }
}

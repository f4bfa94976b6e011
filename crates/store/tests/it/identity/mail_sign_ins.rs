//! Signing in by a link in a mail.

use std::time::Duration;

use rejoinder_core::identity::author;
use rejoinder_core::{AuthorId, Clock as _, Random as _, Refusal, TokenHash};
use rejoinder_store::StoreError;
use rejoinder_store::identity::mail_sign_ins::{
    self, LinkSignIn, LinkSignInOutcome, SignInRequest,
};
use rejoinder_store::identity::sessions::NewSession;
use rejoinder_store::jobs::NewJob;

use crate::identity::guest_traces::Mail;
use crate::support::{Person, World, on_both};

pub(crate) const BROWSER: TokenHash = TokenHash([7; 32]);

/// What a browser shows that has signed in.
const KNOWN: TokenHash = TokenHash([9; 32]);

pub(crate) fn secret(world: &World) -> TokenHash {
    let mut bytes = [0; 32];
    world.random.fill(&mut bytes);
    TokenHash(bytes)
}

pub(crate) async fn ask(world: &World, email: &str) -> Option<TokenHash> {
    ask_from(world, email, BROWSER, None).await
}

/// Ask in a browser that shows this secret, and maybe one by which it is known.
async fn ask_from(
    world: &World,
    email: &str,
    browser: TokenHash,
    known: Option<TokenHash>,
) -> Option<TokenHash> {
    let now = world.clock.now();
    let token = secret(world);
    let mail = Mail {
        message_id: format!("{token:?}"),
        to: email.to_owned(),
    };
    let wish = SignInRequest {
        site: world.site.id,
        email: email.to_owned(),
        mailbox: author::mailbox(email),
        token,
        browser,
        known,
        code: format!("12345{}", browser.0[0] - 1),
        mail: NewJob::new(world.site.id, &mail, now).unwrap(),
    };
    let asked = world
        .store
        .write(move |tx| mail_sign_ins::ask(tx, now, &wish));
    asked.await.unwrap().then_some(token)
}

/// Open a link in a browser that shows `browser`, instead of what it showed before.
pub(crate) async fn enter_from(
    world: &World,
    link: TokenHash,
    browser: Option<TokenHash>,
    code: &str,
    session: NewSession,
) -> Result<LinkSignInOutcome, StoreError> {
    let now = world.clock.now();
    let opened = LinkSignIn {
        site: world.site.clone(),
        token: link,
        browser,
        known: KNOWN,
        code: code.to_owned(),
        author: AuthorId(world.ids.next(now)),
        name: Some("Ann".to_owned()),
        session,
    };
    world
        .store
        .write(move |tx| mail_sign_ins::sign_in(tx, now, &opened))
        .await
}

pub(crate) fn fresh(world: &World, replaces: Option<TokenHash>) -> NewSession {
    NewSession {
        token: secret(world),
        replaces,
        label: Some("Firefox on Linux".to_owned()),
    }
}

/// Sign in as the account of `email` where `person` was a guest; the person from now on.
pub(crate) async fn sign_in(world: &World, person: &Person, email: &str) -> Person {
    let link = ask(world, email).await.unwrap();
    let session = fresh(world, Some(person.token));
    let token = session.token;
    let entered = enter_from(world, link, Some(BROWSER), "", session).await;
    assert!(
        matches!(entered, Ok(LinkSignInOutcome::As(_))),
        "{entered:?}"
    );
    Person {
        name: person.name.clone(),
        token,
        network: person.network,
    }
}

pub(crate) fn is_used<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Refused(Refusal::LinkUsed)))
}

#[test]
fn a_link_by_mail_signs_in_once_even_when_it_is_opened_twice_at_a_time() {
    on_both(|world| async move {
        let link = ask(&world, "ann@reader.example").await.unwrap();
        let enter = || enter_from(&world, link, Some(BROWSER), "", fresh(&world, None));

        let (one, other) = tokio::join!(enter(), enter());

        assert!(one.is_ok() != other.is_ok());
        assert!(is_used(&one) || is_used(&other), "{one:?} {other:?}");
        world.expect_sound().await;
    });
}

#[test]
fn a_link_by_mail_works_for_a_quarter_of_an_hour() {
    on_both(|world| async move {
        let link = ask(&world, "ann@reader.example").await.unwrap();
        world.wait(Duration::from_secs(15 * 60));
        let entered = enter_from(&world, link, Some(BROWSER), "", fresh(&world, None)).await;
        assert!(is_used(&entered));
    });
}

#[test]
fn another_browser_needs_the_code_and_may_guess_five_times() {
    on_both(|world| async move {
        let other = Some(TokenHash([8; 32]));
        let link = ask(&world, "ann@reader.example").await.unwrap();
        let wrong = enter_from(&world, link, other, "000000", fresh(&world, None)).await;
        assert_eq!(wrong.unwrap(), LinkSignInOutcome::CodeWrong);
        let none = enter_from(&world, link, None, "", fresh(&world, None)).await;
        assert_eq!(none.unwrap(), LinkSignInOutcome::CodeWrong);
        let right = enter_from(&world, link, other, "123456", fresh(&world, None)).await;
        assert!(matches!(right.unwrap(), LinkSignInOutcome::As(_)));

        let link = ask(&world, "ann@reader.example").await.unwrap();
        for _ in 0..5 {
            let wrong = enter_from(&world, link, other, "000000", fresh(&world, None)).await;
            assert_eq!(wrong.unwrap(), LinkSignInOutcome::CodeWrong);
        }
        let late = enter_from(&world, link, other, "123456", fresh(&world, None)).await;
        assert!(is_used(&late), "{late:?}");
    });
}

#[test]
fn a_mailbox_gets_two_mails_in_ten_minutes_however_its_address_is_written() {
    on_both(|world| async move {
        for [first, second, third] in [
            ["a@b.example", "A@b.example", "a+1@b.example"],
            [
                "ann.lee@gmail.com",
                "annlee+x@googlemail.com",
                "a.nnlee@gmail.com",
            ],
        ] {
            assert!(ask(&world, first).await.is_some());
            assert!(ask(&world, second).await.is_some());
            assert!(ask(&world, third).await.is_none());
        }
        assert!(ask(&world, "other@b.example").await.is_some());
        world.wait(Duration::from_secs(600));
        assert!(ask(&world, "a@b.example").await.is_some());
    });
}

#[test]
fn strangers_who_ask_for_links_all_day_lock_nobody_out() {
    on_both(|world| async move {
        let (email, stranger, own) = ("a@b.example", TokenHash([1; 32]), TokenHash([2; 32]));
        for _minute in 0..30 {
            world.wait(Duration::from_secs(60));
            // A stranger asks as soon as one may, and others besides.
            let mut latest = None;
            for _ in 0..3 {
                latest = ask_from(&world, email, stranger, None).await.or(latest);
            }
            let Some(latest) = latest else { continue };

            // The owner asks in a browser of which nobody knows anything, and gets no mail.
            world.wait(Duration::from_secs(4 * 60));
            assert!(ask_from(&world, email, own, None).await.is_none());
            let theirs = enter_from(&world, latest, None, "999999", fresh(&world, None)).await;
            assert!(
                matches!(theirs, Ok(LinkSignInOutcome::CodeWrong)),
                "{theirs:?}"
            );
            let entered = enter_from(&world, latest, Some(own), "", fresh(&world, None)).await;

            assert!(
                matches!(entered, Ok(LinkSignInOutcome::As(_))),
                "{entered:?}"
            );
        }
    });
}

#[test]
fn a_link_that_strangers_asked_for_takes_the_code_that_the_owners_browser_shows() {
    on_both(|world| async move {
        let (email, stranger, own) = ("a@b.example", TokenHash([1; 32]), TokenHash([2; 32]));
        let link = ask_from(&world, email, stranger, None).await.unwrap();
        ask_from(&world, email, stranger, None).await.unwrap();
        assert!(ask_from(&world, email, own, None).await.is_none());

        // On a phone that has asked for nothing.
        let entered = enter_from(&world, link, None, "123451", fresh(&world, None)).await;

        assert!(
            matches!(entered, Ok(LinkSignInOutcome::As(_))),
            "{entered:?}"
        );
    });
}

#[test]
fn a_browser_that_has_signed_in_always_gets_a_link_to_that_address() {
    on_both(|world| async move {
        let (email, stranger) = ("a@b.example", TokenHash([1; 32]));
        sign_in(&world, &world.person("Ann"), email).await;
        for _ in 0..9 {
            ask_from(&world, email, stranger, None).await;
        }

        let other = ask_from(&world, email, stranger, Some(TokenHash([8; 32]))).await;
        let own = ask_from(&world, email, BROWSER, Some(KNOWN)).await;
        for _ in 0..9 {
            ask_from(&world, "b@b.example", stranger, None).await;
        }
        let elsewhere = ask_from(&world, "b@b.example", stranger, Some(KNOWN)).await;

        assert!(own.is_some());
        assert!(other.is_none() && elsewhere.is_none());
    });
}

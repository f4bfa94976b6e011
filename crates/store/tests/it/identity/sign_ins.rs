//! Links that sign someone in, once.

use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, Clock as _, Refusal, TokenHash};
use rejoinder_store::identity::identities::{self, IdentityClaims, IdentitySignIn};
use rejoinder_store::identity::roles;
use rejoinder_store::identity::sessions::{self, NewSession};
use rejoinder_store::identity::sign_ins::{self, Invitation};
use rejoinder_store::{StoreError, identity::authors};

use crate::identity::mail_sign_ins;
use crate::identity::passkeys;
use crate::support::{Person, World, on_both};

const LINK: TokenHash = TokenHash([1; 32]);
const SESSION: TokenHash = TokenHash([2; 32]);

async fn invite(world: &World, link: TokenHash, role: Role) -> AuthorId {
    let now = world.clock.now();
    let invitation = Invitation {
        site: world.site.id,
        author: AuthorId(world.ids.next(now)),
        email: "kim@news.example".to_owned(),
        role,
        token: link,
        lifetime: Duration::from_secs(900),
    };
    world
        .store
        .write(move |tx| sign_ins::invite(tx, now, &invitation))
        .await
        .unwrap()
}

async fn accept(world: &World, link: TokenHash) -> Result<rejoinder_core::Author, StoreError> {
    let (now, site) = (world.clock.now(), world.site.id);
    let session = NewSession {
        token: SESSION,
        replaces: None,
        label: None,
    };
    world
        .store
        .write(move |tx| sign_ins::accept(tx, now, site, &link, &session, "Kim"))
        .await
}

fn is_used(result: &Result<rejoinder_core::Author, StoreError>) -> bool {
    matches!(result, Err(StoreError::Refused(Refusal::LinkUsed)))
}

#[test]
fn a_link_signs_in_once_and_the_session_knows_the_role() {
    on_both(|world| async move {
        let author = invite(&world, LINK, Role::Owner).await;

        let (one, other) = tokio::join!(accept(&world, LINK), accept(&world, LINK));

        assert!(one.is_ok() != other.is_ok() && (is_used(&one) || is_used(&other)));
        let (now, site) = (world.clock.now(), world.site.id);
        let known = world
            .store
            .read(move |tx| authors::by_token(tx, now, site, &SESSION))
            .await;
        let known = known.unwrap().unwrap();
        assert_eq!(
            (known.id, known.role, known.name.as_str()),
            (author, Role::Owner, "Kim")
        );
    });
}

/// How somebody came to a session of the account before it was invited.
#[derive(Debug, Clone, Copy)]
enum Way {
    Mail,
    MailAfterGuest,
    Passkey,
    SignedToken,
    OpenId,
    HandedOver,
}

const OLD: TokenHash = TokenHash([8; 32]);
const ORIGIN: &str = "https://news.example";

fn old_session() -> NewSession {
    NewSession {
        token: OLD,
        replaces: None,
        label: None,
    }
}

async fn arrive(world: &World, issuer: &str, session: NewSession) -> Result<(), StoreError> {
    let now = world.clock.now();
    let arriving = IdentitySignIn {
        site: world.site.clone(),
        claims: IdentityClaims {
            issuer: issuer.to_owned(),
            subject: "u1".to_owned(),
            name: Some("Kim".to_owned()),
            email: Some("kim@news.example".to_owned()),
            issued_at: now,
        },
        spent: None,
        author: AuthorId(world.ids.next(now)),
        session,
    };
    let enter = world
        .store
        .write(move |tx| identities::sign_in(tx, now, &arriving));
    enter.await.map(drop)
}

async fn role_of(world: &World, token: TokenHash) -> Option<(AuthorId, Role)> {
    let (now, site) = (world.clock.now(), world.site.id);
    let known = world
        .store
        .read(move |tx| authors::by_token(tx, now, site, &token));
    known.await.unwrap().map(|known| (known.id, known.role))
}

async fn by_mail(world: &World, person: &Person) -> TokenHash {
    let signed_in = mail_sign_ins::sign_in(world, person, "kim@news.example");
    signed_in.await.token
}

impl Way {
    /// A session of the account of `kim@news.example`.
    async fn come(self, world: &World) -> TokenHash {
        let (now, site) = (world.clock.now(), world.site.id);
        match self {
            Self::Mail => by_mail(world, &world.person("Kim")).await,
            Self::MailAfterGuest => {
                let guest = world.person("Kim");
                world.post(&guest, "As a guest").await;
                by_mail(world, &guest).await
            }
            Self::Passkey => {
                let own = by_mail(world, &world.person("Kim")).await;
                let (id, _) = role_of(world, own).await.unwrap();
                assert!(passkeys::add(world, id, b"theirs", 0).await);
                passkeys::enter_with(world, id, b"theirs", 1, old_session()).await;
                OLD
            }
            Self::SignedToken => {
                arrive(world, "publisher", old_session()).await.unwrap();
                OLD
            }
            Self::OpenId => {
                let issuer = "https://provider.example";
                arrive(world, issuer, old_session()).await.unwrap();
                OLD
            }
            Self::HandedOver => {
                let (own, code) = (
                    by_mail(world, &world.person("Kim")).await,
                    TokenHash([6; 32]),
                );
                let hand_over = world.store.write(move |tx| {
                    sessions::offer_code(tx, now, site, &own, &code, ORIGIN)?;
                    sessions::redeem_code(tx, now, site, &code, ORIGIN, &old_session())
                });
                hand_over.await.unwrap();
                OLD
            }
        }
    }
}

#[test]
fn powers_begin_when_the_link_is_used_and_nobody_has_them_who_was_there_before() {
    on_both(|world| async move {
        let (n, site) = (std::cell::Cell::new(0_u8), world.site.id);
        for way in [
            Way::Mail,
            Way::MailAfterGuest,
            Way::Passkey,
            Way::SignedToken,
            Way::OpenId,
            Way::HandedOver,
        ] {
            let (now, code) = (world.clock.now(), TokenHash([5; 32]));
            let old = way.come(&world).await;
            let offered = world
                .store
                .write(move |tx| sessions::offer_code(tx, now, site, &old, &code, ORIGIN));
            offered.await.unwrap();
            let link = TokenHash([100 + n.get(); 32]);
            let id = invite(&world, link, Role::Moderator).await;
            assert_eq!(
                role_of(&world, old).await,
                Some((id, Role::Reader)),
                "{way:?}"
            );

            assert_eq!(accept(&world, link).await.unwrap().role, Role::Moderator);

            assert_eq!(role_of(&world, old).await, None, "{way:?}");
            assert_eq!(
                role_of(&world, SESSION).await,
                Some((id, Role::Moderator)),
                "{way:?}"
            );
            let late = world.store.write(move |tx| {
                sessions::redeem_code(tx, now, site, &code, ORIGIN, &old_session())
            });
            assert!(late.await.is_err(), "{way:?}");
            assert!(!passkeys::enter(&world, id, b"theirs", 2).await, "{way:?}");
            for issuer in ["publisher", "https://provider.example"] {
                let _ = arrive(&world, issuer, old_session()).await;
                let known = role_of(&world, OLD).await;
                assert!(
                    known.is_none_or(|(_, role)| role == Role::Reader),
                    "{way:?}"
                );
            }
            // Back to where it began, for the next way.
            let end = world.store.write(move |tx| {
                roles::set_role(tx, site, id, Role::Reader)?;
                sessions::sign_out(tx, &OLD)
            });
            end.await.unwrap();
            n.set(n.get() + 1);
            world.wait(Duration::from_secs(3_600));
        }
    });
}

#[test]
fn whoever_is_invited_to_less_may_do_less_at_once() {
    on_both(|world| async move {
        let id = invite(&world, LINK, Role::Moderator).await;
        accept(&world, LINK).await.unwrap();

        invite(&world, TokenHash([3; 32]), Role::Editor).await;

        assert_eq!(role_of(&world, SESSION).await, None);
        let site = world.site.id;
        let known = world.store.read(move |tx| authors::by_id(tx, site, id));
        assert_eq!(known.await.unwrap().unwrap().role, Role::Editor);
    });
}

#[test]
fn a_link_that_waits_brings_no_role_back_that_was_taken() {
    on_both(|world| async move {
        let second = TokenHash([3; 32]);
        let id = invite(&world, LINK, Role::Moderator).await;
        accept(&world, LINK).await.unwrap();
        invite(&world, second, Role::Moderator).await;

        let site = world.site.id;
        let take = world
            .store
            .write(move |tx| roles::change_role(tx, site, id, Role::Reader));
        take.await.unwrap();

        assert!(is_used(&accept(&world, second).await));
    });
}

#[test]
fn a_link_that_is_too_old_does_not_sign_in() {
    on_both(|world| async move {
        invite(&world, LINK, Role::Moderator).await;
        world.wait(Duration::from_secs(900));
        assert!(is_used(&accept(&world, LINK).await));
    });
}

#[test]
fn a_second_invitation_is_for_the_same_account_with_the_new_role() {
    on_both(|world| async move {
        let first = invite(&world, LINK, Role::Editor).await;
        let second = invite(&world, TokenHash([3; 32]), Role::Moderator).await;
        assert_eq!(first, second);
        assert_eq!(accept(&world, LINK).await.unwrap().role, Role::Moderator);
    });
}

#[test]
fn signing_out_ends_the_session() {
    on_both(|world| async move {
        invite(&world, LINK, Role::Owner).await;
        accept(&world, LINK).await.unwrap();
        world
            .store
            .write(|tx| sessions::sign_out(tx, &SESSION))
            .await
            .unwrap();
        let (now, site) = (world.clock.now(), world.site.id);
        let known = world
            .store
            .read(move |tx| authors::by_token(tx, now, site, &SESSION))
            .await;
        assert_eq!(known.unwrap(), None);
    });
}

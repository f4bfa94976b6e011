//! Links that sign someone in, once.

use std::time::Duration;

use rejoinder_core::author::Role;
use rejoinder_core::{AuthorId, Clock as _, Refusal, TokenHash};
use rejoinder_store::sessions::{self, NewSession};
use rejoinder_store::sign_ins::{self, Invitation};
use rejoinder_store::{StoreError, authors};

use crate::support::{World, on_both};

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

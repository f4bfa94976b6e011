//! Providers of OpenID Connect, and browsers that are away at one.

use std::time::Duration;

use rejoinder_core::{Clock as _, TokenHash};
use rejoinder_store::identity::openid::{
    self, AWAY, MAX_PROVIDERS, OpenidProvider, OpenidRequest, OpenidReturn,
};
use rejoinder_store::{Tx, publication::sites};

use crate::support::{World, on_both};

const STATE: TokenHash = TokenHash([1; 32]);
const BROWSER: TokenHash = TokenHash([2; 32]);
const OTHER: TokenHash = TokenHash([3; 32]);

fn provider(id: i64) -> OpenidProvider {
    OpenidProvider {
        id,
        label: format!("Provider {id}"),
        issuer: "https://id.example".to_owned(),
        client_id: "rejoinder".to_owned(),
        client_secret: "secret".to_owned(),
        created_at: crate::support::START,
    }
}

fn sent() -> OpenidRequest {
    OpenidRequest {
        provider: 1,
        nonce: "nonce".to_owned(),
        verifier: "verifier".to_owned(),
        to: Some("/account".to_owned()),
        origin: None,
    }
}

async fn add(world: &World, id: i64) -> bool {
    let site = world.site.id;
    let add = move |tx: &mut Tx<'_>| openid::add(tx, site, &provider(id));
    world.store.write(add).await.unwrap()
}

async fn has_providers(world: &World) -> bool {
    let site = world.site.id;
    let found = world.store.read(move |tx| sites::by_id(tx, site)).await;
    found.unwrap().unwrap().has_providers
}

async fn remove(world: &World, id: i64) -> bool {
    let site = world.site.id;
    let remove = move |tx: &mut Tx<'_>| openid::remove(tx, site, id);
    world.store.write(remove).await.unwrap()
}

async fn send(world: &World, state: TokenHash) {
    let (now, site) = (world.clock.now(), world.site.id);
    let send = move |tx: &mut Tx<'_>| openid::send(tx, now, site, &state, &BROWSER, &sent());
    world.store.write(send).await.unwrap();
}

async fn back(world: &World, browser: Option<TokenHash>) -> OpenidReturn {
    let (now, site) = (world.clock.now(), world.site.id);
    let back = move |tx: &mut Tx<'_>| openid::take_back(tx, now, site, &STATE, browser.as_ref());
    world.store.write(back).await.unwrap()
}

#[test]
fn a_site_has_a_few_providers_and_knows_that_it_has() {
    on_both(async |world| {
        assert!(!has_providers(&world).await);
        for id in 1..=MAX_PROVIDERS {
            assert!(add(&world, id).await);
        }
        assert!(!add(&world, 99).await, "one too many");
        assert!(has_providers(&world).await);

        assert!(remove(&world, 1).await);
        assert!(!remove(&world, 1).await, "twice");

        let site = world.site.id;
        let left = world.store.read(move |tx| openid::list(tx, site)).await;
        let left: Vec<i64> = left.unwrap().iter().map(|one| one.id).collect();
        assert_eq!(left, [2, 3, 4, 5]);
        let one = world.store.read(move |tx| openid::by_id(tx, site, 3)).await;
        assert!(one.unwrap() == Some(provider(3)));
    });
}

#[test]
fn a_browser_is_taken_back_once() {
    on_both(async |world| {
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Unknown);
        send(&world, STATE).await;

        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::As(sent()));
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Twice);
        world.wait(AWAY);
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Twice);
    });
}

#[test]
fn another_browser_is_not_taken_back_and_takes_nothing_away() {
    on_both(async |world| {
        send(&world, STATE).await;
        assert_eq!(back(&world, Some(OTHER)).await, OpenidReturn::Elsewhere);
        assert_eq!(back(&world, None).await, OpenidReturn::Elsewhere);
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::As(sent()));
    });
}

#[test]
fn who_comes_back_too_late_is_told_so_for_a_day() {
    on_both(async |world| {
        send(&world, STATE).await;
        world.wait(AWAY);
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Late);
        world.wait(Duration::from_secs(24 * 60 * 60));
        send(&world, OTHER).await;
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Unknown);
    });
}

#[test]
fn nobody_comes_back_from_a_provider_that_was_removed() {
    on_both(async |world| {
        assert!(add(&world, 1).await);
        send(&world, STATE).await;
        assert!(remove(&world, 1).await);
        assert_eq!(back(&world, Some(BROWSER)).await, OpenidReturn::Unknown);
        assert!(!has_providers(&world).await);
    });
}

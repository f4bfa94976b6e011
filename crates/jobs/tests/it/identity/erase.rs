//! Deleting accounts.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::{AuthorId, Clock, FixedRandom, TokenHash};
use rejoinder_jobs::EraseHandler;
use store::identity::erasures::{self, CommentErasure};
use store::identity::sign_ins::{self, Invitation};
use store::{Tx, identity::authors};

use crate::{SITE, World};

#[tokio::test]
async fn an_account_is_gone_a_day_after_its_owner_asked() {
    let world = World::new().await;
    let now = world.clock.now();
    let invitation = Invitation {
        site: SITE,
        author: AuthorId(7),
        email: "ann@reader.example".to_owned(),
        role: Role::Reader,
        token: TokenHash([1; 32]),
        lifetime: Duration::from_secs(60),
    };
    let ask = move |tx: &mut Tx<'_>| {
        let id = sign_ins::invite(tx, now, &invitation)?;
        let account = authors::by_id(tx, SITE, id)?.unwrap();
        erasures::ask(tx, now, SITE, &account, CommentErasure::Keep)
    };
    world.store.write(ask).await.unwrap();
    let random = FixedRandom::seeded(2);
    let handler = EraseHandler::new(world.store.clone(), world.clock.clone(), &random);
    let worker = world.worker(Arc::new(handler));
    let is_there = || world.store.read(|tx| authors::by_id(tx, SITE, AuthorId(7)));

    worker.run_due().await.unwrap();
    assert!(is_there().await.unwrap().is_some());
    world.clock.advance(erasures::GRACE);
    worker.run_due().await.unwrap();

    assert!(is_there().await.unwrap().is_none());
    assert!(world.parked().await.is_empty());
}

//! The tokens of the publisher's programs.

use std::time::Duration;

use rejoinder_core::identity::author::Role;
use rejoinder_core::{ApiScope, AuthorId, Clock as _, SiteId, TokenHash};
use rejoinder_store::identity::authors;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::integrations::api_tokens::{self, ApiToken, MAX_TOKENS, NewApiToken, Program};

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{World, on_both};

const DAY: Duration = Duration::from_secs(86_400);

impl World {
    async fn token(&self, hash: u8, scopes: &[ApiScope]) -> Option<AuthorId> {
        let owner = self.moderator("Olga").await;
        let owner = self.reader(&owner).await.author.unwrap().id;
        self.token_of(owner, hash, scopes).await
    }

    async fn token_of(&self, owner: AuthorId, hash: u8, scopes: &[ApiScope]) -> Option<AuthorId> {
        let now = self.clock.now();
        let new = NewApiToken {
            site: self.site.id,
            id: AuthorId(self.ids.next(now)),
            hash: TokenHash([hash; 32]),
            name: "Night desk".to_owned(),
            scopes: scopes.to_vec(),
            created_by: owner,
            lifetime: DAY * 30,
        };
        let id = new.id;
        let add = self.store.write(move |tx| api_tokens::add(tx, now, &new));
        add.await.unwrap().then_some(id)
    }

    async fn program(&self, site: SiteId, hash: u8) -> Option<Program> {
        let now = self.clock.now();
        let read = self
            .store
            .read(move |tx| api_tokens::by_hash(tx, now, site, &TokenHash([hash; 32])));
        read.await.unwrap()
    }

    async fn tokens(&self) -> Vec<ApiToken> {
        let site = self.site.id;
        let list = self.store.read(move |tx| api_tokens::list(tx, site));
        list.await.unwrap()
    }

    async fn revoke(&self, id: AuthorId) -> bool {
        let site = self.site.id;
        let revoke = self.store.write(move |tx| api_tokens::revoke(tx, site, id));
        revoke.await.unwrap()
    }
}

#[test]
fn a_token_is_found_by_its_hash_at_its_own_site_until_it_expires() {
    on_both(|world| async move {
        let id = world.token(1, &[ApiScope::ModerationRead]).await.unwrap();
        let site = world.site.id;

        let program = world.program(site, 1).await.unwrap();
        assert_eq!(program.author.id, id);
        assert_eq!(program.author.name, "Night desk");
        assert_eq!(program.scopes, [ApiScope::ModerationRead]);
        assert_eq!(world.program(site, 2).await, None);
        assert_eq!(world.program(SiteId(site.0 + 1), 1).await, None);

        world.wait(DAY * 29);
        assert!(world.program(site, 1).await.is_some());
        world.wait(DAY);
        assert_eq!(world.program(site, 1).await, None);
        assert_eq!(world.tokens().await.len(), 1, "the owner still sees it");
        world.expect_sound().await;
    });
}

#[test]
fn the_day_of_the_last_use_is_kept() {
    on_both(|world| async move {
        let id = world.token(1, &ApiScope::ALL).await.unwrap();
        let site = world.site.id;
        assert_eq!(world.tokens().await[0].used_at, None);
        assert!(world.program(site, 1).await.unwrap().is_first_today);

        let now = world.clock.now();
        let note = world
            .store
            .write(move |tx| api_tokens::note_use(tx, now, site, id));
        note.await.unwrap();

        let used_at = world.tokens().await[0].used_at.unwrap();
        assert!(now.since(used_at) < DAY && used_at.seconds() % 86_400 == 0);
        assert!(!world.program(site, 1).await.unwrap().is_first_today);
        world.wait(DAY);
        assert!(world.program(site, 1).await.unwrap().is_first_today);
    });
}

#[test]
fn a_revoked_token_is_gone_and_its_author_stays_without_rights() {
    on_both(|world| async move {
        let id = world.token(1, &ApiScope::ALL).await.unwrap();
        let site = world.site.id;

        assert!(world.revoke(id).await);
        assert!(!world.revoke(id).await);

        assert_eq!(world.program(site, 1).await, None);
        assert!(world.tokens().await.is_empty());
        let author = world.store.read(move |tx| authors::by_id(tx, site, id));
        let author = author.await.unwrap().unwrap();
        assert_eq!(
            (author.name.as_str(), author.role),
            ("Night desk", Role::Reader)
        );
        world.expect_sound().await;
    });
}

#[test]
fn there_is_room_for_so_many_tokens() {
    on_both(|world| async move {
        for hash in 0..u8::try_from(MAX_TOKENS).unwrap() {
            assert!(world.token(hash, &ApiScope::ALL).await.is_some());
        }
        assert_eq!(world.token(200, &ApiScope::ALL).await, None);
        assert_eq!(world.program(world.site.id, 200).await, None);
    });
}

#[test]
fn a_token_outlives_the_account_of_who_made_it() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@news.example").await;
        let owner = world.reader(&ann).await.author.unwrap().id;
        world.token_of(owner, 1, &ApiScope::ALL).await.unwrap();
        assert_eq!(world.tokens().await[0].created_by.as_deref(), Some("Ann"));

        let id = ask_to_erase(&world, &ann, CommentErasure::Keep).await;
        world.wait(DAY * 2);
        erase(&world, id).await;

        assert_eq!(world.tokens().await[0].created_by, None);
        assert!(world.program(world.site.id, 1).await.is_some());
        world.expect_sound().await;
    });
}

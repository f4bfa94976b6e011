//! Accounts: links by mail, sessions, and what guests bring along.

use std::time::Duration;

use rejoinder_core::discussion::thread::ThreadQuery;
use rejoinder_core::identity::author::Role;
use rejoinder_core::moderation::{FlagReason, Trust};
use rejoinder_core::{
    AuthorId, Clock as _, CommentId, Random as _, Refusal, Sort, TokenHash, Vote,
};
use rejoinder_store::StoreError;
use rejoinder_store::identity::sessions::{self, NewSession};
use rejoinder_store::identity::{authors, personal, renaming, roles};
use rejoinder_store::moderation::flagging::{self, NewFlag};
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::moderation::sanctions::{self, SanctionRequest};
use rejoinder_store::moderation::{inside, queues, standing};

use crate::identity::mail_sign_ins::{BROWSER, ask, enter_from, fresh, is_used, secret, sign_in};
use crate::support::{Person, World, first_page, on_both};

pub(crate) async fn knows(world: &World, token: TokenHash) -> bool {
    let (now, site) = (world.clock.now(), world.site.id);
    let known = world
        .store
        .read(move |tx| authors::by_token(tx, now, site, &token));
    known.await.unwrap().is_some()
}

#[test]
fn an_address_has_one_account_whatever_its_case() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "Ann@reader.example").await;
        let again = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (one, other) = (world.reader(&ann).await, world.reader(&again).await);
        assert_eq!(one.author.unwrap().id, other.author.unwrap().id);
    });
}

#[test]
fn signing_in_takes_along_what_the_guest_wrote_and_voted() {
    on_both(|world| async move {
        let (guest, kim) = (world.person("Guest Ann"), world.person("Kim"));
        let first = world.post(&guest, "First").await;
        let reply = world.reply(&guest, first, "And more").await;
        let other = world.post(&kim, "Other").await;
        world.vote(&guest, other, Some(Vote::Up)).await.unwrap();
        world.react(&guest, other, "respect", None).await.unwrap();

        let ann = sign_in(&world, &guest, "ann@reader.example").await;

        let own = world.reader(&ann).await.author.unwrap();
        let thread = world.thread(first_page(Sort::Oldest)).await;
        let by = |id: CommentId| {
            let found = thread.entries.iter().find(|entry| entry.comment.id == id);
            found.unwrap().comment.author.clone()
        };
        assert_eq!((by(first), by(reply)), (own.clone(), own.clone()));
        assert!(!knows(&world, guest.token).await);
        let tally = world.vote(&ann, other, None).await.unwrap();
        assert_eq!(tally.up, 0);
        let left = world.react(&ann, other, "respect", None).await.unwrap();
        assert!(left.is_empty(), "{left:?}");
        world.edit(&ann, first, "Changed").await.unwrap();
        world.expect_sound().await;
    });
}

#[test]
fn no_vote_and_no_flag_counts_twice_and_none_is_on_ones_own() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (guest, kim) = (world.person("Ann elsewhere"), world.person("Kim"));
        let by_ann = world.post(&ann, "By the account").await;
        let by_guest = world.post(&guest, "By the guest").await;
        let by_kim = world.post(&kim, "By somebody else").await;
        for (voter, comment, vote) in [
            (&guest, by_ann, Vote::Up),
            (&ann, by_guest, Vote::Up),
            (&ann, by_kim, Vote::Up),
            (&guest, by_kim, Vote::Down),
        ] {
            world.vote(voter, comment, Some(vote)).await.unwrap();
            let given = Some(true);
            world.react(voter, comment, "respect", given).await.unwrap();
        }
        for (who, comment) in [
            (&guest, by_ann),
            (&ann, by_guest),
            (&ann, by_kim),
            (&guest, by_kim),
        ] {
            flag(&world, who, comment).await;
        }

        let link = ask(&world, "ann@reader.example").await.unwrap();
        let session = fresh(&world, Some(guest.token));
        enter_from(&world, link, Some(BROWSER), "", session)
            .await
            .unwrap();

        let thread = world.thread(first_page(Sort::Oldest)).await;
        let tallies: Vec<_> = thread
            .entries
            .iter()
            .map(|entry| (entry.comment.tally.up, entry.comment.tally.down))
            .collect();
        assert_eq!(tallies, [(0, 0), (0, 0), (1, 0)]);
        let site = world.site.id;
        for (comment, n_flags) in [(by_ann, 0), (by_guest, 0), (by_kim, 1)] {
            let flags = world.store.read(move |tx| {
                let item = queues::item(tx, site, &Scope::all(), comment)?.unwrap();
                inside::flags(tx, &item)
            });
            assert_eq!(flags.await.unwrap().len(), n_flags);
        }
        world.expect_sound().await;
    });
}

pub(crate) async fn flag(world: &World, who: &Person, comment: CommentId) {
    let now = world.clock.now();
    let mut address_key = [0; 32];
    world.random.fill(&mut address_key);
    let flag = NewFlag {
        site: world.site.clone(),
        comment,
        reader: world.reader(who).await,
        token: who.token,
        author: AuthorId(world.ids.next(now)),
        address_key,
        reason: FlagReason::Abusive,
        note: None,
    };
    let raised = world.store.write(move |tx| flagging::raise(tx, now, &flag));
    raised.await.unwrap();
}

#[test]
fn a_banned_guest_is_a_banned_account() {
    on_both(|world| async move {
        let guest = world.person("Rude");
        world.post(&guest, "Something rude").await;
        let moderator = world.moderator("Mo").await;
        let change = change(&world, &moderator, &guest).await;
        let now = world.clock.now();
        let held = SanctionRequest {
            id: change.id + 1,
            ..change.clone()
        };
        world
            .store
            .write(move |tx| {
                sanctions::set_trust(tx, now, &held, Trust::AlwaysHeld)?;
                sanctions::ban(tx, now, &change, None, false)
            })
            .await
            .unwrap();

        let account = sign_in(&world, &guest, "rude@reader.example").await;

        let draft = world.draft(&account, None, "Here again").await;
        let refused = world.send(draft).await;
        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::Banned { .. }))
        ));
        let (now, site) = (world.clock.now(), world.site.id);
        let id = world.reader(&account).await.author.unwrap().id;
        let drawer = world
            .store
            .read(move |tx| standing::author_profile(tx, now, site, id));
        let drawer = drawer.await.unwrap().unwrap();
        assert_eq!(drawer.standing.trust, Trust::AlwaysHeld);
        assert_eq!(drawer.history.len(), 2);
    });
}

async fn change(world: &World, moderator: &Person, of: &Person) -> SanctionRequest {
    let moderator = world.reader(moderator).await.author.unwrap();
    SanctionRequest {
        site: world.site.id,
        id: world.ids.next(world.clock.now()),
        moderator,
        author: world.reader(of).await.author.unwrap().id,
        reason: Some("rudeness".to_owned()),
    }
}

#[test]
fn sessions_end_one_by_one_all_others_at_once_and_by_a_ban() {
    on_both(|world| async move {
        let (phone, desk) = (world.person("Ann"), world.person("Ann"));
        let phone = sign_in(&world, &phone, "ann@reader.example").await;
        let desk = sign_in(&world, &desk, "ann@reader.example").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let ann = world.reader(&desk).await.author.unwrap().id;
        let own = desk.token;
        let list = || {
            world
                .store
                .read(move |tx| sessions::list(tx, now, site, ann, Some(&own)))
        };
        let listed = list().await.unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].label.as_deref(), Some("Firefox on Linux"));

        assert_eq!(listed.iter().filter(|session| session.is_own).count(), 1);
        let end =
            move |tx: &mut rejoinder_store::Tx<'_>| sessions::end_others(tx, site, ann, Some(&own));
        world.store.write(end).await.unwrap();
        assert!(knows(&world, desk.token).await && !knows(&world, phone.token).await);

        let moderator = world.moderator("Mo").await;
        let change = change(&world, &moderator, &desk).await;
        let ban =
            move |tx: &mut rejoinder_store::Tx<'_>| sanctions::ban(tx, now, &change, None, false);
        world.store.write(ban).await.unwrap();
        assert!(!knows(&world, desk.token).await);
    });
}

#[test]
fn whoever_may_do_something_else_must_sign_in_again() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let (site, id) = (world.site.id, world.reader(&ann).await.author.unwrap().id);
        let set = |role| {
            world
                .store
                .write(move |tx| roles::set_role(tx, site, id, role))
        };
        set(Role::Reader).await.unwrap();
        assert!(knows(&world, ann.token).await);
        for role in [Role::Staff, Role::Owner, Role::Moderator, Role::Reader] {
            world.wait(Duration::from_secs(3_600));
            let ann = sign_in(&world, &ann, "ann@reader.example").await;
            set(role).await.unwrap();
            assert!(!knows(&world, ann.token).await, "{role:?}");
        }
    });
}

#[test]
fn a_code_hands_a_session_over_once_to_one_origin_for_a_minute() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let guest = world.person("Ann in the page");
        let comment = world.post(&guest, "Written in the page").await;
        let (site, id) = (world.site.id, world.reader(&ann).await.author.unwrap().id);
        let own = ann.token;
        let offer = |code: TokenHash| {
            let now = world.clock.now();
            world.store.write(move |tx| {
                sessions::offer_code(tx, now, site, &own, &code, "https://news.example")
            })
        };
        let take = |code: TokenHash, origin: &'static str, session: NewSession| {
            let now = world.clock.now();
            world
                .store
                .write(move |tx| sessions::redeem_code(tx, now, site, &code, origin, &session))
        };
        let (code, late) = (secret(&world), secret(&world));
        offer(code).await.unwrap();
        let wrong = take(code, "https://evil.example", fresh(&world, None)).await;
        assert!(is_used(&wrong));

        let session = fresh(&world, Some(guest.token));
        let taken = take(code, "https://news.example", session.clone())
            .await
            .unwrap();
        let again = take(code, "https://news.example", fresh(&world, None)).await;

        assert!(taken.is_new && taken.account.id == id);
        assert!(is_used(&again));
        let found = world
            .thread(ThreadQuery {
                limit: 5,
                ..first_page(Sort::Newest)
            })
            .await;
        assert_eq!(
            (
                found.entries[0].comment.id,
                found.entries[0].comment.author.id
            ),
            (comment, id)
        );
        let now = world.clock.now();
        let listed = world
            .store
            .read(move |tx| sessions::list(tx, now, site, id, Some(&own)));
        assert_eq!(listed.await.unwrap().len(), 1);
        offer(late).await.unwrap();
        world.wait(Duration::from_secs(60));
        assert!(is_used(
            &take(late, "https://news.example", fresh(&world, None)).await
        ));
        world.expect_sound().await;
        let in_page = session.token;
        let end = move |tx: &mut rejoinder_store::Tx<'_>| sessions::sign_out(tx, &in_page);
        world.store.write(end).await.unwrap();
        assert!(!knows(&world, ann.token).await && !knows(&world, in_page).await);
        assert!(offer(secret(&world)).await.is_err());
    });
}

#[test]
fn nobody_takes_a_name_like_one_of_the_newsroom() {
    on_both(|world| async move {
        let kim = world.moderator("Kim Ode").await;
        world.post(&kim, "Kim writes as Kim").await;
        let guest = world.person("Ann");
        let mut draft = world.draft(&guest, None, "Hello").await;
        let mut called = |name: &str| {
            let details = draft.details.as_mut().unwrap();
            name.clone_into(&mut details.name);
            draft.clone()
        };
        let is_protected = |result: Result<_, StoreError>| {
            matches!(result, Err(StoreError::Refused(Refusal::NameProtected)))
        };
        assert!(is_protected(world.send(called("K\u{456}m 0de")).await));
        world.send(called("Ann")).await.unwrap();
        let mut again = world.draft(&guest, None, "As somebody else").await;
        again.details.as_mut().unwrap().name = "kim ode".to_owned();
        assert!(is_protected(world.send(again).await));
    });
}

#[test]
fn an_account_takes_along_everything_that_is_kept_of_it_and_nothing_else() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let kim = world.person("Kim");
        let first = world.post(&ann, "First").await;
        world.edit(&ann, first, "Second").await.unwrap();
        let other = world.post(&kim, "Not Ann's").await;
        world.vote(&ann, other, Some(Vote::Up)).await.unwrap();
        let (now, site) = (world.clock.now(), world.site.id);
        let id = world.reader(&ann).await.author.unwrap().id;

        let everything = world
            .store
            .read(move |tx| personal::personal_data(tx, now, site, id))
            .await
            .unwrap();

        assert_eq!(
            everything.account.email.as_deref(),
            Some("ann@reader.example")
        );
        let comment = &everything.comments[0];
        assert_eq!(
            (comment.text.as_str(), &comment.earlier[..]),
            ("Second", &["First".to_owned()][..])
        );
        let counts = (
            everything.comments.len(),
            everything.votes.len(),
            everything.sessions.len(),
        );
        assert_eq!(counts, (1, 1, 1));
    });
}

#[test]
fn a_new_name_stands_on_everything_that_was_written() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        world.post(&ann, "First").await;
        let author = world.reader(&ann).await.author.unwrap();
        let (now, site) = (world.clock.now(), world.site.clone());
        let before = world.heard.lock().unwrap().len();
        let rename = |name: &'static str| {
            let (author, site) = (author.clone(), site.clone());
            world
                .store
                .write(move |tx| renaming::rename(tx, now, &site, &author, name))
        };
        rename("Ann Lee").await.unwrap();
        let refused = rename("M\u{43e}derator").await;
        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::NameProtected))
        ));
        let thread = world.thread(first_page(Sort::Oldest)).await;
        assert_eq!(thread.entries[0].comment.author.name, "Ann Lee");
        assert!(world.heard.lock().unwrap().len() > before);
        world.expect_sound().await;
    });
}

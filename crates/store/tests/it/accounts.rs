//! Accounts: links by mail, sessions, and what guests bring along.

use std::time::Duration;

use rejoinder_core::author::{self, Role};
use rejoinder_core::moderation::{FlagReason, Trust};
use rejoinder_core::thread::ThreadQuery;
use rejoinder_core::{
    AuthorId, Clock as _, CommentId, Random as _, Refusal, Sort, TokenHash, Vote,
};
use rejoinder_store::erasures::{self, Fate};
use rejoinder_store::flags::{self, NewFlag};
use rejoinder_store::jobs::NewJob;
use rejoinder_store::mail_sign_ins::{self, Entered, Opened, Wish};
use rejoinder_store::sessions::{self, NewSession};
use rejoinder_store::standing::{self, Change};
use rejoinder_store::{StoreError, authors, personal};

use crate::support::{Person, World, first_page, on_both};

const BROWSER: TokenHash = TokenHash([7; 32]);

/// What a browser shows that has signed in.
const KNOWN: TokenHash = TokenHash([9; 32]);

fn secret(world: &World) -> TokenHash {
    let mut bytes = [0; 32];
    world.random.fill(&mut bytes);
    TokenHash(bytes)
}

async fn ask(world: &World, email: &str) -> Option<TokenHash> {
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
    let wish = Wish {
        site: world.site.id,
        email: email.to_owned(),
        mailbox: author::mailbox(email),
        token,
        browser,
        known,
        code: format!("12345{}", browser.0[0] - 1),
        mail: NewJob {
            id: world.ids.next(now),
            site: world.site.id,
            kind: "mail",
            dedup_key: format!("{token:?}"),
            payload: "{}".to_owned(),
            run_at: now,
        },
    };
    let asked = world
        .store
        .write(move |tx| mail_sign_ins::ask(tx, now, &wish));
    asked.await.unwrap().then_some(token)
}

/// Open a link in a browser that shows `browser`, instead of what it showed before.
async fn enter_from(
    world: &World,
    link: TokenHash,
    browser: Option<TokenHash>,
    code: &str,
    session: NewSession,
) -> Result<Entered, StoreError> {
    let now = world.clock.now();
    let opened = Opened {
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
        .write(move |tx| mail_sign_ins::enter(tx, now, &opened))
        .await
}

fn fresh(world: &World, replaces: Option<TokenHash>) -> NewSession {
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
    assert!(matches!(entered, Ok(Entered::As(_))), "{entered:?}");
    Person {
        name: person.name.clone(),
        token,
        network: person.network,
    }
}

fn is_used<T>(result: &Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Refused(Refusal::LinkUsed)))
}

async fn knows(world: &World, token: TokenHash) -> bool {
    let (now, site) = (world.clock.now(), world.site.id);
    let known = world
        .store
        .read(move |tx| authors::by_token(tx, now, site, &token));
    known.await.unwrap().is_some()
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
        assert_eq!(wrong.unwrap(), Entered::CodeWrong);
        let none = enter_from(&world, link, None, "", fresh(&world, None)).await;
        assert_eq!(none.unwrap(), Entered::CodeWrong);
        let right = enter_from(&world, link, other, "123456", fresh(&world, None)).await;
        assert!(matches!(right.unwrap(), Entered::As(_)));

        let link = ask(&world, "ann@reader.example").await.unwrap();
        for _ in 0..5 {
            let wrong = enter_from(&world, link, other, "000000", fresh(&world, None)).await;
            assert_eq!(wrong.unwrap(), Entered::CodeWrong);
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
            assert!(matches!(theirs, Ok(Entered::CodeWrong)), "{theirs:?}");
            let entered = enter_from(&world, latest, Some(own), "", fresh(&world, None)).await;

            assert!(matches!(entered, Ok(Entered::As(_))), "{entered:?}");
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

        assert!(matches!(entered, Ok(Entered::As(_))), "{entered:?}");
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
            let flags = world
                .store
                .read(move |tx| flags::of_comment(tx, site, comment));
            assert_eq!(flags.await.unwrap().len(), n_flags);
        }
        world.expect_sound().await;
    });
}

async fn flag(world: &World, who: &Person, comment: CommentId) {
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
    let raised = world.store.write(move |tx| flags::raise(tx, now, &flag));
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
        let held = Change {
            id: change.id + 1,
            ..change.clone()
        };
        world
            .store
            .write(move |tx| {
                standing::set_trust(tx, now, &held, Trust::AlwaysHeld)?;
                standing::ban(tx, now, &change, None, false)
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
            .read(move |tx| standing::drawer(tx, now, site, id));
        let drawer = drawer.await.unwrap().unwrap();
        assert_eq!(drawer.standing.trust, Trust::AlwaysHeld);
        assert_eq!(drawer.history.len(), 2);
    });
}

async fn change(world: &World, moderator: &Person, of: &Person) -> Change {
    let moderator = world.reader(moderator).await.author.unwrap();
    Change {
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
            move |tx: &mut rejoinder_store::Tx<'_>| standing::ban(tx, now, &change, None, false);
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
                .write(move |tx| authors::set_role(tx, site, id, role))
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
                sessions::offer(tx, now, site, &own, &code, "https://news.example")
            })
        };
        let take = |code: TokenHash, origin: &'static str, session: NewSession| {
            let now = world.clock.now();
            world
                .store
                .write(move |tx| sessions::take_up(tx, now, site, &code, origin, &session))
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

/// Ask for the account of `who` to be deleted, and let a day go by.
pub(crate) async fn ask_to_erase(world: &World, who: &Person, fate: Fate) -> AuthorId {
    let (now, site) = (world.clock.now(), world.site.id);
    let account = world.reader(who).await.author.unwrap();
    let (id, job) = (account.id, world.ids.next(now));
    world
        .store
        .write(move |tx| erasures::ask(tx, now, site, &account, fate, job))
        .await
        .unwrap();
    world.wait(erasures::GRACE);
    id
}

pub(crate) async fn erase(world: &World, author: AuthorId) {
    let mut is_done = false;
    while !is_done {
        let (now, site) = (world.clock.now(), world.site.id);
        let nobody = AuthorId(world.ids.next(now));
        let step = world
            .store
            .write(move |tx| erasures::step(tx, now, site, author, nobody));
        is_done = step.await.unwrap();
    }
}

#[test]
fn a_deleted_account_leaves_nothing_but_published_comments_by_nobody() {
    on_both(|world| async move {
        let ann = sign_in(
            &world,
            &world.person("Ann Secret"),
            "ann.secret@reader.example",
        )
        .await;
        let kim = world.person("Kim");
        let first = world.post(&ann, "First").await;
        world.edit(&ann, first, "First, mended").await.unwrap();
        let reply = world.reply(&kim, first, "A reply").await;
        let gone = world.post(&ann, "Taken back").await;
        world.remove(&ann, gone).await.unwrap();
        world.vote(&ann, reply, Some(Vote::Up)).await.unwrap();
        flag(&world, &ann, reply).await;
        let id = ask_to_erase(&world, &ann, Fate::Keep).await;

        erase(&world, id).await;

        let thread = world.thread(first_page(Sort::Oldest)).await;
        let shown: Vec<_> = thread
            .entries
            .iter()
            .map(|entry| {
                let comment = &entry.comment;
                (
                    comment.author.name.as_str(),
                    comment.text.as_str(),
                    comment.tally.up,
                )
            })
            .collect();
        assert_eq!(shown, [("", "First, mended", 0), ("Kim", "A reply", 1)]);
        let shown = format!("author_id={}", id.0);
        for line in world.dump().await {
            for trace in [
                "ann.secret",
                "Ann Secret",
                "Taken back",
                "text=First ",
                &shown,
            ] {
                assert!(!line.contains(trace), "{trace} is left: {line}");
            }
        }
        assert!(!knows(&world, ann.token).await);
        world.expect_sound().await;
    });
}

#[test]
fn comments_go_with_the_account_where_that_was_asked_for() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let kim = world.person("Kim");
        let first = world.post(&ann, "First").await;
        world.reply(&kim, first, "A reply").await;
        world.post(&ann, "Alone").await;
        let id = ask_to_erase(&world, &ann, Fate::Remove).await;

        erase(&world, id).await;

        let lines = world.lines(first_page(Sort::Oldest)).await;
        assert_eq!(lines, ["(removed) 1", "  A reply 0"]);
        world.expect_sound().await;
    });
}

#[test]
fn an_account_is_kept_for_a_day_and_when_its_owner_wants_it_back() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        world.post(&ann, "Here").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let account = world.reader(&ann).await.author.unwrap();
        let (id, job) = (account.id, world.ids.next(now));
        let ask = move |tx: &mut rejoinder_store::Tx<'_>| {
            erasures::ask(tx, now, site, &account, Fate::Remove, job)
        };
        world.store.write(ask).await.unwrap();
        world.wait(erasures::GRACE.checked_sub(Duration::from_secs(1)).unwrap());
        erase(&world, id).await;
        assert!(knows(&world, ann.token).await);

        world
            .store
            .write(move |tx| erasures::withdraw(tx, site, id))
            .await
            .unwrap();
        world.wait(Duration::from_secs(86_400));
        erase(&world, id).await;

        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["Here 0"]);
        let moderator = world.moderator("Mo").await;
        let moderator = world.reader(&moderator).await.author.unwrap();
        let ask = move |tx: &mut rejoinder_store::Tx<'_>| {
            erasures::ask(tx, now, site, &moderator, Fate::Keep, job + 1)
        };
        let refused = world.store.write(ask).await;
        assert!(matches!(
            refused,
            Err(StoreError::Refused(Refusal::NotAllowed))
        ));
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
            .read(move |tx| personal::everything(tx, now, site, id))
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
                .write(move |tx| personal::rename(tx, now, &site, &author, name))
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

//! What is left of a guest who takes everything back: the whole database is looked through.

use std::time::Duration;

use rejoinder_core::discussion::sort::Sort;
use rejoinder_core::moderation::{Finding, LateVerdict, ModerationAction, Phase, StateReason};
use rejoinder_core::notices::subscription::SubscriptionKind;
use rejoinder_core::{Clock as _, CommentState, Refusal, TokenHash};
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::identity::erasures::EraseAuthor;
use rejoinder_store::identity::guests;
use rejoinder_store::notices::subscriptions::{self, NewSubscription};
use rejoinder_store::{StoreError, Tx, jobs};

use crate::identity::guest_traces::{
    CANARY, URL, ask, ask_for, by_link, find, flag, full, kept, left, proven, schema, take_back,
    told,
};
use crate::notices::mails::wish;
use crate::support::{first_page, key, on_both};

#[test]
fn a_guest_who_takes_everything_back_leaves_nothing_but_a_stop_on_their_browser() {
    for is_by_mail in [false, true] {
        on_both(|world| async move {
            let full = full(&world).await;
            let before = world.dump().await;
            for (table, columns) in schema() {
                for column in columns.iter().filter_map(|column| column.strip_suffix('!')) {
                    let filled = |line: &&String| {
                        line.starts_with(&format!("{table}: "))
                            && !line.contains(&format!("{column}=-"))
                            && !line.ends_with(&format!("{column}="))
                            && !line.contains(&format!("{column}= "))
                    };
                    assert!(
                        before.iter().any(|line| filled(&line)),
                        "{table}.{column} is empty"
                    );
                }
            }
            let proven = match is_by_mail {
                true => by_link(&world, full.link).await.unwrap(),
                false => proven(&world, &full.guest).await,
            };
            assert_eq!(proven.guests, [full.id]);

            take_back(&world, proven).await.unwrap();

            let dump = world.dump().await;
            let left = left(&dump, &full);
            let tables: Vec<_> = left
                .iter()
                .filter_map(|line| line.split(' ').next())
                .collect();
            assert_eq!(tables, ["ban:", "erased:"], "{left:#?}");
            for line in &dump {
                let is_theirs = |word: &str| {
                    line.contains(&format!("comment_id={}", full.first.0)) && line.contains(word)
                };
                assert!(!is_theirs("note=W") && !is_theirs("findings={"), "{line}");
            }
            let lines = world.lines(first_page(Sort::Oldest)).await;
            // The name that somebody else typed stays with what they wrote.
            let reply = "  A reply, @Z\u{430}nz\u{456}bar 0";
            assert_eq!(lines, ["(removed) 1", reply, "It was late. 0"]);
            world.expect_sound().await;
            let draft = world.draft(&full.guest, None, "Here again").await;
            assert!(matches!(
                world.send(draft).await,
                Err(StoreError::Refused(Refusal::Banned { .. }))
            ));
        });
    }
}

#[test]
fn a_comment_that_its_author_deletes_leaves_no_word_of_it() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        world.post(&ann, "Another").await;
        let mut draft = world.draft(&ann, None, "Zanzibar sings").await;
        draft.idempotency = key("k1", 7);
        let first = world.send(draft.clone()).await.unwrap().comment.id;
        world
            .edit(&ann, first, &format!("Zanzibar!\n\n{URL}\n"))
            .await
            .unwrap();
        find(&world).await;
        flag(&world, &bob, first).await;
        world.remove(&ann, first).await.unwrap();

        let said = Finding {
            note: Some("Zanzibar again".to_owned()),
            ..Finding::new(Phase::External, CommentState::Spam, StateReason::External)
        };
        let verdict = LateVerdict {
            phase: Phase::External,
            finding: Some(said),
        };
        assert!(!world.late(first, 2, verdict).await.unwrap());
        let again = world.send(draft).await;

        assert!(matches!(
            again,
            Err(StoreError::Refused(Refusal::KeyReused))
        ));
        for line in world.dump().await {
            assert!(!line.to_lowercase().contains(CANARY), "{line}");
        }
        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["Another 0"]);
        world.expect_sound().await;
    });
}

#[test]
fn the_last_comment_that_a_guest_deletes_takes_their_name_and_address_along() {
    on_both(|world| async move {
        let ann = world.person("Zanzibar");
        let mut draft = world.draft(&ann, None, "First").await;
        draft.details = Some(GuestDetails {
            name: "Zanzibar".to_owned(),
            email: Some("zanzibar@reader.example".to_owned()),
            website: None,
        });
        draft.notify = Some(told(&world));
        let first = world.send(draft).await.unwrap().comment.id;
        let second = world.post(&ann, "Second").await;
        let has = async || {
            let dump = world.dump().await;
            dump.iter().any(|line| line.to_lowercase().contains(CANARY))
        };

        world.remove(&ann, first).await.unwrap();
        assert!(has().await);
        world.remove(&ann, second).await.unwrap();

        assert!(!has().await, "{:#?}", world.dump().await);
        let own = world.reader(&ann).await.author.unwrap();
        assert_eq!(own.name, "");
        world.post(&ann, "Third").await;
        assert_eq!(world.reader(&ann).await.author.unwrap().id, own.id);
        world.expect_sound().await;
    });
}

#[test]
fn what_a_moderator_removed_stays_for_the_moderators_until_its_author_takes_all_back() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let first = world.post(&ann, "Zanzibar").await;
        world
            .decide(&kim, first, ModerationAction::Remove)
            .await
            .unwrap();
        let second = world.post(&ann, "Second").await;
        world.remove(&ann, second).await.unwrap();
        assert_eq!(world.reader(&ann).await.author.unwrap().name, "Ann");

        let proven = proven(&world, &ann).await;
        take_back(&world, proven).await.unwrap();

        for line in world.dump().await {
            assert!(!line.to_lowercase().contains(CANARY), "{line}");
        }
    });
}

#[test]
fn a_mailbox_gets_a_link_once_an_hour_and_only_where_it_was_confirmed() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        world.post(&ann, "First").await;
        let unknown = ask_for(&world, "ann@reader.example", TokenHash([1; 32])).await;
        world
            .subscribe(
                &ann,
                NewSubscription {
                    id: 5,
                    secret: "s".to_owned(),
                    ..wish(SubscriptionKind::Page, "ann@reader.example")
                },
            )
            .await;

        let first = ask_for(&world, "ann@reader.example", TokenHash([2; 32])).await;
        let again = ask_for(&world, "ann@reader.example", TokenHash([3; 32])).await;
        let is_there = by_link(&world, TokenHash([2; 32])).await.is_some();
        world.wait(guests::LINK_LIFETIME);
        let is_over = by_link(&world, TokenHash([2; 32])).await.is_none();
        let later = ask_for(&world, "ann@reader.example", TokenHash([4; 32])).await;

        assert_eq!((unknown, first, again, later), (false, true, false, true));
        assert!(is_there && is_over);
    });
}

#[test]
fn one_mailbox_is_one_however_its_address_is_written() {
    on_both(|world| async move {
        let (ann, also_ann) = (world.person("Ann"), world.person("Ann at work"));
        world.post(&ann, "At home").await;
        world.post(&also_ann, "At work").await;
        let spelled = [
            (&ann, 5, SubscriptionKind::Page, "ann.lee+news@gmail.com"),
            (
                &also_ann,
                6,
                SubscriptionKind::Replies,
                "AnnLee@googlemail.com",
            ),
        ];
        for (person, id, kind, email) in spelled {
            let told = NewSubscription {
                id,
                secret: format!("secret-{id}"),
                ..wish(kind, email)
            };
            world.subscribe(person, told).await;
        }

        let first = ask_for(&world, "ann.lee+news@gmail.com", TokenHash([2; 32])).await;
        let again = ask_for(&world, "annlee@googlemail.com", TokenHash([3; 32])).await;
        let proven = by_link(&world, TokenHash([2; 32])).await.unwrap();

        assert!(first && !again, "one link an hour to a mailbox");
        assert_eq!(kept(&world, &proven).await.guests.len(), 2);
        let other = ask_for(&world, "a.n.n.lee@gmail.com", TokenHash([4; 32])).await;
        world.wait(guests::LINK_LIFETIME);
        let later = ask_for(&world, "a.n.n.lee@gmail.com", TokenHash([5; 32])).await;
        assert!(!other && !later, "mails go where they were confirmed");
    });
}

#[test]
fn a_link_leads_to_nothing_of_an_address_that_only_counts_as_the_same_mailbox() {
    on_both(|world| async move {
        let people = [
            (
                world.person("Ann"),
                5,
                SubscriptionKind::Page,
                "ann@reader.example",
            ),
            (
                world.person("Eve"),
                6,
                SubscriptionKind::Replies,
                "ann+eve@reader.example",
            ),
        ];
        for (person, id, kind, email) in &people {
            world.post(person, email).await;
            let told = NewSubscription {
                id: *id,
                secret: format!("secret-{id}"),
                ..wish(*kind, email)
            };
            world.subscribe(person, told).await;
        }
        assert!(ask_for(&world, "Ann+Eve@reader.example", TokenHash([2; 32])).await);
        let proven = by_link(&world, TokenHash([2; 32])).await.unwrap();

        let kept = kept(&world, &proven).await;
        take_back(&world, proven).await.unwrap();

        assert_eq!(kept.guests.len(), 1);
        assert_eq!(kept.guests[0].comments[0].text, "ann+eve@reader.example");
        assert!(kept.subscriptions.is_empty());
        let lines = world.lines(first_page(Sort::Oldest)).await;
        assert_eq!(lines, ["ann@reader.example 0"]);
        let dump = world.dump().await;
        let told = dump
            .iter()
            .filter(|line| line.starts_with("subscription: "));
        let told: Vec<_> = told.collect();
        assert!(
            told.len() == 1 && told[0].contains("ann@reader.example"),
            "{told:?}"
        );
    });
}

#[test]
fn an_address_that_someone_else_typed_leads_to_nothing_of_theirs() {
    on_both(|world| async move {
        let (ann, eve) = (world.person("Ann"), world.person("Eve"));
        world.post(&ann, "Of Ann").await;
        world.subscribe(&ann, told(&world)).await;
        let mut draft = world.draft(&eve, None, "Of Eve").await;
        draft.details = Some(GuestDetails {
            name: "Eve".to_owned(),
            email: Some("zanzibar@reader.example".to_owned()),
            website: None,
        });
        world.send(draft).await.unwrap();
        assert!(ask(&world, TokenHash([2; 32])).await);
        let proven = by_link(&world, TokenHash([2; 32])).await.unwrap();

        let kept = kept(&world, &proven).await;
        assert_eq!(kept.guests.len(), 1);
        assert_eq!(kept.guests[0].comments[0].text, "Of Ann");
        take_back(&world, proven).await.unwrap();

        assert_eq!(world.lines(first_page(Sort::Oldest)).await, ["Of Eve 0"]);
        for line in world.dump().await {
            assert!(!line.to_lowercase().contains(CANARY), "{line}");
        }
    });
}

#[test]
fn what_is_too_much_for_one_step_is_done_by_a_job() {
    on_both(|world| async move {
        let ann = world.person("Zanzibar");
        for n in 0..650 {
            world.wait(Duration::from_secs(60));
            world.post(&ann, &format!("Zanzibar {n}")).await;
        }
        let guest = proven(&world, &ann).await;
        let author = guest.guests[0];

        take_back(&world, guest).await.unwrap();
        assert!(world.reader(&ann).await.author.is_none());
        let now = world.clock.now();
        let claim = move |tx: &mut Tx<'_>| jobs::claim(tx, now, Duration::from_secs(60), 100);
        let claimed = world.store.write(claim).await.unwrap();
        assert!(claimed.iter().any(|job| {
            let erase: Result<EraseAuthor, _> = job.read();
            erase.is_ok_and(|erase| erase.author == author)
        }));
        crate::identity::account_erasures::erase(&world, author).await;

        for line in world.dump().await {
            assert!(!line.to_lowercase().contains(CANARY), "{line}");
        }
        world.expect_sound().await;
    });
}

#[test]
fn an_address_that_is_told_nothing_any_more_is_forgotten() {
    for is_all in [false, true] {
        on_both(|world| async move {
            let ann = world.person("Ann");
            let first = world.post(&ann, "First").await;
            let secret = world.subscribe(&ann, told(&world)).await;
            world.reply(&world.person("Bob"), first, "A reply").await;
            world.mails().await;
            let (now, site) = (world.clock.now(), world.site.id);

            let end = move |tx: &mut Tx<'_>| match is_all {
                true => subscriptions::end_all(tx, now, site, &secret),
                false => subscriptions::end(tx, now, site, &secret).map(drop),
            };
            world.store.write(end).await.unwrap();

            for line in world.dump().await {
                assert!(!line.contains("zanzibar"), "{line}");
            }
        });
    }
}

//! Subscriptions, and who is told of what.

use std::time::Duration;

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::notices::subscription::{MailPace, SubscriptionKind};
use rejoinder_core::publication::settings::ModerationMode;
use rejoinder_core::{AuthorId, Clock as _, CommentId, PageId, Refusal, Time};
use rejoinder_store::jobs::{self, Payload as _};
use rejoinder_store::notices::subscriptions::{self, NewSubscription, SubscribeOutcome};
use rejoinder_store::notices::telling;
use rejoinder_store::notices::{
    mails::{self, DueMail},
    outbox::PendingNotice,
    telling::FanOut,
};
use rejoinder_store::{Result, StoreError, discussion::pages, identity::authors};

use crate::support::{Person, World, on_both, story};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub(crate) fn wish(kind: SubscriptionKind, email: &str) -> NewSubscription {
    NewSubscription {
        id: 0,
        secret: String::new(),
        kind,
        branch: None,
        pace: MailPace::AtOnce,
        email: Some(email.to_owned()),
    }
}

impl World {
    /// `person` asks to be told of comments on the story; gives the secret of the wish.
    async fn ask(
        &self,
        person: &Person,
        wish: NewSubscription,
    ) -> Result<(SubscribeOutcome, String)> {
        let (now, site, token) = (self.clock.now(), self.site.id, person.token);
        let id = self.ids.next(now);
        let secret = format!("secret-{id}");
        let wish = NewSubscription {
            id,
            secret: secret.clone(),
            ..wish
        };
        let (page, author) = (PageId(self.ids.next(now)), AuthorId(self.ids.next(now)));
        let ask = self.store.write(move |tx| {
            let page = pages::find_or_add(tx, now, site, page, &story(), None)?;
            let author = authors::by_token_or_new(tx, now, site, author, &token)?;
            subscriptions::ask(tx, now, &page, &author, &wish)
        });
        Ok((ask.await?, secret))
    }

    pub(crate) async fn subscribe(&self, person: &Person, wish: NewSubscription) -> String {
        let (asked, secret) = self.ask(person, wish).await.unwrap();
        if asked == SubscribeOutcome::Unconfirmed {
            self.confirm(&secret).await;
        }
        secret
    }

    async fn confirm(&self, secret: &str) {
        let (now, site, secret) = (self.clock.now(), self.site.id, secret.to_owned());
        self.store
            .write(move |tx| subscriptions::confirm(tx, now, site, &secret))
            .await
            .unwrap();
    }

    /// Do what is due: find who is to be told, and send. Gives each mail as its address and texts.
    pub(crate) async fn mails(&self) -> Vec<(String, Vec<String>)> {
        let (now, site) = (self.clock.now(), self.site.id);
        let mut mails = Vec::new();
        loop {
            let claim = move |tx: &mut rejoinder_store::Tx<'_>| jobs::claim(tx, now, HOUR, 100);
            let claimed = self.store.write(claim).await.unwrap();
            if claimed.is_empty() {
                mails.sort();
                return mails;
            }
            for job in claimed {
                if job.kind == FanOut::KIND {
                    let FanOut { comment } = job.read().unwrap();
                    let step = move |tx: &mut rejoinder_store::Tx<'_>| {
                        telling::fan_out(tx, now, site, comment, 0)
                    };
                    assert_eq!(self.store.write(step).await.unwrap(), None);
                }
                if job.kind == PendingNotice::KIND {
                    let told: PendingNotice = job.read().unwrap();
                    mails.extend(self.due(told).await.map(shown));
                    let sent = move |tx: &mut rejoinder_store::Tx<'_>| {
                        mails::mark_sent(tx, now, site, told)
                    };
                    self.store.write(sent).await.unwrap();
                }
                self.store
                    .write(move |tx| jobs::finish(tx, now, &job))
                    .await
                    .unwrap();
            }
        }
    }

    async fn due(&self, told: PendingNotice) -> Option<DueMail> {
        let site = self.site.id;
        let due = self.store.read(move |tx| mails::due(tx, site, told));
        due.await.unwrap()
    }
}

fn shown(due: DueMail) -> (String, Vec<String>) {
    let texts = due.comments.into_iter().map(|comment| comment.text);
    (due.subscription.email, texts.collect())
}

pub(crate) fn mail(to: &str, texts: &[&str]) -> (String, Vec<String>) {
    let texts = texts.iter().map(|text| (*text).to_owned());
    (to.to_owned(), texts.collect())
}

#[test]
fn nothing_is_sent_to_an_address_before_it_is_confirmed_but_one_mail() {
    on_both(|world| async move {
        let (ann, eve) = (world.person("Ann"), world.person("Eve"));
        let (first, secret) = world
            .ask(&eve, wish(SubscriptionKind::Page, "Ann@reader.example"))
            .await
            .unwrap();
        let (again, _) = world
            .ask(&ann, wish(SubscriptionKind::Page, "ann+x@reader.example"))
            .await
            .unwrap();
        assert_eq!(
            (first, again),
            (SubscribeOutcome::Unconfirmed, SubscribeOutcome::Unconfirmed)
        );

        assert_eq!(world.mails().await, [mail("Ann@reader.example", &[])]);
        world.post(&world.person("Bob"), "Unheard").await;
        assert_eq!(world.mails().await, []);

        world.confirm(&secret).await;
        world.post(&world.person("Bob"), "Heard").await;
        assert_eq!(
            world.mails().await,
            [mail("Ann@reader.example", &["Heard"])]
        );
    });
}

#[test]
fn who_has_proved_one_address_of_a_mailbox_has_proved_no_other() {
    on_both(|world| async move {
        let eve = world.person("Eve");
        world
            .subscribe(&eve, wish(SubscriptionKind::Page, "ann+x@reader.example"))
            .await;
        let replies = |email| world.ask(&eve, wish(SubscriptionKind::Replies, email));

        let own = replies("Ann+X@reader.example").await.unwrap().0;
        let other = replies("ann@reader.example").await.unwrap().0;

        assert_eq!(
            (own, other),
            (SubscribeOutcome::Subscribed, SubscribeOutcome::Unconfirmed)
        );
    });
}

#[test]
fn a_mail_that_is_out_confirms_the_address_that_it_went_to_and_no_other() {
    on_both(|world| async move {
        let eve = world.person("Eve");
        let own = wish(SubscriptionKind::Page, "ann+eve@reader.example");
        let (_, secret) = world.ask(&eve, own).await.unwrap();
        let other = wish(SubscriptionKind::Page, "ann@reader.example");
        world.ask(&eve, other).await.unwrap();

        world.confirm(&secret).await;
        world.post(&world.person("Bob"), "Hello").await;

        let to: Vec<String> = world.mails().await.into_iter().map(|(to, _)| to).collect();
        assert_eq!(to, ["ann+eve@reader.example"]);
    });
}

#[test]
fn strangers_can_have_few_mails_sent_to_an_address() {
    on_both(|world| async move {
        let (now, site) = (world.clock.now(), world.site.id);
        for n in 0..9 {
            let (token, author) = (world.person("Eve").token, AuthorId(n + 1));
            let wish = NewSubscription {
                id: n + 1,
                secret: format!("secret-{n}"),
                ..wish(SubscriptionKind::Page, "ann@reader.example")
            };
            let ask = world.store.write(move |tx| {
                let key = rejoinder_core::PageKey::parse(&format!("page-{n}"))?;
                let page = pages::find_or_add(tx, now, site, PageId(n + 1), &key, None)?;
                let author = authors::by_token_or_new(tx, now, site, author, &token)?;
                subscriptions::ask(tx, now, &page, &author, &wish)
            });
            assert_eq!(ask.await.unwrap(), SubscribeOutcome::Unconfirmed);
        }
        assert_eq!(world.mails().await.len(), 5);
    });
}

#[test]
fn each_is_told_of_what_they_asked_for_and_never_of_their_own() {
    on_both(|world| async move {
        let (ann, bob, cleo) = (
            world.person("Ann"),
            world.person("Bob"),
            world.person("Cleo"),
        );
        let root = world.post(&ann, "Root").await;
        let other = world.post(&bob, "Another root").await;
        world
            .subscribe(&ann, wish(SubscriptionKind::Replies, "ann@reader.example"))
            .await;
        world
            .subscribe(&bob, wish(SubscriptionKind::Page, "bob@reader.example"))
            .await;
        let branch = NewSubscription {
            branch: Some(other),
            ..wish(SubscriptionKind::Branch, "cleo@reader.example")
        };
        world.subscribe(&cleo, branch).await;
        world.mails().await;

        let reply = world.reply(&bob, root, "Bob to Ann").await;
        world
            .reply(&world.person("Dan"), reply, "Dan to Bob, below Ann")
            .await;
        world.reply(&ann, root, "Ann to herself").await;
        world.reply(&cleo, other, "Cleo to Bob").await;
        world.reply(&ann, other, "Ann in the other branch").await;
        world.post(&world.person("Eve"), "A third root").await;

        let told = world.mails().await;
        let of = |to: &str| -> Vec<String> {
            let own = told.iter().filter(|(address, _)| address == to);
            let mut texts: Vec<String> = own.flat_map(|(_, texts)| texts.clone()).collect();
            texts.sort();
            texts
        };
        assert_eq!(
            of("ann@reader.example"),
            ["Bob to Ann", "Dan to Bob, below Ann"]
        );
        assert_eq!(
            of("bob@reader.example"),
            [
                "A third root",
                "Ann in the other branch",
                "Ann to herself",
                "Cleo to Bob",
                "Dan to Bob, below Ann"
            ]
        );
        assert_eq!(of("cleo@reader.example"), ["Ann in the other branch"]);
    });
}

#[test]
fn a_mailbox_is_told_once_of_a_comment_however_often_it_asked() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let root = world.post(&ann, "Root").await;
        world
            .subscribe(&ann, wish(SubscriptionKind::Replies, "ann@reader.example"))
            .await;
        world
            .subscribe(&ann, wish(SubscriptionKind::Page, "ann+all@reader.example"))
            .await;
        world.mails().await;

        world.reply(&world.person("Bob"), root, "A reply").await;

        assert_eq!(world.mails().await.len(), 1);
    });
}

#[test]
fn what_waits_is_told_once_it_is_published_and_what_was_removed_is_not() {
    on_both(|mut world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        world
            .subscribe(&ann, wish(SubscriptionKind::Page, "ann@reader.example"))
            .await;
        world.mails().await;
        world.site.settings.mode = ModerationMode::Before;
        let held = world.post(&world.person("Bob"), "Held").await;
        let refused = world.post(&world.person("Bob"), "Refused").await;
        assert_eq!(world.mails().await, []);

        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        world
            .decide(&kim, refused, ModerationAction::Reject)
            .await
            .unwrap();
        assert_eq!(world.mails().await, [mail("ann@reader.example", &["Held"])]);
        world
            .decide(&kim, held, ModerationAction::Reject)
            .await
            .unwrap();
        world
            .decide(&kim, held, ModerationAction::Approve)
            .await
            .unwrap();
        assert_eq!(world.mails().await, []);

        world.site.settings.mode = ModerationMode::After;
        let gone = world.post(&world.person("Bob"), "Gone").await;
        world
            .decide(&kim, gone, ModerationAction::Remove)
            .await
            .unwrap();
        assert_eq!(world.mails().await, []);
    });
}

#[test]
fn a_digest_gathers_and_leaves_out_what_was_removed() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let daily = NewSubscription {
            pace: MailPace::Daily,
            ..wish(SubscriptionKind::Page, "ann@reader.example")
        };
        world.subscribe(&ann, daily).await;
        world.mails().await;
        let bob = world.person("Bob");
        world.post(&bob, "First").await;
        let removed = world.post(&bob, "Second").await;
        world.post(&bob, "Third").await;
        assert_eq!(world.mails().await, []);
        world
            .decide(&kim, removed, ModerationAction::Remove)
            .await
            .unwrap();

        world.wait(24 * HOUR);
        assert_eq!(
            world.mails().await,
            [mail("ann@reader.example", &["First", "Third"])]
        );
        world.wait(24 * HOUR);
        assert_eq!(world.mails().await, []);
    });
}

#[test]
fn a_flood_becomes_a_digest() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        world
            .subscribe(&ann, wish(SubscriptionKind::Page, "ann@reader.example"))
            .await;
        world.mails().await;
        for n in 0..25 {
            world
                .post(&world.person("Bob"), &format!("Comment {n}"))
                .await;
        }
        assert_eq!(world.mails().await.len(), 20);
        world.wait(HOUR);
        let rest = world.mails().await;
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].1.len(), 5);
    });
}

#[test]
fn an_ended_subscription_sends_nothing_more_even_what_was_under_way() {
    on_both(|world| async move {
        let (ann, site, now) = (world.person("Ann"), world.site.id, world.clock.now());
        let secret = world
            .subscribe(&ann, wish(SubscriptionKind::Page, "ann@reader.example"))
            .await;
        world.mails().await;
        world.post(&world.person("Bob"), "Too late").await;
        for _twice in 0..2 {
            let secret = secret.clone();
            let end = world
                .store
                .write(move |tx| subscriptions::end(tx, now, site, &secret));
            end.await.unwrap();
        }
        assert_eq!(world.mails().await, []);
    });
}

#[test]
fn ending_one_kind_of_mails_about_a_page_ends_all_of_its_kind_and_no_other() {
    for ended in [
        SubscriptionKind::Page,
        SubscriptionKind::Replies,
        SubscriptionKind::Branch,
    ] {
        on_both(move |world| async move {
            let (ann, site, now) = (world.person("Ann"), world.site.id, world.clock.now());
            let cleo = world.person("Cleo");
            let roots = [world.post(&ann, "One").await, world.post(&ann, "Two").await];
            let of = |kind, branch, email| NewSubscription {
                branch,
                ..wish(kind, email)
            };
            let mut secrets = Vec::new();
            for (kind, branch) in [
                (SubscriptionKind::Page, None),
                (SubscriptionKind::Replies, None),
                (SubscriptionKind::Branch, Some(roots[0])),
                (SubscriptionKind::Branch, Some(roots[1])),
            ] {
                let wish = of(kind, branch, "ann+x@reader.example");
                secrets.push((kind, world.subscribe(&ann, wish).await));
                let beside = of(kind, branch, "cleo@reader.example");
                world.subscribe(&cleo, beside).await;
            }
            let (_, secret) = secrets.iter().find(|(kind, _)| *kind == ended).unwrap();

            let secret = secret.clone();
            let end = world
                .store
                .write(move |tx| subscriptions::end(tx, now, site, &secret));
            let left = end.await.unwrap();

            let mut expected: Vec<String> = secrets
                .into_iter()
                .filter(|(kind, _)| *kind != ended)
                .map(|(_, secret)| secret)
                .collect();
            expected.reverse();
            let left: Vec<String> = left.into_iter().map(|one| one.secret).collect();
            assert_eq!(left, expected, "{ended:?}");
            let beside = world.author(&cleo).await;
            let beside = world
                .store
                .read(move |tx| subscriptions::of_author(tx, site, beside));
            assert_eq!(beside.await.unwrap().len(), 4);
        });
    }
}

#[test]
fn a_wish_without_an_address_or_about_another_pages_branch_is_refused() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let nowhere = NewSubscription {
            email: None,
            ..wish(SubscriptionKind::Page, "")
        };
        let refused = world.ask(&ann, nowhere).await.unwrap_err();
        assert!(matches!(
            refused,
            StoreError::Refused(Refusal::EmailMissing)
        ));
        let unknown = NewSubscription {
            branch: Some(CommentId(7)),
            ..wish(SubscriptionKind::Branch, "ann@reader.example")
        };
        let refused = world.ask(&ann, unknown).await.unwrap_err();
        assert!(matches!(
            refused,
            StoreError::Refused(Refusal::CommentUnknown)
        ));
    });
}

#[test]
fn a_mail_for_nobody_is_not_due() {
    on_both(|world| async move {
        for told in [
            PendingNotice::Confirm(1),
            PendingNotice::Comment(1, CommentId(2)),
            PendingNotice::Digest(1, Time::from_micros(3)),
        ] {
            assert!(world.due(told).await.is_none());
        }
    });
}

#[test]
fn an_address_that_two_people_gave_is_known_to_be_neithers() {
    on_both(|world| async move {
        let (ann, eve) = (world.person("Ann"), world.person("Eve"));
        let to = "ann@reader.example";
        let (_, link) = world
            .ask(&ann, wish(SubscriptionKind::Page, to))
            .await
            .unwrap();
        world
            .ask(&eve, wish(SubscriptionKind::Page, to))
            .await
            .unwrap();
        world
            .ask(&eve, wish(SubscriptionKind::Page, to))
            .await
            .unwrap();
        world.confirm(&link).await;

        let (asked, _) = world
            .ask(&eve, wish(SubscriptionKind::Replies, to))
            .await
            .unwrap();

        assert_eq!(asked, SubscribeOutcome::Unconfirmed);
        let bob = world.person("Bob");
        let of = |kind| wish(kind, "bob@reader.example");
        let (_, link) = world.ask(&bob, of(SubscriptionKind::Page)).await.unwrap();
        world.confirm(&link).await;
        let (asked, _) = world
            .ask(&bob, of(SubscriptionKind::Replies))
            .await
            .unwrap();
        assert_eq!(asked, SubscribeOutcome::Subscribed);
    });
}

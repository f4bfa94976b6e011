//! Corrections of articles that readers send to the newsroom.

use std::time::Duration;

use rejoinder_core::discussion::event::EventKind;
use rejoinder_core::integrations::webhook::WebhookEvent;
use rejoinder_core::moderation::ProofOfWorkResult;
use rejoinder_core::passages::correction::{CorrectionState, MAX_OF_AUTHOR};
use rejoinder_core::passages::{Correction, Erratum, Quote, Selector};
use rejoinder_core::publication::settings::{BannedWords, Passages, SourceChecks};
use rejoinder_core::{
    AuthorId, Clock as _, CorrectionId, ErratumId, Page, PageId, Random as _, Refusal,
};
use rejoinder_store::discussion::happenings::{CommentUpdate, updates_since};
use rejoinder_store::discussion::{events, pages};
use rejoinder_store::moderation::groups::Scope;
use rejoinder_store::moderation::word_lists::{self, WordListEntries, WordListKind};
use rejoinder_store::notices::bells;
use rejoinder_store::passages::corrections::{self, CorrectionQuery};
use rejoinder_store::passages::deciding::{
    self, CorrectionAcceptance, CorrectionDecision, TellSender,
};
use rejoinder_store::passages::errata::{self, ErratumTiming};
use rejoinder_store::passages::sending::{self, NewCorrection};
use rejoinder_store::passages::{anchoring, versions};
use rejoinder_store::publication::overview;
use rejoinder_store::{Result, StoreError, Tx, housekeeping, jobs};

use crate::identity::guest_traces::{proven, take_back};
use crate::passages::sources;
use crate::support::{Person, World, on_both, story};

const DAY: Duration = Duration::from_secs(86_400);

const TEXT: &str = "The ferry was late. The captain blamed the new timetable.";

/// What `person` would send.
async fn draft(world: &World, person: &Person, text: &str) -> NewCorrection {
    let now = world.clock.now();
    let mut address_key = [0; 32];
    world.random.fill(&mut address_key);
    let mut site = world.site.clone();
    site.settings.passages = Passages::Correct;
    site.settings.source_checks = SourceChecks::On;
    NewCorrection {
        site,
        page: story(),
        page_id: PageId(world.ids.next(now)),
        id: CorrectionId(world.ids.next(now)),
        author: AuthorId(world.ids.next(now)),
        address_key,
        reader: world.reader(person).await,
        token: person.token,
        annotation: Some(Selector {
            quote: Quote::new("the new timetable", "The captain blamed ", ".").unwrap(),
            position: None,
            rival: None,
        }),
        sources: None,
        article: None,
        text: text.to_owned(),
        proposed: Some("the old timetable".to_owned()),
        thanks: Some(person.name.clone()),
        email: Some("ann@reader.example".to_owned()),
        rendered: markup::render(text),
        work: ProofOfWorkResult::NotAsked,
        solution: None,
    }
}

async fn send(world: &World, new: NewCorrection) -> Result<Correction> {
    let now = world.clock.now();
    let send = move |tx: &mut Tx<'_>| sending::send(tx, now, &new);
    world.store.write(send).await
}

async fn sent(world: &World, person: &Person, text: &str) -> Correction {
    send(world, draft(world, person, text).await).await.unwrap()
}

async fn keep(world: &World, text: &'static str) {
    let (now, site, page) = (world.clock.now(), world.site.id, page(world).await.id);
    let keep = move |tx: &mut Tx<'_>| {
        pages::lock(tx, site, page)?;
        versions::keep(tx, now, site, page, text).map(drop)
    };
    world.store.write(keep).await.unwrap();
}

async fn page(world: &World) -> Page {
    let site = world.site.id;
    let found = world.store.read(move |tx| pages::find(tx, site, &story()));
    found.await.unwrap().unwrap()
}

fn deciding(world: &World, own: &Correction, by: AuthorId) -> CorrectionDecision {
    CorrectionDecision {
        site: world.site.id,
        id: own.id,
        by,
        scope: Scope::all(),
        reason: None,
    }
}

async fn accept(world: &World, own: &Correction, by: AuthorId, line: &str, when: ErratumTiming) {
    let (now, it) = (world.clock.now(), deciding(world, own, by));
    let how = CorrectionAcceptance {
        erratum: ErratumId(world.ids.next(now)),
        line: Some(line.to_owned()),
        is_thanked: true,
        when,
    };
    let accept = move |tx: &mut Tx<'_>| deciding::accept(tx, now, &it, &how);
    world.store.write(accept).await.unwrap();
}

async fn decline(world: &World, own: &Correction, by: AuthorId, reason: &str) -> Result<()> {
    let (now, it) = (world.clock.now(), deciding(world, own, by));
    let it = CorrectionDecision {
        reason: Some(reason.to_owned()),
        ..it
    };
    let decline = move |tx: &mut Tx<'_>| deciding::decline(tx, now, &it);
    world.store.write(decline).await
}

async fn reopen(world: &World, own: &Correction, by: AuthorId) {
    let (now, it) = (world.clock.now(), deciding(world, own, by));
    let reopen = move |tx: &mut Tx<'_>| deciding::reopen(tx, now, &it);
    world.store.write(reopen).await.unwrap();
}

async fn found(world: &World, own: &Correction) -> Option<Correction> {
    let (site, id) = (world.site.id, own.id);
    let find = world
        .store
        .read(move |tx| corrections::find(tx, site, id))
        .await;
    find.unwrap()
}

async fn listed(world: &World) -> Vec<Erratum> {
    let (site, page) = (world.site.id, page(world).await.id);
    let list = world
        .store
        .read(move |tx| errata::of_page(tx, site, page))
        .await;
    list.unwrap()
}

async fn in_state(world: &World, state: CorrectionState) -> Vec<String> {
    let (site, scope) = (world.site.id, Scope::all());
    let query = CorrectionQuery {
        state,
        scope,
        after: None,
        limit: 10,
    };
    let list = world
        .store
        .read(move |tx| corrections::list(tx, site, &query))
        .await;
    let texts = list.unwrap().into_iter().map(|(own, _)| own.text);
    texts.collect()
}

async fn due(world: &World, own: &Correction, is_accepted: bool) -> Option<String> {
    let (site, correction) = (world.site.id, own.id);
    let told = TellSender {
        correction,
        is_accepted,
    };
    let due = world
        .store
        .read(move |tx| deciding::due(tx, site, told))
        .await;
    due.unwrap().map(|(_, _, email)| email)
}

/// What a guest leaves behind by corrections.
pub(crate) async fn of_guest(world: &World, guest: &Person, by: AuthorId) {
    for (text, is_accepted) in [("Zanzibar is far", true), ("Zanzibar is near", false)] {
        let mut new = draft(world, guest, text).await;
        new.proposed = Some("Zanzibar is there".to_owned());
        new.email = Some("zanzibar@reader.example".to_owned());
        new.annotation = Some(Selector {
            quote: Quote::new("Zanzibar is far", "", "").unwrap(),
            position: None,
            rival: None,
        });
        new.sources = Some(sources::given("Zanzibar is far"));
        let own = send(world, new).await.unwrap();
        match is_accepted {
            true => accept(world, &own, by, "A distance was wrong.", ErratumTiming::Now).await,
            false => decline(world, &own, by, "Zanzibar is not").await.unwrap(),
        }
    }
}

#[test]
fn an_accepted_correction_ends_in_the_list_of_its_page_with_thanks_and_the_version_that_says_it() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        keep(&world, TEXT).await;
        assert_eq!(own.state, CorrectionState::Open);
        assert_eq!(listed(&world).await, []);
        let before = page(&world).await.version;

        accept(
            &world,
            &own,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;

        let list = listed(&world).await;
        let [erratum] = list.as_slice() else {
            panic!("{list:?}");
        };
        let told = (erratum.line.as_str(), erratum.thanks.as_deref());
        assert_eq!(told, ("The timetable is old.", Some("Ann")));
        assert_eq!(
            (erratum.version, erratum.correction),
            (Some(1), Some(own.id))
        );
        assert!(page(&world).await.version > before);
        assert_eq!(
            found(&world, &own).await.unwrap().state,
            CorrectionState::Accepted
        );
        assert_eq!(
            in_state(&world, CorrectionState::Open).await,
            Vec::<String>::new()
        );
        world.expect_sound().await;
    });
}

#[test]
fn what_waits_for_the_next_version_is_shown_with_it() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        keep(&world, TEXT).await;
        let line = "The timetable is old.";
        accept(&world, &own, kim.id, line, ErratumTiming::NextVersion).await;
        assert_eq!(listed(&world).await, []);

        keep(&world, "The captain blamed the old timetable.").await;

        let list = listed(&world).await;
        assert_eq!((list.len(), list[0].version), (1, Some(2)));
        assert_eq!(list[0].published_at, Some(world.clock.now()));
    });
}

#[test]
fn a_decision_can_be_taken_back_and_its_line_goes_with_it() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        accept(
            &world,
            &own,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        let again = decline(&world, &own, kim.id, "No").await.unwrap_err();
        assert!(matches!(
            again,
            StoreError::Refused(Refusal::CorrectionDecided)
        ));

        reopen(&world, &own, kim.id).await;

        assert_eq!(listed(&world).await, []);
        assert_eq!(
            in_state(&world, CorrectionState::Open).await,
            ["It was the old one."]
        );
        decline(&world, &own, kim.id, "It was not.").await.unwrap();
        let own = found(&world, &own).await.unwrap();
        assert_eq!(own.reason.as_deref(), Some("It was not."));
    });
}

#[test]
fn a_sender_with_an_address_is_told_what_became_of_it_and_the_address_is_forgotten() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        assert_eq!(due(&world, &own, true).await, None);
        accept(
            &world,
            &own,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        let email = Some("ann@reader.example".to_owned());
        assert_eq!(due(&world, &own, true).await, email);
        assert_eq!(due(&world, &own, false).await, None);

        let (site, id) = (world.site.id, own.id);
        let told = move |tx: &mut Tx<'_>| deciding::mark_told(tx, site, id);
        world.store.write(told).await.unwrap();

        assert_eq!(due(&world, &own, true).await, None);
        assert!(!found(&world, &own).await.unwrap().has_email);
    });
}

#[test]
fn an_address_that_nobody_has_proven_to_have_is_told_of_three_at_most() {
    on_both(|world| async move {
        let kim = world.desk().await;
        let mut all = Vec::new();
        for name in ["Ann", "Ben", "Cy", "Di"] {
            all.push(sent(&world, &world.person(name), "It was the old one.").await);
        }
        let told: Vec<bool> = all.iter().map(|own| own.has_email).collect();
        assert_eq!(told, [true, true, true, false]);

        decline(&world, &all[0], kim.id, "It was not.")
            .await
            .unwrap();

        let next = sent(&world, &world.person("Eve"), "It was the old one.").await;
        assert!(next.has_email);
        assert_eq!(due(&world, &all[3], false).await, None);
    });
}

#[test]
fn of_what_the_rules_set_aside_nobody_is_told_by_mail() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let (now, site) = (world.clock.now(), world.site.id);
        let ban = move |tx: &mut Tx<'_>| {
            let entries = WordListEntries::of(["zebra"]).unwrap();
            word_lists::replace(tx, now, site, WordListKind::Banned, &entries)
        };
        world.store.write(ban).await.unwrap();
        let mut new = draft(&world, &ann, "A zebra was late.").await;
        new.site.settings.banned_words = BannedWords::Hold;
        let own = send(&world, new).await.unwrap();
        assert_eq!(own.state, CorrectionState::Held);

        decline(&world, &own, kim.id, "It was none.").await.unwrap();

        let jobs = move |tx: &mut Tx<'_>| jobs::claim(tx, now.after(DAY), DAY, 100);
        let jobs = world.store.write(jobs).await.unwrap();
        let kinds: Vec<&str> = jobs.iter().map(|job| job.kind.as_str()).collect();
        assert!(!kinds.contains(&"correction_mail"), "{kinds:?}");
    });
}

#[test]
fn webhooks_are_told_of_what_waits_and_of_what_was_decided_and_not_of_what_the_rules_set_aside() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        world.hook(1, &WebhookEvent::ALL).await;
        let first = sent(&world, &ann, "It was the old one.").await;
        let (now, site) = (world.clock.now(), world.site.id);
        let ban = move |tx: &mut Tx<'_>| {
            let entries = WordListEntries::of(["zebra"]).unwrap();
            word_lists::replace(tx, now, site, WordListKind::Banned, &entries)
        };
        world.store.write(ban).await.unwrap();
        let mut new = draft(&world, &ann, "A zebra was late.").await;
        new.site.settings.banned_words = BannedWords::Hold;
        let aside = send(&world, new).await.unwrap();
        assert_eq!(aside.state, CorrectionState::Held);
        decline(&world, &aside, kim.id, "It was none.")
            .await
            .unwrap();
        accept(
            &world,
            &first,
            kim.id,
            "It is old.",
            ErratumTiming::NextVersion,
        )
        .await;
        reopen(&world, &first, kim.id).await;
        decline(&world, &first, kim.id, "It was not.")
            .await
            .unwrap();

        let told = [
            "correction.received",
            "correction.decided",
            "correction.received",
            "correction.decided",
        ];
        assert_eq!(world.told(1).await, told);
        let deliveries = world.deliveries(1).await;
        assert!(
            deliveries
                .iter()
                .all(|own| own.correction == Some(first.id))
        );
        world.expect_sound().await;
    });
}

#[test]
fn who_follows_live_is_told_nothing_of_a_correction_and_misses_nothing_else() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let own = sent(&world, &ann, "It was the old one.").await;
        let (now, site, at) = (world.clock.now(), world.site.id, page(&world).await);
        let close = move |tx: &mut Tx<'_>| {
            let page = pages::lock(tx, site, at.id)?;
            events::append(tx, now, &page, EventKind::PageChanged, None)
        };
        world.store.write(close).await.unwrap();
        let kim = world.desk().await;
        decline(&world, &own, kim.id, "It was not.").await.unwrap();

        let read = move |tx: &mut Tx<'_>| updates_since(tx, site, &story(), 0, 100);
        let happened = world.store.read(read).await.unwrap().unwrap();

        let inside = |own: &CommentUpdate| own.event.is_inside();
        let told = &happened.happenings;
        assert_eq!(told.iter().map(inside).collect::<Vec<_>>(), [false, true]);
        assert_eq!(told[1].event.version, happened.page.version);
    });
}

#[test]
fn the_overview_says_how_long_corrections_take_and_wait() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let since = world.clock.now();
        let figures = async || {
            let (now, site) = (world.clock.now(), world.site.id);
            let read = move |tx: &mut Tx<'_>| overview::time_to_correction(tx, now, site, since);
            world.store.read(read).await.unwrap()
        };
        assert_eq!(figures().await, overview::CorrectionTimes::default());
        let first = sent(&world, &ann, "It was the old one.").await;
        let second = sent(&world, &ann, "It was late.").await;
        sent(&world, &ann, "It was red.").await;
        world.wait(Duration::from_secs(60));
        accept(
            &world,
            &first,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        world.wait(Duration::from_secs(60));
        decline(&world, &second, kim.id, "It was not.")
            .await
            .unwrap();

        let found = figures().await;

        assert_eq!(found.accepted, Some((60_000_000, 1)));
        assert_eq!(found.waiting, Some((120_000_000, 1)));
        world.expect_sound().await;
    });
}

#[test]
fn an_account_is_told_by_its_bell() {
    on_both(|world| async move {
        let (ann, kim) = (world.moderator("Ann").await, world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        let (site, author) = (world.site.id, world.author(&ann).await);
        let unread = async || {
            let n = move |tx: &mut Tx<'_>| bells::n_unread(tx, site, author);
            world.store.read(n).await.unwrap()
        };
        assert_eq!(unread().await, 0);
        decline(&world, &own, kim.id, "It was not.").await.unwrap();
        assert_eq!(unread().await, 1);

        let now = world.clock.now();
        let mark = move |tx: &mut Tx<'_>| bells::mark_read(tx, now, site, author, now);
        world.store.write(mark).await.unwrap();

        assert_eq!(unread().await, 0);
        let told = move |tx: &mut Tx<'_>| corrections::decided_of(tx, site, author, 10);
        let told = world.store.read(told).await.unwrap();
        assert_eq!((told.len(), told[0].2), (1, true));
    });
}

#[test]
fn nobody_has_more_open_ones_than_there_can_be() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        for nth in 0..MAX_OF_AUTHOR {
            world.wait(Duration::from_secs(600));
            sent(&world, &ann, &format!("Mistake {nth}")).await;
        }

        let refused = send(&world, draft(&world, &ann, "One more").await).await;

        let max = MAX_OF_AUTHOR;
        assert!(matches!(
            refused.unwrap_err(),
            StoreError::Refused(Refusal::TooManyCorrections { max: most }) if most == max
        ));
    });
}

#[test]
fn a_page_itself_can_take_them_or_not() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        sent(&world, &ann, "It was the old one.").await;
        let (now, page) = (world.clock.now(), page(&world).await);
        let allow = move |tx: &mut Tx<'_>| deciding::allow(tx, now, &page, Some(Passages::Comment));
        world.store.write(allow).await.unwrap();

        let refused = send(&world, draft(&world, &ann, "Another").await).await;

        assert!(matches!(
            refused.unwrap_err(),
            StoreError::Refused(Refusal::CorrectionsOff)
        ));
    });
}

#[test]
fn an_editor_of_other_pages_knows_of_none() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        let now = world.clock.now();
        let it = CorrectionDecision {
            scope: Scope::of(vec![7]),
            ..deciding(&world, &own, kim.id)
        };

        let refused = world
            .store
            .write(move |tx| deciding::decline(tx, now, &it))
            .await;

        assert!(matches!(
            refused.unwrap_err(),
            StoreError::Refused(Refusal::CorrectionUnknown)
        ));
    });
}

#[test]
fn its_passage_is_followed_through_the_versions() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let own = sent(&world, &ann, "It was the old one.").await;
        let (site, page) = (world.site.id, page(&world).await.id);

        let passages = move |tx: &mut Tx<'_>| anchoring::passages(tx, site, page);
        let passages = world.store.read(passages).await.unwrap();

        let holder = anchoring::PassageOwner::Correction(own.id);
        assert_eq!(passages.len(), 1);
        assert_eq!(passages[0].0, holder);
    });
}

#[test]
fn whoever_takes_everything_back_is_thanked_nowhere_and_the_line_stays() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let own = sent(&world, &ann, "It was the old one.").await;
        accept(
            &world,
            &own,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        let before = page(&world).await.version;

        let proven = proven(&world, &ann).await;
        take_back(&world, proven).await.unwrap();

        assert_eq!(found(&world, &own).await, None);
        let list = listed(&world).await;
        assert_eq!(list.len(), 1);
        assert_eq!((&list[0].thanks, list[0].correction), (&None, None));
        assert!(page(&world).await.version > before);
    });
}

#[test]
fn what_was_decided_long_ago_is_forgotten_and_what_waits_is_not() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let old = sent(&world, &ann, "It was the old one.").await;
        accept(
            &world,
            &old,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        let open = sent(&world, &ann, "It was not late.").await;
        world.wait(Duration::from_secs(91 * 86_400));

        let (now, site) = (world.clock.now(), world.site.id);
        let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
        world.store.write(tidy).await.unwrap();

        assert_eq!(found(&world, &old).await, None);
        assert!(found(&world, &open).await.is_some());
        assert_eq!(listed(&world).await[0].thanks.as_deref(), Some("Ann"));
    });
}

#[test]
fn thanks_are_taken_back_when_what_they_were_for_is_long_forgotten() {
    on_both(|world| async move {
        let (ann, kim) = (world.person("Ann"), world.desk().await);
        let old = sent(&world, &ann, "It was the old one.").await;
        accept(
            &world,
            &old,
            kim.id,
            "The timetable is old.",
            ErratumTiming::Now,
        )
        .await;
        world.wait(Duration::from_secs(91 * 86_400));
        let (now, site) = (world.clock.now(), world.site.id);
        let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
        world.store.write(tidy).await.unwrap();

        let proven = proven(&world, &ann).await;
        take_back(&world, proven).await.unwrap();

        let list = listed(&world).await;
        assert_eq!((list.len(), &list[0].thanks), (1, &None));
    });
}

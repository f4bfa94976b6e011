//! Corrections of a transcript that readers propose.

use std::time::Duration;

use rejoinder_core::moderation::Trust;
use rejoinder_core::recordings::proposals::ProposalState;
use rejoinder_core::recordings::{LineText, Proposal, Recording, TranscriptStatus};
use rejoinder_core::{
    Author, AuthorId, Clock as _, PageId, ProposalId, Random as _, RecordingId, Refusal,
};
use rejoinder_store::discussion::pages;
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::moderation::sanctions;
use rejoinder_store::recordings::attaching::{self, NewRecording, RecordingSource};
use rejoinder_store::recordings::proposing::{self, NewProposal, Proposer};
use rejoinder_store::recordings::transcripts::{self, NewRevision, TranscriptRevision};
use rejoinder_store::recordings::{listing, proposals};
use rejoinder_store::{Result, StoreError, Tx, housekeeping, jobs};

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::guest_traces::{proven, take_back};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, on_both, story};

const TEXT: &str = "WEBVTT

00:01.000 --> 00:03.000
<v Ann>The bridge is old.

00:03.000 --> 00:05.000
<v Ann>Nobody knows how cold it is.
";

const NEW: &str = "Nobody knows how old it is.";

/// A recording with a transcript.
pub(crate) async fn talk(world: &World) -> Recording {
    talk_of(world, TEXT).await
}

async fn talk_of(world: &World, webvtt: &'static str) -> Recording {
    let (now, site) = (world.clock.now(), world.site.id);
    let (id, page) = (
        RecordingId(world.ids.next(now)),
        PageId(world.ids.next(now)),
    );
    let attach = move |tx: &mut Tx<'_>| {
        let page = pages::find_or_add(tx, now, site, page, &story(), None)?;
        let new = NewRecording {
            id,
            page: page.id,
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Player {
                address: "https://youtu.be/aqz-KE-bpKQ".to_owned(),
                duration_ms: Some(60_000),
            },
            by: None,
        };
        attaching::attach(tx, now, site, &new)?;
        let recording = listing::find(tx, site, id)?.unwrap();
        transcripts::save(tx, now, &recording, &revision(0, webvtt))?;
        Ok::<_, StoreError>(recording)
    };
    world.store.write(attach).await.unwrap()
}

fn revision(from: i64, webvtt: &str) -> NewRevision {
    NewRevision {
        from,
        status: TranscriptStatus::Draft,
        language: None,
        webvtt: webvtt.to_owned(),
        by: None,
    }
}

async fn save(world: &World, recording: &Recording, from: i64, webvtt: &str) {
    let (now, recording, new) = (world.clock.now(), recording.clone(), revision(from, webvtt));
    let save = move |tx: &mut Tx<'_>| transcripts::save(tx, now, &recording, &new);
    assert!(world.store.write(save).await.unwrap().is_some());
}

async fn hand(world: &World, who: &Person) -> Proposer {
    let mut address_key = [0; 32];
    world.random.fill(&mut address_key);
    Proposer {
        site: world.site.clone(),
        reader: world.reader(who).await,
        token: who.token,
        author: AuthorId(world.ids.next(world.clock.now())),
        address_key,
    }
}

pub(crate) async fn propose(
    world: &World,
    who: &Person,
    recording: &Recording,
    start_ms: i64,
    text: &str,
) -> Result<Proposal> {
    let (now, site, id) = (world.clock.now(), world.site.id, recording.id);
    let look = move |tx: &mut Tx<'_>| proposing::line(tx, site, id, start_ms, None);
    let line = world.store.read(look).await?;
    let hand = hand(world, who).await;
    let is_known = hand.reader.author.is_some();
    let new = NewProposal {
        hand,
        details: (!is_known).then(|| GuestDetails {
            name: who.name.clone(),
            ..GuestDetails::default()
        }),
        id: ProposalId(world.ids.next(now)),
        recording: id,
        line,
        after: LineText {
            speaker: Some(who.name.clone()),
            text: text.to_owned(),
        },
        rendered: markup::render(text),
    };
    let propose = move |tx: &mut Tx<'_>| proposing::propose(tx, now, &new);
    world.store.write(propose).await
}

async fn confirm(world: &World, who: &Person, proposal: &Proposal) -> Result<Proposal> {
    let (now, id, hand) = (world.clock.now(), proposal.id, hand(world, who).await);
    let confirm = move |tx: &mut Tx<'_>| proposing::confirm(tx, now, &hand, id);
    world.store.write(confirm).await
}

async fn accept(world: &World, by: &Author, of: &Recording, it: &Proposal) -> Result<Proposal> {
    let (now, recording, id, by) = (world.clock.now(), of.clone(), it.id, by.id);
    let accept = move |tx: &mut Tx<'_>| proposing::accept(tx, now, &recording, id, by);
    world.store.write(accept).await
}

async fn decline(world: &World, by: &Author, of: &Recording, it: &Proposal, why: &'static str) {
    let (now, recording, id, by) = (world.clock.now(), of.clone(), it.id, by.id);
    let decline = move |tx: &mut Tx<'_>| proposing::decline(tx, now, &recording, id, by, Some(why));
    world.store.write(decline).await.unwrap();
}

async fn newest(world: &World, recording: &Recording) -> (TranscriptRevision, String) {
    let (site, id) = (world.site.id, recording.id);
    let newest = move |tx: &mut Tx<'_>| transcripts::newest(tx, site, id);
    world.store.read(newest).await.unwrap().unwrap()
}

async fn found(world: &World, proposal: &Proposal) -> Option<Proposal> {
    let (site, id) = (world.site.id, proposal.id);
    let find = move |tx: &mut Tx<'_>| proposals::find(tx, site, id);
    world.store.read(find).await.unwrap()
}

async fn version(world: &World) -> i64 {
    let site = world.site.id;
    let find = move |tx: &mut Tx<'_>| pages::find(tx, site, &story());
    world.store.read(find).await.unwrap().unwrap().version
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

/// A recording with a transcript, for which no job is left to do.
pub(crate) async fn finished_talk(world: &World) -> Recording {
    let (recording, now) = (talk(world).await, world.clock.now());
    let finish = move |tx: &mut Tx<'_>| {
        for job in jobs::claim(tx, now, Duration::from_secs(60), 100)? {
            jobs::finish(tx, now, &job)?;
        }
        Ok::<_, StoreError>(())
    };
    world.store.write(finish).await.unwrap();
    recording
}

/// Everything that a guest can leave in the tables of proposals: one that is open and confirmed by
/// another, one that was declined, and a confirmation of another's.
pub(crate) async fn of_guest(world: &World, guest: &Person, kim: &Author, recording: &Recording) {
    let (bob, eve) = (world.person("Bob"), world.person("Eve"));
    let sings = propose(world, guest, recording, 1_000, "Zanzibar sings").await;
    let sings = sings.unwrap();
    confirm(world, &eve, &sings).await.unwrap();
    let loud = propose(world, guest, recording, 3_000, "Zanzibar is loud").await;
    decline(world, kim, recording, &loud.unwrap(), "Zanzibar is not").await;
    let other = propose(world, &bob, recording, 3_000, NEW).await.unwrap();
    confirm(world, guest, &other).await.unwrap();
    // Told by the bell, as soon as the account that takes this over looks.
    world.saw(guest, world.clock.now()).await;
}

#[test]
fn what_is_accepted_is_a_revision_by_whoever_proposed_it() {
    on_both(|world| async move {
        let (recording, ann) = (talk(&world).await, world.person("Ann"));
        let before = version(&world).await;

        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        assert!(version(&world).await > before);
        for name in ["Bob", "Eve"] {
            confirm(&world, &world.person(name), &own).await.unwrap();
        }

        let (revision, webvtt) = newest(&world, &recording).await;
        assert_eq!(
            (revision.revision, revision.status),
            (2, TranscriptStatus::Community)
        );
        assert_eq!(revision.author, own.author);
        assert!(webvtt.contains(NEW), "{webvtt}");
        let own = found(&world, &own).await.unwrap();
        assert_eq!(
            (own.state, own.n_confirmations),
            (ProposalState::Accepted, 2)
        );
    });
}

#[test]
fn whoever_proposed_it_is_told_by_the_bell_what_became_of_it() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let (ann, guest) = (world.account("ann").await, world.person("Guest"));
        let [one, two] = [(1_000, "It is new."), (3_000, NEW)];
        let one = propose(&world, &ann, &recording, one.0, one.1).await;
        let two = propose(&world, &ann, &recording, two.0, two.1).await;
        let other = propose(&world, &guest, &recording, 3_000, "Nobody does.").await;
        assert!(world.bell_notices(&ann).await.is_empty());

        accept(&world, &kim, &recording, &two.unwrap())
            .await
            .unwrap();
        world.wait(Duration::from_secs(1));
        decline(&world, &kim, &recording, &one.unwrap(), "It is old").await;

        let declined = "declined A talk: It is new.";
        let accepted = format!("accepted A talk: {NEW}");
        let new = |text: &str| format!("* {text}");
        let told = world.bell_notices(&ann).await;
        assert_eq!(told, [new(declined), new(&accepted)]);
        world.saw(&ann, world.clock.now()).await;
        assert_eq!(world.bell_notices(&ann).await, [declined, &accepted]);
        // Another's was overtaken, which is not told to Ann.
        let other = found(&world, &other.unwrap()).await.unwrap();
        assert_eq!(other.state, ProposalState::Outdated);
    });
}

#[test]
fn an_editor_is_not_told_of_what_they_decided_themselves() {
    on_both(|world| async move {
        let (recording, ann) = (talk(&world).await, world.account("ann").await);
        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        let author = world.reader(&ann).await.author.unwrap();

        accept(&world, &author, &recording, &own).await.unwrap();

        assert!(world.bell_notices(&ann).await.is_empty());
    });
}

#[test]
fn a_reader_whom_the_moderators_trust_is_enough_and_one_who_always_waits_is_nobody() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let [ann, bob, eve, ida] = ["Ann", "Bob", "Eve", "Ida"].map(|name| world.person(name));
        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        for (who, trust) in [(&bob, Trust::AlwaysHeld), (&ida, Trust::Trusted)] {
            world.post(who, "A comment").await;
            let now = world.clock.now();
            let change = world.about(&kim, world.author(who).await, "Known");
            let set = move |tx: &mut Tx<'_>| sanctions::set_trust(tx, now, &change, trust);
            world.store.write(set).await.unwrap();
        }

        let held = confirm(&world, &bob, &own).await.unwrap();
        let plain = confirm(&world, &eve, &own).await.unwrap();
        let trusted = confirm(&world, &ida, &own).await.unwrap();

        let states = [held, plain, trusted].map(|own| own.state);
        assert_eq!(
            states,
            [
                ProposalState::Open,
                ProposalState::Open,
                ProposalState::Accepted
            ]
        );
    });
}

#[test]
fn a_correction_goes_into_the_newest_revision_where_its_line_is_the_same_there() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let [ann, bob] = ["Ann", "Bob"].map(|name| world.person(name));
        let one = propose(&world, &ann, &recording, 1_000, "It is new.").await;
        let other = propose(&world, &bob, &recording, 3_000, NEW).await;
        let (one, other) = (one.unwrap(), other.unwrap());
        save(&world, &recording, 1, &TEXT.replace("is old", "was old")).await;

        let late = accept(&world, &kim, &recording, &one).await;
        let taken = accept(&world, &kim, &recording, &other).await.unwrap();

        assert_eq!(refusal(late), Refusal::ProposalDecided);
        let one = found(&world, &one).await.unwrap();
        assert_eq!(
            (one.state, taken.state),
            (ProposalState::Outdated, ProposalState::Accepted)
        );
        let (revision, webvtt) = newest(&world, &recording).await;
        assert_eq!(revision.revision, 3);
        assert!(
            webvtt.contains("was old") && webvtt.contains(NEW),
            "{webvtt}"
        );
    });
}

#[test]
fn of_two_corrections_of_a_line_the_one_that_is_accepted_outdates_the_other() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let [ann, bob] = ["Ann", "Bob"].map(|name| world.person(name));
        let one = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        let other = propose(&world, &bob, &recording, 3_000, "Nobody knows.").await;
        let other = other.unwrap();

        accept(&world, &kim, &recording, &one).await.unwrap();

        let other = found(&world, &other).await.unwrap();
        assert_eq!(other.state, ProposalState::Outdated);
    });
}

#[test]
fn an_author_has_ten_open_corrections_at_most() {
    on_both(|world| async move {
        let (recording, ann) = (talk(&world).await, world.person("Ann"));
        for n in 0..10 {
            let text = format!("Take {n}");
            propose(&world, &ann, &recording, 1_000, &text)
                .await
                .unwrap();
        }

        let more = propose(&world, &ann, &recording, 1_000, "Take 10").await;

        assert_eq!(refusal(more), Refusal::TooManyProposals { max: 10 });
    });
}

#[test]
fn who_is_banned_neither_proposes_nor_confirms() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let [ann, bob] = ["Ann", "Bob"].map(|name| world.person(name));
        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        world.post(&bob, "A comment").await;
        let now = world.clock.now();
        let change = world.about(&kim, world.author(&bob).await, "Threats");
        let ban = move |tx: &mut Tx<'_>| sanctions::ban(tx, now, &change, None, false);
        world.store.write(ban).await.unwrap();

        let proposed = propose(&world, &bob, &recording, 1_000, "It is new.").await;
        let confirmed = confirm(&world, &bob, &own).await;

        for refused in [refusal(proposed), refusal(confirmed)] {
            assert!(matches!(refused, Refusal::Banned { .. }), "{refused}");
        }
    });
}

#[test]
fn an_erased_author_leaves_words_in_the_transcript_and_no_name_at_them() {
    for has_account in [false, true] {
        on_both(|world| async move {
            let (recording, kim) = (talk(&world).await, world.desk().await);
            let mut ann = world.person("Ann");
            if has_account {
                ann = sign_in(&world, &ann, "ann@reader.example").await;
            }
            let taken = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
            accept(&world, &kim, &recording, &taken).await.unwrap();
            let open = propose(&world, &ann, &recording, 1_000, "It is new.").await;
            let open = open.unwrap();
            let before = version(&world).await;

            if has_account {
                let id = ask_to_erase(
                    &world,
                    &ann,
                    rejoinder_store::identity::erasures::CommentErasure::Keep,
                );
                erase(&world, id.await).await;
            } else {
                let proven = proven(&world, &ann).await;
                take_back(&world, proven).await.unwrap();
            }

            let (revision, webvtt) = newest(&world, &recording).await;
            assert_eq!((revision.revision, revision.author), (2, None));
            assert!(webvtt.contains(NEW));
            assert_eq!(found(&world, &open).await, None);
            assert_eq!(found(&world, &taken).await, None);
            assert!(version(&world).await > before);
        });
    }
}

#[test]
fn what_a_guest_proposed_becomes_the_accounts_which_has_not_confirmed_it() {
    on_both(|world| async move {
        let (recording, guest) = (talk(&world).await, world.person("Ann"));
        let account = sign_in(&world, &world.person("Anna"), "ann@reader.example").await;
        let own = propose(&world, &guest, &recording, 3_000, NEW)
            .await
            .unwrap();
        confirm(&world, &account, &own).await.unwrap();

        let ann = sign_in(&world, &guest, "ann@reader.example").await;

        let own = found(&world, &own).await.unwrap();
        assert_eq!(own.author, Some(world.author(&ann).await));
        assert_eq!(own.n_confirmations, 0);
        let refused = confirm(&world, &ann, &own).await;
        assert_eq!(refusal(refused), Refusal::OwnProposal);
    });
}

#[test]
fn what_was_declined_is_gone_after_thirty_days() {
    on_both(|world| async move {
        let (recording, kim) = (talk(&world).await, world.desk().await);
        let [ann, bob] = ["Ann", "Bob"].map(|name| world.person(name));
        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        confirm(&world, &bob, &own).await.unwrap();
        decline(&world, &kim, &recording, &own, "No").await;
        let site = world.site.id;
        let tidy = async || {
            let now = world.clock.now();
            let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
            world.store.write(tidy).await.unwrap();
        };

        world.wait(Duration::from_secs(30 * 24 * 60 * 60 - 1));
        tidy().await;
        let kept = found(&world, &own).await.unwrap();
        world.wait(Duration::from_secs(1));
        tidy().await;

        assert_eq!(kept.reason.as_deref(), Some("No"));
        assert_eq!(found(&world, &own).await, None);
    });
}

#[test]
fn a_recording_that_is_removed_takes_its_corrections_along() {
    on_both(|world| async move {
        let (recording, ann) = (talk(&world).await, world.person("Ann"));
        let own = propose(&world, &ann, &recording, 3_000, NEW).await.unwrap();
        confirm(&world, &world.person("Bob"), &own).await.unwrap();

        let now = world.clock.now();
        let remove = move |tx: &mut Tx<'_>| attaching::remove(tx, now, &recording);
        world.store.write(remove).await.unwrap();

        assert_eq!(found(&world, &own).await, None);
        world.expect_sound().await;
    });
}

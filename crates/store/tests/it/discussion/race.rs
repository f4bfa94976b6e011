//! What people and programs do to one comment at the same moment, in any order.

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::publication::settings::SpamCheckMode;
use rejoinder_core::{Author, CommentId, CommentState, FixedRandom, PageKey, Sort};
use rejoinder_store::discussion::posting::NewComment;
use rejoinder_store::identity::address_keys;
use rejoinder_store::moderation::decisions::{Actor, Decision};
use rejoinder_store::{StoreError, Tx};

use crate::moderation::desk::outside;
use crate::support::{Person, World, first_page, key, on_both};

/// What one of those who meet does.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Approve,
    Reject,
    Remove,
    RemoveAndUndo,
    RejectAndUndo,
    Delete,
    Edit,
    Flag,
    LateNothing,
    LateSpam,
    LateTwice,
    PostAgain,
}

const DEEDS: [Deed; 12] = [
    Deed::Approve,
    Deed::Reject,
    Deed::Remove,
    Deed::RemoveAndUndo,
    Deed::RejectAndUndo,
    Deed::Delete,
    Deed::Edit,
    Deed::Flag,
    Deed::LateNothing,
    Deed::LateSpam,
    Deed::LateTwice,
    Deed::PostAgain,
];

/// How many meetings there are at once, and on how many pages.
const AT_ONCE: usize = 64;
const PAGES: u64 = 8;

/// One comment, and those who meet over it.
struct Meeting {
    id: CommentId,
    draft: NewComment,
    writer: Person,
    reader: Person,
}

/// Refusals are answers; anything else is not.
fn answered<T>(result: Result<T, StoreError>) -> Option<T> {
    match result {
        Ok(done) => Some(done),
        Err(StoreError::Refused(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

impl Deed {
    async fn happen(self, world: &World, kim: &Author, at: &Meeting) {
        let revision = world.comment(at.id).await.revision;
        let decide = |action| world.decide_on(kim, at.id, revision, action);
        match self {
            Self::Approve => drop(answered(decide(ModerationAction::Approve).await)),
            Self::Reject => drop(answered(decide(ModerationAction::Reject).await)),
            Self::Remove => drop(answered(decide(ModerationAction::Remove).await)),
            Self::RemoveAndUndo | Self::RejectAndUndo => {
                let action = match self {
                    Self::RemoveAndUndo => ModerationAction::Remove,
                    _ => ModerationAction::Reject,
                };
                if let Some(id) = answered(decide(action).await).and_then(|it| it.decision) {
                    answered(world.undo(kim, id).await);
                }
            }
            Self::Delete => drop(answered(world.remove(&at.writer, at.id).await)),
            Self::Edit => {
                let text = format!("edited after {revision}");
                answered(world.edit(&at.writer, at.id, &text).await);
            }
            Self::Flag => drop(answered(world.flag(&at.reader, at.id).await)),
            Self::LateNothing => drop(answered(world.late(at.id, revision, outside(None)).await)),
            Self::LateSpam | Self::LateTwice => {
                let spam = || outside(Some(CommentState::Spam));
                answered(world.late(at.id, revision, spam()).await);
                if matches!(self, Self::LateTwice) {
                    let again = answered(world.late(at.id, revision, spam()).await);
                    assert_eq!(again, Some(false));
                }
            }
            Self::PostAgain => {
                match answered(world.send(at.draft.clone()).await) {
                    Some(again) => assert!(again.is_replay && again.comment.id == at.id),
                    // What its author took back must not come again.
                    None => {
                        let state = world.comment(at.id).await.state;
                        assert_eq!(state, CommentState::Removed);
                    }
                }
            }
        }
    }
}

async fn meet(world: &World, kim: &Author, seed: u64) -> CommentId {
    let random = FixedRandom::seeded(seed);
    let (writer, reader) = (world.person("Ann"), world.person("Bob"));
    let mut draft = world
        .draft(&writer, None, &format!("posted by {seed}"))
        .await;
    let page = seed % PAGES;
    if page > 0 {
        let page = format!("https://news.example/story{page}");
        draft.page = PageKey::parse(&page).unwrap();
    }
    draft.idempotency = key(&format!("k{seed}"), 1);
    if random.below(2) == 0 {
        draft.site.settings.external = SpamCheckMode::Before;
    }
    let id = answered(world.send(draft.clone()).await)
        .unwrap()
        .comment
        .id;
    let meeting = Meeting {
        id,
        draft,
        writer,
        reader,
    };
    let deed = || DEEDS[usize::try_from(random.below(12)).unwrap()];
    let deeds = [deed(), deed(), deed(), deed(), deed()];
    let happen = |deed: Deed| deed.happen(world, kim, &meeting);
    tokio::join!(
        happen(deeds[0]),
        happen(deeds[1]),
        happen(deeds[2]),
        happen(deeds[3]),
        happen(deeds[4])
    );
    explain(world, id, &format!("seed {seed}: {deeds:?}")).await;
    id
}

/// That the log leads from the first state to the last one, and only on ways that are allowed.
async fn explain(world: &World, id: CommentId, story: &str) {
    let log = world.log(id).await;
    let story = format!("{story}\n{log:#?}");
    let mut stands = CommentState::Published;
    let mut is_deleted = false;
    for (n, entry) in log.iter().enumerate() {
        let after = entry.after.as_ref().unwrap();
        let Some(before) = &entry.before else {
            assert_eq!((n, entry.action.as_str()), (0, "judge"), "{story}");
            stands = after.state;
            continue;
        };
        assert!(!is_deleted, "after its author deleted it: {story}");
        assert_eq!(before.state, stands, "a gap in the log: {story}");
        let is_by_rules = entry.actor == Actor::Rules;
        let is_decided = before.decided_revision == Some(before.revision);
        assert!(
            !(is_by_rules && is_decided),
            "rules overruled a moderator: {story}"
        );
        if is_by_rules
            && after.state == CommentState::Published
            && before.state != CommentState::Published
        {
            let waited = before.reason.as_deref() == Some("external");
            assert!(
                waited && entry.action.as_str() == "late",
                "rules published: {story}"
            );
        }
        if before.state == CommentState::Removed && after.state != CommentState::Removed {
            assert!(undoes_a_removal(entry, &log), "it came back: {story}");
        }
        stands = after.state;
        is_deleted |= entry.action.as_str() == "delete";
    }
    let comment = world.comment(id).await;
    assert_eq!(comment.state, stands, "{story}");
    assert_eq!(
        comment.text.is_empty(),
        stands == CommentState::Removed,
        "{story}"
    );
}

fn undoes_a_removal(entry: &Decision, log: &[Decision]) -> bool {
    let undone = |it: &&Decision| Some(it.id.version) == entry.undoes;
    let removal = log.iter().find(undone);
    matches!(entry.actor, Actor::Moderator(..))
        && removal.is_some_and(|it| it.action.as_str() == "remove" && it.id < entry.id)
}

#[test]
fn the_log_explains_where_every_comment_stands_and_nothing_removed_comes_back() {
    on_both(|mut world| async move {
        world.site.settings.hold_after_flags = 1;
        let rounds = testing::rounds(64, 10_000) as u64;
        let kim = world.desk().await;
        let world = &world;
        for first in (0..rounds).step_by(AT_ONCE) {
            let meetings =
                (first..rounds.min(first + AT_ONCE as u64)).map(|seed| meet(world, &kim, seed));
            let mut running = Vec::new();
            for meeting in meetings {
                running.push(Box::pin(meeting));
            }
            all(running).await;
            // What was heard is compared with all of it, and nobody asks here.
            world.heard.lock().unwrap().clear();
            world.wait(std::time::Duration::from_secs(1));
        }
        let shown = format!("{:?}", world.thread(first_page(Sort::Newest)).await.entries);
        for entry in world.thread(first_page(Sort::Newest)).await.entries {
            assert_eq!(
                world.comment(entry.comment.id).await.state,
                CommentState::Published,
                "{shown}"
            );
        }
        world.expect_sound().await;
    });
}

#[test]
fn who_write_first_and_at_one_moment_are_known_by_one_key() {
    on_both(|world| async move {
        let world = &world;
        let network = world.person("Ann").network;
        let mut running = Vec::new();
        for n in 0..16 {
            let writer = world.person("Ann");
            let mut draft = world.draft(&writer, None, &format!("text {n}")).await;
            let page = format!("https://news.example/first{n}");
            draft.page = PageKey::parse(&page).unwrap();
            running.push(Box::pin(async move {
                answered(world.send(draft).await).unwrap();
            }));
        }
        all(running).await;
        let hashes = move |tx: &mut Tx<'_>| address_keys::hashes(tx, network);
        assert_eq!(world.store.read(hashes).await.unwrap().len(), 1);
    });
}

/// Wait for all of `futures`, which go on together.
async fn all<F: Future + Unpin>(mut futures: Vec<F>) {
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| std::pin::Pin::new(future).poll(context).is_pending());
        match futures.is_empty() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

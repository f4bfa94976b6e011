//! Mentions of people who wrote on the page.

use rejoinder_core::moderation::ModerationAction;
use rejoinder_core::notices::subscription::SubscriptionKind;
use rejoinder_core::publication::settings::{Mentions, ModerationMode};
use rejoinder_core::{Clock as _, CommentId, Sort};
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::personal;

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::notices::mails::{mail, wish};
use crate::support::{World, first_page, on_both};

impl World {
    /// How a comment is shown.
    async fn html(&self, id: CommentId) -> String {
        let thread = self.thread(first_page(Sort::Oldest)).await;
        let shown = thread.entries.into_iter().find(|own| own.comment.id == id);
        shown.unwrap().comment.html.into_string()
    }
}

fn link(to: CommentId, name: &str) -> String {
    format!("<a class=\"rj-mention\" href=\"#comment-{to}\">@{name}</a>")
}

#[test]
fn a_name_leads_to_the_newest_comment_of_whom_it_means_and_tells_them_once() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("Ann").await, world.person("Bob"));
        world.post(&ann, "First").await;
        let second = world.post(&ann, "Second").await;

        let id = world.post(&bob, "Thanks, @ann. And @Cid, @Bob?").await;

        let ann_s = link(second, "ann");
        assert_eq!(
            world.html(id).await,
            format!("<p>Thanks, {ann_s}. And @Cid, @Bob?</p>")
        );
        let told = ["* mention Thanks, @ann. And @Cid, @Bob?"];
        assert_eq!(world.bell_notices(&ann).await, told);
        world.edit(&bob, id, "Thanks, @Ann and @ann").await.unwrap();
        assert_eq!(
            world.bell_notices(&ann).await,
            ["* mention Thanks, @Ann and @ann"]
        );
        world.edit(&bob, id, "Thanks").await.unwrap();
        assert_eq!(world.html(id).await, "<p>Thanks</p>");
        world.expect_sound().await;
    });
}

#[test]
fn who_is_answered_is_told_of_the_reply_alone() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("Ann").await, world.person("Bob"));
        let root = world.post(&ann, "First").await;

        world.reply(&bob, root, "@Ann, no").await;

        assert_eq!(world.bell_notices(&ann).await, ["* reply @Ann, no"]);
    });
}

#[test]
fn a_name_of_two_means_the_one_in_the_branch() {
    on_both(|world| async move {
        let (ann, other) = (world.person("Ann"), world.person("\u{410}nn"));
        let first = world.post(&ann, "First").await;
        world.post(&other, "Second").await;
        let bob = world.person("Bob");

        let root = world.post(&bob, "@Ann?").await;
        let reply = world.reply(&bob, first, "And @Ann?").await;

        assert_eq!(world.html(root).await, "<p>@Ann?</p>");
        assert_eq!(
            world.html(reply).await,
            format!("<p>And {}?</p>", link(first, "Ann"))
        );
    });
}

#[test]
fn nobody_is_told_by_whom_they_muted_nor_by_themselves() {
    on_both(|world| async move {
        let (ann, eve) = (world.account("Ann").await, world.person("Eve"));
        world.post(&ann, "First").await;
        let noise = world.post(&eve, "Noise").await;
        world.mute(&ann, noise).await;

        world.post(&eve, "@Ann @Ann @Ann").await;
        world.post(&ann, "It is me, @Ann").await;

        assert_eq!(world.bell_notices(&ann).await, [""; 0]);
    });
}

#[test]
fn who_waits_for_replies_by_mail_is_told_of_mentions_too() {
    on_both(|world| async move {
        let ann = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let bob = world.person("Bob");
        world.post(&ann, "First").await;
        let wish = wish(SubscriptionKind::Replies, "ann@reader.example");
        world.subscribe(&ann, wish).await;

        world.post(&bob, "Nothing for her").await;
        world.post(&bob, "Is it so, @Ann?").await;

        assert_eq!(
            world.mails().await,
            [mail("ann@reader.example", &["Is it so, @Ann?"])]
        );
    });
}

#[test]
fn a_comment_that_waits_tells_nobody_until_it_is_published() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("Ann").await, world.person("Bob"));
        let kim = world.desk().await;
        world.post(&ann, "First").await;
        let mut draft = world.draft(&bob, None, "Look, @Ann").await;
        draft.site.settings.mode = ModerationMode::Before;
        let id = world.send(draft).await.unwrap().comment.id;
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);

        world
            .decide(&kim, id, ModerationAction::Approve)
            .await
            .unwrap();

        assert_eq!(world.bell_notices(&ann).await, ["* mention Look, @Ann"]);
    });
}

#[test]
fn what_a_moderator_brings_back_still_mentions() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let kim = world.desk().await;
        let first = world.post(&ann, "First").await;
        let id = world.post(&bob, "Look, @Ann").await;
        world
            .decide(&kim, id, ModerationAction::Reject)
            .await
            .unwrap();

        world
            .decide(&kim, id, ModerationAction::Approve)
            .await
            .unwrap();

        let shown = format!("<p>Look, {}</p>", link(first, "Ann"));
        assert_eq!(world.html(id).await, shown);
    });
}

#[test]
fn a_site_may_want_no_mentions() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("Ann").await, world.person("Bob"));
        world.post(&ann, "First").await;
        let mut draft = world.draft(&bob, None, "@Ann").await;
        draft.site.settings.mentions = Mentions::Off;

        let id = world.send(draft).await.unwrap().comment.id;

        assert_eq!(world.html(id).await, "<p>@Ann</p>");
        assert_eq!(world.bell_notices(&ann).await, [""; 0]);
    });
}

#[test]
fn who_deletes_their_account_is_led_to_no_more() {
    on_both(|world| async move {
        let (ann, bob) = (world.account("Ann").await, world.person("Bob"));
        let first = world.post(&ann, "First").await;
        let id = world.post(&bob, "Thanks, @Ann").await;
        let author = world.author(&ann).await;
        let (now, site) = (world.clock.now(), world.site.id);
        let list =
            move |tx: &mut rejoinder_store::Tx<'_>| personal::personal_data(tx, now, site, author);
        let kept = world.store.read(list).await.unwrap();
        assert_eq!(kept.mentioned_in, [id.to_string()]);
        ask_to_erase(&world, &ann, CommentErasure::Keep).await;

        erase(&world, author).await;

        assert_eq!(world.html(id).await, "<p>Thanks, @Ann</p>");
        assert_eq!(world.html(first).await, "<p>First</p>");
        world.expect_sound().await;
    });
}

#[test]
fn a_guest_who_gets_an_account_stays_whom_comments_mention() {
    on_both(|world| async move {
        let (ann, bob) = (world.person("Ann"), world.person("Bob"));
        let first = world.post(&ann, "First").await;
        let id = world.post(&bob, "Thanks, @Ann").await;

        let ann = sign_in(&world, &ann, "ann@reader.example").await;

        let author = world.author(&ann).await;
        let (now, site) = (world.clock.now(), world.site.id);
        let list =
            move |tx: &mut rejoinder_store::Tx<'_>| personal::personal_data(tx, now, site, author);
        let kept = world.store.read(list).await.unwrap();
        assert_eq!(kept.mentioned_in, [id.to_string()]);
        let shown = format!("<p>Thanks, {}</p>", link(first, "Ann"));
        assert_eq!(world.html(id).await, shown);
    });
}

//! What of a comment is judged: everything that a reader sees of it, as it is shown.

use rejoinder_core::publication::settings::BannedWords;
use rejoinder_core::{Clock as _, CommentState, Refusal};
use rejoinder_store::discussion::pages;
use rejoinder_store::discussion::posting::NewComment;
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::identity::renaming;
use rejoinder_store::moderation::word_lists::{WordListEntries, WordListKind};

use crate::moderation::desk::refusal;
use crate::support::{on_both, story};

type Put = fn(&mut NewComment, &str);

/// The fields that strangers fill, and how a draft says `word` in each.
const FIELDS: [(&str, Put); 3] = [
    ("text", |draft, word| say(draft, &format!("So **{word}**."))),
    ("name", |draft, word| {
        details(draft).name = format!("Mr {word}");
    }),
    ("website", |draft, word| {
        details(draft).website = Some(format!("https://www.{word}.example/"));
    }),
];

fn say(draft: &mut NewComment, text: &str) {
    text.clone_into(&mut draft.text);
    draft.rendered = markup::render(text);
}

fn details(draft: &mut NewComment) -> &mut GuestDetails {
    draft.details.get_or_insert_default()
}

#[test]
fn every_field_is_judged_that_strangers_fill_and_readers_see() {
    on_both(|mut world| async move {
        world.list_words(WordListKind::Banned, &["darn"]).await;
        // What is not judged, because readers never see it.
        let unseen = ["email"];
        let NewComment {
            details: Some(it), ..
        } = world.draft(&world.person("Ann"), None, "").await
        else {
            panic!("a guest says who they are");
        };
        let GuestDetails {
            name: _,
            email: _,
            website: _,
        } = it;
        assert_eq!(
            FIELDS.len() + unseen.len(),
            1 + 3,
            "the text and what a guest says"
        );

        for (field, put) in FIELDS {
            let mut draft = world.draft(&world.person("Ann"), None, "Hello").await;
            put(&mut draft, "darn");
            let word = "darn".to_owned();
            assert_eq!(
                refusal(world.send(draft).await),
                Refusal::WordBanned { field, word }
            );
        }
        assert_eq!(
            world
                .thread(crate::support::first_page(rejoinder_core::Sort::Oldest))
                .await
                .page,
            None
        );

        world.site.settings.banned_words = BannedWords::Hold;
        for (field, put) in FIELDS {
            let mut draft = world.draft(&world.person("Ann"), None, "Hello").await;
            put(&mut draft, "darn");
            let held = world.send(draft).await.unwrap().comment;
            assert_eq!(held.reason.as_deref(), Some("banned_word"), "{field}");
            assert_eq!(held.state, CommentState::Held, "{field}");
        }
        world.expect_sound().await;
    });
}

#[test]
fn a_banned_word_in_an_edit_is_refused_and_the_comment_stays() {
    on_both(|mut world| async move {
        world.list_words(WordListKind::Banned, &["darn"]).await;
        let ann = world.person("Ann");
        let id = world.post(&ann, "Hello").await;

        let refused = refusal(world.edit(&ann, id, "Hello, d\u{200b}arn").await);

        let word = "d\u{200b}arn".to_owned();
        assert_eq!(
            refused,
            Refusal::WordBanned {
                field: "text",
                word
            }
        );
        assert_eq!(world.comment(id).await.text, "Hello");
        world.site.settings.banned_words = BannedWords::Hold;
        world.edit(&ann, id, "Hello, darn").await.unwrap();
        assert_eq!(world.stands(id).await, "held banned_word");
        world.expect_sound().await;
    });
}

#[test]
fn a_hidden_link_is_judged_by_where_it_leads() {
    on_both(|world| async move {
        world
            .list_words(WordListKind::Banned, &["viagra.com"])
            .await;
        let ann = world.person("Ann");

        let refused = refusal(
            world
                .send(world.draft(&ann, None, "[See](https://viagra.com/x)").await)
                .await,
        );

        let word = "viagra.com".to_owned();
        assert_eq!(
            refused,
            Refusal::WordBanned {
                field: "text",
                word
            }
        );
    });
}

#[test]
fn a_name_that_came_to_be_banned_later_waits() {
    on_both(|world| async move {
        let ann = world.person("Darn");
        world.post(&ann, "Hello").await;
        world.list_words(WordListKind::Banned, &["darn"]).await;
        let mut draft = world.draft(&ann, None, "Hello again").await;
        draft.details = None;

        let posted = world.send(draft).await.unwrap().comment;

        assert_eq!(posted.reason.as_deref(), Some("banned_word"));
    });
}

#[test]
fn an_account_cannot_take_a_banned_name() {
    on_both(|world| async move {
        world.list_words(WordListKind::Banned, &["darn"]).await;
        let ann = world.person("Ann");
        world.post(&ann, "Hello").await;
        let author = world.reader(&ann).await.author.unwrap();
        let (now, site) = (world.clock.now(), world.site.clone());
        let rename = move |tx: &mut rejoinder_store::Tx<'_>| {
            renaming::rename(tx, now, &site, &author, "D.arn")
        };

        let refused = refusal(world.store.write(rename).await);

        let word = "D.arn".to_owned();
        assert_eq!(
            refused,
            Refusal::WordBanned {
                field: "name",
                word
            }
        );
    });
}

#[test]
fn a_headline_that_a_browser_tells_is_kept_unless_it_is_banned_or_blank() {
    on_both(|world| async move {
        world.list_words(WordListKind::Banned, &["darn"]).await;
        let ann = world.person("Ann");
        let mut titles = Vec::new();
        for (n, title) in ["A d\u{ad}arn story", "\u{3164}\u{200b}", "A story"]
            .iter()
            .enumerate()
        {
            let mut draft = world.draft(&ann, None, &format!("Hello {n}")).await;
            draft.title = Some((*title).to_owned());
            let posted = world.send(draft).await.unwrap();
            assert!(posted.comment.is_published(), "{title}");
            titles.push(posted.page.title);
        }

        assert_eq!(titles, [None, None, Some("A story".to_owned())]);
        let site = world.site.id;
        let page = world
            .store
            .read(move |tx| pages::find(tx, site, &story()))
            .await
            .unwrap();
        assert_eq!(page.unwrap().title.as_deref(), Some("A story"));
    });
}

#[test]
fn the_same_text_again_waits_however_it_is_typed() {
    on_both(|world| async move {
        for (n, again) in [
            "**Read** my site",
            "Read&#32;my site",
            "Re\u{200b}ad  my\nsite",
            "||Rеad my site||",
        ]
        .iter()
        .enumerate()
        {
            let ann = world.person(&format!("Ann {n}"));
            world.post(&ann, "Read my site").await;
            let second = world.post(&ann, again).await;
            assert_eq!(world.stands(second).await, "held repeat", "{again:?}");
            let third = world.post(&ann, "[Read my site](https://a.example)").await;
            assert_eq!(world.stands(third).await, "published");
        }
    });
}

#[test]
fn a_comment_of_which_nothing_can_be_seen_is_refused() {
    on_both(|world| async move {
        let ann = world.person("Ann");
        let id = world.post(&ann, "Hello").await;
        for blank in [
            "",
            " \r\n\t",
            "&nbsp;",
            "&#8203;",
            "&#x3164;",
            "\u{3164}",
            "\u{2800}",
            "\u{200b}\u{fe0f}",
            "****",
            "***",
            "---",
            "||\u{200b}||",
            "**\u{200b}**",
            "> ",
            "- ",
            "1. ",
            "- \n- ",
            "# ",
            "```\n```",
            "` `",
            "[\u{200b}](https://a.example)",
            "[a]: https://a.example",
            "\u{301}",
            "\u{e0041}",
            "\u{ad}\u{ad}",
        ] {
            let draft = world.draft(&ann, None, blank).await;
            assert_eq!(
                refusal(world.send(draft).await),
                Refusal::TextMissing,
                "{blank:?}"
            );
            assert_eq!(
                refusal(world.edit(&ann, id, blank).await),
                Refusal::TextMissing,
                "{blank:?}"
            );
        }
    });
}

#[test]
fn an_entry_that_no_comment_can_show_is_refused_when_it_is_saved() {
    on_both(|world| async move {
        for entry in [
            "id*ot", "*", "\u{301}", ":smile:", "**darn**", "||darn||", "&amp;", "_darn_",
        ] {
            let Err(Refusal::WordUnusable { entry: named, .. }) = WordListEntries::of([entry])
            else {
                panic!("{entry} was taken");
            };
            assert_eq!(named, entry);
        }
        for entry in [
            "c++",
            "free $$$",
            "🍆",
            ".com",
            "c#",
            "#x",
            "<b>",
            "C:\\x",
            "snake_case",
            "a & b",
        ] {
            world.list_words(WordListKind::Banned, &[entry]).await;
            let darned = markup::render(&format!("so {entry} so"));
            let ann = world.person("Ann");
            let mut draft = world.draft(&ann, None, "").await;
            draft.text = format!("so {entry} so");
            draft.rendered = darned;
            assert!(
                matches!(refusal(world.send(draft).await), Refusal::WordBanned { .. }),
                "{entry}"
            );
        }
    });
}

//! What a guest can leave behind, in every column that can hold it.

use std::time::Duration;

use rejoinder_core::moderation::{Finding, LateVerdict, ModerationAction, Phase, StateReason};
use rejoinder_core::notices::subscription::SubscriptionKind;
use rejoinder_core::passages::{Quote, Selector};
use rejoinder_core::publication::settings::{Images, Passages, SourceChecks};
use rejoinder_core::{AuthorId, Clock as _, CommentId, CommentState, Random as _, TokenHash, Vote};
use rejoinder_store::discussion::cards::{self, FetchedCard};
use rejoinder_store::discussion::images::ClaimedImage;
use rejoinder_store::discussion::posting::CommentTarget;
use rejoinder_store::identity::authors::GuestDetails;
use rejoinder_store::identity::guests::{self, GuestData, LinkRequest, ProvenGuests};
use rejoinder_store::identity::mutes::{self, NewMute};
use rejoinder_store::jobs::{self, NewJob, Payload};
use rejoinder_store::moderation::flagging;
use rejoinder_store::moderation::flagging::NewFlag;
use rejoinder_store::moderation::sanctions;
use rejoinder_store::notices::subscriptions::NewSubscription;
use rejoinder_store::{Tx, identity::mail_sign_ins};
use serde::{Deserialize, Serialize};

use crate::notices::mails::wish;
use crate::passages::{corrections, sources};
use crate::recordings::proposals;
use crate::support::{Person, World, key, on_both};

/// Every table with its columns. A `!` marks what can hold something of a guest, which goes when they
/// take it back; a `+` what stays of a guest: that there was one, and a ban. All else is numbers, times, words of ours,
/// and what the newsroom typed about its own.
const SCHEMA: &str = "
    address_key: id key created_at
    agreement: site_id fit fitted_at why crowd_page_id crowd_percent crowd_at
    agreement_comment: site_id comment_id page_id fit up_a down_a up_b down_b rank has_badge
    agreement_side: site_id author_id fit side
    answer: site_id comment_id question_id
    api_token: site_id id token_hash name scopes created_by created_at expires_at used_at
    audit: id site_id at author_id author_name change subject subject_id was became
    article_fetch: site_id page_id asked_at ended_at outcome status version
    article_version: site_id page_id number hash text made_at report
    author: site_id id! kind role name! email! website! created_at is_supporter
        has_page picture n_published n_held n_rejected n_spam n_removed n_flagged
    author_picture: site_id author_id name bytes made_at
    ban: site_id kind value+ author_id+ until reason+ at
    bell: site_id author_id comment_id ring made_at read_at is_challenge
    campaign: site_id id title about currency goal mode milestones section url starts_at ends_at created_at
        hidden_at names_supporters
    campaign_sum: site_id campaign_id currency month amount gifts
    comment: site_id id page_id parent_id root_id depth author_id! text! html! renderer state reason revision
        created_at edited_at closed_at pin up down base_up base_down best n_replies n_descendants
        address_hash! score shown decided_revision featured_at n_flags program_id written_in annotation!
        source_check! liked images!
    comment_image: site_id id comment_id token_hash bytes! width height made_at
    comment_link: site_id comment_id url! place is_off
    comment_version: site_id comment_id revision text! replaced_at html! sources!
    correction: site_id id page_id annotation! text! proposed! author_id! thanks! email! address_hash! made_at
        state decided_by decided_at reason! version awaits_version seen_at sources!
    decision: site_id page_id version comment_id revision actor moderator_id action before after
        after_state reason note! findings! at undoes undone_by
    delivery: site_id id webhook_id kind page_id version comment_id recording_id correction_id state
        attempts n_replays status error created_at attempted_at run_at
    desk_reader: site_id author_id secret ended_at
    device: site_id id author_id family endpoint p256dh auth label added_at
    erased: site_id kind id+ comments into_id at
    erasure: site_id author_id comments asked_at due_at
    erratum: site_id id page_id line thanks! correction_id version made_by made_at published_at
        thanked_id!
    event: site_id page_id version kind comment_id at
    flag: site_id comment_id author_id! revision reason note! address_hash! at ended_at ended_by
    funding: site_id version
    group_page: site_id group_id page_id
    guest_link: site_id token_hash author_id mailbox! created_at expires_at
    hand_over: site_id code_hash author_id family origin expires_at
    idempotency: site_id key fingerprint! comment_id at
    identity: site_id issuer subject author_id issued_at
    job: site_id id kind dedup_key! payload! state attempts run_at claimed_until last_error! created_at
        finished_at claim_token subject! lane trace_parent
    late_verdict: site_id comment_id revision phase finding! changed at corrected_at
    import: site_id id files n_bytes n_arrived state format mappings mentions reviews n_read n_done summary problem n_undone
        n_kept created_at changed_at
    import_part: site_id import_id kind first_byte bytes
    ledger_entry: site_id id campaign_id source kind external_id currency amount gifts month occurred_at
        received_at note made_by payment hook_id
    lesson: site_id comment_id kind words!
    link_card: site_id url! state title! name! description! picture_id width height fetched_at author!
        icon_id
    link_picture: site_id id bytes
    mail_browser: site_id email browser_hash used_at
    mail_sign_in: site_id token_hash email! mailbox! browser_hash code n_wrong created_at expires_at used_at
        mailed_at
    mention: site_id comment_id author_id! target_id
    migration: number name
    moderator_group: site_id author_id group_id
    mute: site_id author_id! muted_id! at
    nobody: site_id author_id
    node: number holder seen_at
    notice: site_id mailbox! comment_id subscription_id digest_at made_at mailed_at
    openid_provider: site_id id label issuer client_id client_secret created_at
    openid_sign_in: site_id state_hash browser_hash provider_id nonce verifier way opener expires_at used_at
    gift: site_id entry_id campaign_id name is_public received_at author_id claimed_at has_badge
    gift_receipt: site_id hash entry_id
    payment_hook: site_id id campaign_id processor token_hash token secret created_at account api_key asked_at
    payment_message: site_id id hook_id received_at event outcome body_hash
    payment_purpose: site_id hook_id word campaign_id
    page: site_id id key url title version n_comments closed_at created_at mode passages questions invitation
    page_alias: site_id key page_id
    page_author: site_id page_id author_id linked_at
    page_group: site_id id name prefix mode
    passkey: site_id credential_id author_id name public_key sign_count created_at used_at
    passkey_ceremony: site_id token_hash browser_hash author_id state expires_at
    push: site_id device_id comment_id subscription_id digest_at pushed_at
    push_key: id private_key made_at
    question: site_id id page_id annotation text asked_by made_at edited_at closed_at
    recording: site_id id page_id cut_of title kind state problem address media_type n_bytes n_arrived progress
        duration_ms revision wave_form fingerprint comparison created_by created_at chapters
    recording_part: site_id recording_id first_byte bytes
    recording_words: site_id recording_id words
    rendering: version site_id comment_id
    saved_search: site_id id moderator_id name query created_at
    reaction: site_id comment_id author_id! key address_hash! made_at
    reaction_count: site_id comment_id key n base
    session: site_id token_hash! author_id! created_at expires_at label family
    sign_in: site_id token_hash author_id expires_at role
    sign_in_key: site_id id kind key created_at
    site: id host origins settings created_at version
    site_logo: site_id name bytes width height made_at
    site_origin: site_id origin
    site_moderation: site_id words_hash n_bad n_good
    source: site_id format source_id target_id import_id
    source_answer: site_id comment_id author_id! says relevant address_hash! answered_at
    spent_token: site_id hash expires_at
    spent_work: site_id challenge expires_at
    standing: site_id author_id! trust suspended_until
    standing_change: site_id id author_id! moderator_id action until reason! at
    subscription: site_id id page_id kind branch_id author_id! email! mailbox! pace secret asked_at
        confirmed_at contested_at
    time_reference: site_id comment_id place recording_id revision start_ms end_ms from_byte to_byte
    transcript: site_id recording_id revision status language webvtt author_id made_at
    transcript_confirmation: site_id proposal_id author_id! weight address_hash! at
    transcript_lock: site_id recording_id start_ms end_ms made_at
    transcript_proposal: site_id id recording_id revision start_ms end_ms speaker_before text_before speaker!
        text! author_id! address_hash! made_at state decided_by decided_at reason! read_at
    vote: site_id comment_id author_id! value address_hash! cast_at
    webhook: site_id id url kinds secret old_secret old_secret_until created_at failing_since failed_at
        off_since off_reason
    word: site_id list word added_at
    word_count: site_id word! bad good
    work_key: site_id key
";

/// Stands in everything that the guest says.
pub(crate) const CANARY: &str = "zanzibar";

/// The tables, and their columns with their marks.
pub(crate) fn schema() -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for word in SCHEMA.split_whitespace() {
        match (word.strip_suffix(':'), tables.last_mut()) {
            (Some(table), _) => tables.push((table.to_owned(), Vec::new())),
            (None, Some((_, columns))) => columns.push(word.to_owned()),
            (None, None) => unreachable!("the list begins with a table"),
        }
    }
    tables
}

#[test]
fn of_every_column_it_is_known_whether_it_can_hold_something_of_a_guest() {
    on_both(|world| async move {
        let mut found = world.columns().await;
        found.sort();

        let mut known: Vec<_> = schema()
            .iter()
            .flat_map(|(table, columns)| {
                let bare = |column: &String| column.trim_end_matches(['!', '+']).to_owned();
                columns
                    .iter()
                    .map(move |column| (table.clone(), bare(column)))
            })
            .collect();
        known.sort();

        assert_eq!(found, known);
    });
}

/// A guest with something in every place that can hold something of them.
pub(crate) struct Full {
    pub(crate) guest: Person,
    pub(crate) id: AuthorId,
    pub(crate) first: CommentId,
    pub(crate) link: TokenHash,
}

pub(crate) const URL: &str = "https://zanzibar.example/song";

pub(crate) fn told(world: &World) -> NewSubscription {
    NewSubscription {
        id: world.ids.next(world.clock.now()),
        secret: format!("secret-{}", world.ids.next(world.clock.now())),
        ..wish(SubscriptionKind::Replies, "zanzibar@reader.example")
    }
}

pub(crate) async fn full(world: &World) -> Full {
    let (guest, bob) = (world.person("Zanzibar"), world.person("Bob"));
    let kim = world.desk().await;
    let talk = proposals::finished_talk(world).await;
    let first = say(world, &guest, "Zanzibar sings", "k1").await;
    world.subscribe(&guest, told(world)).await;
    let id = world.author(&guest).await;

    // What is found in a text, what moderators make of it, and its earlier forms.
    let said = Finding {
        note: Some("Zanzibar again".to_owned()),
        ..Finding::new(Phase::External, CommentState::Held, StateReason::External)
    };
    let verdict = LateVerdict {
        phase: Phase::External,
        finding: Some(said),
    };
    assert!(world.late(first, 1, verdict).await.unwrap());
    world
        .decide(&kim, first, ModerationAction::Approve)
        .await
        .unwrap();
    let text = format!("Zanzibar sings louder\n\n{URL}\n");
    world.edit(&guest, first, &text).await.unwrap();
    world
        .decide(&kim, first, ModerationAction::Reject)
        .await
        .unwrap();
    world
        .decide(&kim, first, ModerationAction::Approve)
        .await
        .unwrap();
    let removed = say(world, &guest, "Zanzibar is loud", "k2").await;
    world
        .decide(&kim, removed, ModerationAction::Remove)
        .await
        .unwrap();
    find(world).await;

    // What they did to others, and others to them.
    // The name is there in other letters: what others say stays theirs.
    let other = world
        .reply(&bob, first, "A reply, @Z\u{430}nz\u{456}bar")
        .await;
    sources::of_guest(world, &guest, &bob).await;
    world.mails().await;
    world.vote(&guest, other, Some(Vote::Up)).await.unwrap();
    world.react(&guest, other, "respect", None).await.unwrap();
    flag(world, &guest, other).await;
    flag(world, &bob, first).await;
    mute(world, &guest, other).await;
    mute(world, &bob, first).await;
    proposals::of_guest(world, &guest, &kim, &talk).await;
    corrections::of_guest(world, &guest, kim.id).await;
    let change = world.about(&kim, id, "Zanzibar shouts");
    let (now, until) = (world.clock.now(), Duration::from_secs(86_400));
    let suspend =
        move |tx: &mut Tx<'_>| sanctions::suspend(tx, now, &change, Some(now.after(until)));
    world.store.write(suspend).await.unwrap();

    // Mails.
    sign_in(world).await;
    world.wait(Duration::from_secs(180));
    fail_a_mail(world).await;
    let link = TokenHash([9; 32]);
    assert!(ask(world, link).await);
    Full {
        guest,
        id,
        first,
        link,
    }
}

pub(crate) async fn say(world: &World, guest: &Person, text: &str, once: &str) -> CommentId {
    let mut draft = world.draft(guest, None, text).await;
    draft.site.settings.passages = Passages::Comment;
    draft.site.settings.source_checks = SourceChecks::On;
    draft.target = Some(CommentTarget::Passage(Selector {
        quote: Quote::new("Zanzibar is far", "", "").unwrap(),
        position: None,
        rival: None,
    }));
    draft.sources = Some(sources::given("Zanzibar is far"));
    draft.details = Some(GuestDetails {
        name: "Zanzibar".to_owned(),
        email: Some("zanzibar@reader.example".to_owned()),
        website: Some("https://zanzibar.example/".to_owned()),
    });
    draft.site.settings.images = Images::On;
    draft.images = vec![ClaimedImage {
        secret: world.image(b"zanzibar").await,
        alt: "Zanzibar in a picture".to_owned(),
    }];
    draft.idempotency = key(once, 7);
    world.send(draft).await.unwrap().comment.id
}

pub(crate) async fn find(world: &World) {
    let (now, site) = (world.clock.now(), world.site.id);
    let found = FetchedCard {
        title: "Zanzibar's song".to_owned(),
        site: Some("Zanzibar".to_owned()),
        author: Some("Zanzibar".to_owned()),
        description: Some("By Zanzibar".to_owned()),
        icon: None,
        picture: None,
    };
    let save = move |tx: &mut Tx<'_>| cards::save(tx, now, site, URL, Some(&found));
    world.store.write(save).await.unwrap();
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
        reason: rejoinder_core::moderation::FlagReason::Abusive,
        note: Some("Worse than Zanzibar".to_owned()),
    };
    let raise = move |tx: &mut Tx<'_>| flagging::raise(tx, now, &flag);
    world.store.write(raise).await.unwrap();
}

pub(crate) async fn mute(world: &World, who: &Person, comment: CommentId) {
    let now = world.clock.now();
    let mute = NewMute {
        site: world.site.id,
        comment,
        token: who.token,
        author: AuthorId(world.ids.next(now)),
        is_muted: true,
    };
    let set = move |tx: &mut Tx<'_>| mutes::set(tx, now, &mute);
    world.store.write(set).await.unwrap();
}

/// A mail to the guest that a server does not take.
pub(crate) async fn fail_a_mail(world: &World) {
    let (now, site) = (world.clock.now(), world.site.id);
    let fail = move |tx: &mut Tx<'_>| {
        for job in jobs::claim(tx, now, Duration::from_secs(60), 100)? {
            let why = "zanzibar@reader.example: no such mailbox";
            jobs::park(tx, now, &job, why)?;
        }
        Ok(jobs::parked(tx, site, 100)?.len())
    };
    assert_ne!(world.store.write(fail).await.unwrap(), 0);
}

/// A mail as a job keeps it: what else there is in it does not matter here.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mail {
    pub(crate) message_id: String,
    pub(crate) to: String,
}

impl Payload for Mail {
    const KIND: &'static str = jobs::MAIL;

    fn dedup_key(&self) -> Option<String> {
        Some(self.message_id.clone())
    }

    fn subject(&self) -> Option<String> {
        Some(self.to.clone())
    }
}

fn mail(world: &World, what: &str) -> NewJob {
    let mail = Mail {
        message_id: what.to_owned(),
        to: "zanzibar@reader.example".to_owned(),
    };
    NewJob::new(world.site.id, &mail, world.clock.now()).unwrap()
}

pub(crate) async fn sign_in(world: &World) {
    let (now, token) = (world.clock.now(), TokenHash([3; 32]));
    let wish = mail_sign_ins::SignInRequest {
        site: world.site.id,
        email: "zanzibar@reader.example".to_owned(),
        mailbox: "zanzibar@reader.example".to_owned(),
        token,
        browser: token,
        known: None,
        code: "123456".to_owned(),
        mail: mail(world, "sign-in"),
    };
    let ask = move |tx: &mut Tx<'_>| mail_sign_ins::ask(tx, now, &wish);
    assert!(world.store.write(ask).await.unwrap());
}

pub(crate) async fn ask(world: &World, token: TokenHash) -> bool {
    ask_for(world, "zanzibar@reader.example", token).await
}

pub(crate) async fn ask_for(world: &World, email: &str, token: TokenHash) -> bool {
    let now = world.clock.now();
    let wish = LinkRequest {
        site: world.site.id,
        email: email.to_owned(),
        token,
        mail: mail(world, &format!("link-{}", token.0[0])),
    };
    let ask = move |tx: &mut Tx<'_>| guests::ask(tx, now, &wish);
    world.store.write(ask).await.unwrap()
}

pub(crate) async fn by_link(world: &World, link: TokenHash) -> Option<ProvenGuests> {
    let (now, site) = (world.clock.now(), world.site.id);
    let read = move |tx: &mut Tx<'_>| guests::by_link(tx, now, site, &link);
    world.store.read(read).await.unwrap()
}

pub(crate) async fn kept(world: &World, proven: &ProvenGuests) -> GuestData {
    let (now, site, proven) = (world.clock.now(), world.site.id, proven.clone());
    let read = move |tx: &mut Tx<'_>| guests::data_of(tx, now, site, &proven);
    world.store.read(read).await.unwrap()
}

pub(crate) async fn take_back(world: &World, proven: ProvenGuests) -> rejoinder_store::Result<()> {
    let (now, site, nobody) = (
        world.clock.now(),
        world.site.id,
        AuthorId(world.ids.next(world.clock.now())),
    );
    let erase = move |tx: &mut Tx<'_>| guests::take_back(tx, now, site, &proven, nobody);
    world.store.write(erase).await
}

pub(crate) async fn proven(world: &World, guest: &Person) -> ProvenGuests {
    let known = world.reader(guest).await.author;
    ProvenGuests::by_author(known.as_ref()).unwrap()
}

/// The words by which a row can be known to be about the guest.
pub(crate) fn traces(full: &Full) -> Vec<String> {
    let hex: String = full
        .guest
        .token
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    vec![
        CANARY.to_owned(),
        hex,
        full.id.0.to_string(),
        full.id.to_string(),
    ]
}

pub(crate) fn left(dump: &[String], full: &Full) -> Vec<String> {
    let traces = traces(full);
    let lines = dump.iter().filter(|line| {
        let line = line.to_lowercase();
        traces.iter().any(|trace| line.contains(trace.as_str()))
    });
    lines.cloned().collect()
}

//! What requests are about: for every kind of object one that nobody has touched yet.

use std::time::Duration;

use axum::http::Method;
use rejoinder_core::archive::{ImportFile, ImportState};
use rejoinder_core::funding::processors::Processor;
use rejoinder_core::funding::{CampaignDraft, CampaignMode, EntryKind, Money, Movement};
use rejoinder_core::identity::author::Role;
use rejoinder_core::passages::{Annotation, Question, Quote, Selector};
use rejoinder_core::recordings::{RecordingKind, TranscriptStatus};
use rejoinder_core::{
    ApiScope, AuthorId, CampaignId, Clock as _, Comment, EntryId, ImportId, QuestionId,
    RecordingId, TokenHash,
};
use serde_json::json;
use store::archive::runs::{self, Ended, Kept};
use store::discussion::cards::{self, FetchedCard, NewCardPicture};
use store::funding::campaigns;
use store::funding::hooks::{self, NewHook};
use store::funding::ledger::{self, NewEntry};
use store::identity::openid::{self, OpenidProvider};
use store::identity::sign_in_keys::{self, KeyKind, SignInKey};
use store::identity::sign_ins::{self, Invitation};
use store::integrations::api_tokens::{self, NewApiToken};
use store::jobs::{self, NewJob};
use store::moderation::decisions::{self, LogQuery, LogSubject};
use store::moderation::groups::{self, PageGroup, Scope};
use store::passages::asking;
use store::recordings::attaching::{self, NewRecording, RecordingSource};
use store::recordings::reading::DecodedFile;
use store::recordings::transcripts::{self, NewRevision};
use store::recordings::{chapters, files, listing, reading};
use store::{
    discussion::{cards::FetchCard, comments},
    integrations::webhooks,
};

use super::people::People;
use super::requests::{HERE, PAGE};

/// A decision of the site's owner that can be undone.
pub(super) async fn decision(people: &People, host: &'static str) -> String {
    let comment = people.comment(host).await;
    decision_on(people, host, &comment).await
}

/// A comment of [`Who::Account`] that the site's owner refused.
pub(super) async fn hidden(people: &People) -> String {
    let comment = people.comment_on(PAGE).await;
    decision_on(people, HERE, &comment).await;
    comment
}

pub(super) async fn decision_on(people: &People, host: &'static str, comment: &str) -> String {
    let site = people.site(host).await;
    let path = format!("/moderate/{host}/decide");
    let comment = format!("{comment}.1");
    let fields = [("comment", comment.as_str()), ("action", "spam")];
    people.as_owner(host, &path, &fields).await;
    let query = LogQuery {
        subject: LogSubject::Site,
        scope: Scope::all(),
        after: None,
        limit: 1,
    };
    let log = people
        .app
        .store
        .read(move |tx| decisions::log(tx, site, &query));
    log.await.unwrap().remove(0).id.to_string()
}

/// Somebody whom the newsroom has just been given.
pub(super) async fn colleague(people: &People, host: &'static str) -> AuthorId {
    let (site, seed) = (people.site(host).await, people.seed());
    let now = people.app.clock.now();
    let mut token = TokenHash([0; 32]);
    token.0[..8].copy_from_slice(&seed.to_be_bytes());
    let invitation = Invitation {
        site,
        author: AuthorId(seed),
        email: format!("colleague{seed}@news.example"),
        role: Role::Editor,
        token,
        lifetime: Duration::from_secs(60),
    };
    let invite = move |tx: &mut store::Tx<'_>| sign_ins::invite(tx, now, &invitation);
    people.app.store.write(invite).await.unwrap()
}

/// An endpoint of the site; the one before it is gone, as there cannot be many.
pub(super) async fn webhook(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let list = people.app.store.read(move |tx| webhooks::list(tx, site));
    for old in list.await.unwrap() {
        let remove = move |tx: &mut store::Tx<'_>| webhooks::remove(tx, site, old.id);
        people.app.store.write(remove).await.unwrap();
    }
    let path = format!("/admin/{host}/webhooks");
    let fields = [
        ("url", "https://hooks.example/in"),
        ("kind", "comment.published"),
    ];
    people.as_owner(host, &path, &fields).await;
    let list = people.app.store.read(move |tx| webhooks::list(tx, site));
    list.await.unwrap().remove(0).id
}

/// The picture of a page that a new comment links to.
pub(super) async fn picture(people: &People, host: &'static str) -> i64 {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let seed = people.seed();
    let url = format!("https://paper.example/{seed}");
    let id = people.comment_that_says(host, &url).await.parse().unwrap();
    let found = FetchedCard {
        title: "A page".to_owned(),
        site: None,
        author: None,
        description: None,
        icon: None,
        picture: Some(NewCardPicture {
            bytes: [&b"\xff\xd8\xff"[..], &seed.to_be_bytes()].concat(),
            width: 40,
            height: 40,
        }),
    };
    let save = move |tx: &mut store::Tx<'_>| {
        cards::save(tx, now, site, &url, Some(&found))?;
        let comment = comments::by_id(tx, site, id)?.unwrap();
        cards::filled(tx, site, comment)
    };
    let shown = people.app.store.write(save).await.unwrap();
    shown.cards[0].picture.unwrap().id
}

pub(super) async fn delivery(people: &People, host: &'static str) -> (String, String) {
    let (site, webhook) = (people.site(host).await, webhook(people, host).await);
    people.comment(host).await;
    let list = move |tx: &mut store::Tx<'_>| webhooks::deliveries(tx, site, webhook, None, 1);
    let delivery = people.app.store.read(list).await.unwrap().remove(0);
    (webhook.to_string(), delivery.id.to_string())
}

/// A new comment, as it is stored.
pub(super) async fn found(people: &People, host: &'static str) -> Comment {
    let comment = people.comment(host).await;
    stored(people, host, &comment).await
}

pub(super) async fn stored(people: &People, host: &'static str, comment: &str) -> Comment {
    let (site, id) = (people.site(host).await, comment.parse().unwrap());
    let read = people
        .app
        .store
        .read(move |tx| comments::by_id(tx, site, id));
    read.await.unwrap().unwrap()
}

pub(super) async fn group(people: &People, host: &'static str) -> String {
    let (site, id) = (people.site(host).await, people.seed());
    let group = PageGroup {
        id,
        name: format!("Group {id}"),
        prefix: None,
        mode: None,
        n_pages: 0,
    };
    let save = people
        .app
        .store
        .write(move |tx| groups::save(tx, site, &group));
    save.await.unwrap();
    id.to_string()
}

/// A job that was tried in vain.
pub(super) async fn parked_job(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let now = people.app.clock.now();
    let fetch = FetchCard {
        url: format!("https://paper.example/{}", people.seed()),
        asked_at: now,
    };
    let job = NewJob::new(site, &fetch, now).unwrap();
    let id = job.id();
    let park = move |tx: &mut store::Tx<'_>| {
        jobs::add(tx, now, &job)?;
        for job in jobs::claim(tx, now, Duration::from_secs(60), 1_000)? {
            jobs::park(tx, now, &job, "It did not work out.")?;
        }
        Ok(())
    };
    people.app.store.write(park).await.unwrap();
    id
}

/// A token of a program; those before it are gone, as there cannot be many.
pub(super) async fn api_token(people: &People, host: &'static str) -> AuthorId {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let (seed, owner) = (people.seed(), people.seed());
    people.owner(host, owner).await;
    let mut hash = TokenHash([1; 32]);
    hash.0[..8].copy_from_slice(&seed.to_be_bytes());
    let new = NewApiToken {
        site,
        id: AuthorId(seed),
        hash,
        name: "A program".to_owned(),
        scopes: ApiScope::ALL.to_vec(),
        created_by: AuthorId(owner),
        lifetime: Duration::from_secs(86_400),
    };
    let add = people.app.store.write(move |tx| {
        for old in api_tokens::list(tx, site)? {
            api_tokens::revoke(tx, site, old.id)?;
        }
        api_tokens::add(tx, now, &new)
    });
    assert!(add.await.unwrap());
    AuthorId(seed)
}

/// A secret by which tokens are signed.
pub(super) async fn sign_in_key(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let key = SignInKey {
        id: people.seed(),
        kind: KeyKind::Hs256,
        key: "secret".to_owned(),
        created_at: people.app.clock.now(),
    };
    let id = key.id;
    let add = people.app.store.write(move |tx| {
        // There is room for a few only.
        for old in sign_in_keys::list(tx, site)? {
            sign_in_keys::remove(tx, site, old.id)?;
        }
        sign_in_keys::add(tx, site, &key)
    });
    assert!(add.await.unwrap());
    id
}

/// A site of which no import is open.
pub(super) async fn no_import(people: &People, host: &'static str) {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let end = move |tx: &mut store::Tx<'_>| {
        for open in runs::list(tx, site, 10)? {
            runs::end(tx, now, site, open.id, &ended(ImportState::Done))?;
        }
        Ok(())
    };
    people.app.store.write(end).await.unwrap();
}

fn ended(state: ImportState) -> Ended {
    Ended {
        state,
        format: None,
        summary: None,
        problem: None,
        n_done: 0,
    }
}

/// An import whose file is being uploaded.
pub(super) async fn import_upload(people: &People, host: &'static str) -> ImportId {
    no_import(people, host).await;
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let id = ImportId(people.seed());
    let files = [ImportFile::new("a.csv", 4)];
    let begin = move |tx: &mut store::Tx<'_>| runs::begin(tx, now, site, id, &files);
    assert_eq!(people.app.store.write(begin).await.unwrap(), None);
    id
}

/// An import of which it is known what would come in.
pub(super) async fn import(people: &People, host: &'static str) -> ImportId {
    let id = import_upload(people, host).await;
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let look = move |tx: &mut store::Tx<'_>| {
        runs::keep(tx, site, id, (Kept::Text, 0), b"A report")?;
        runs::end(tx, now, site, id, &ended(ImportState::Looked))
    };
    people.app.store.write(look).await.unwrap();
    id
}

/// Who else signs the readers of the site in.
pub(super) async fn provider(people: &People, host: &'static str) -> i64 {
    let site = people.site(host).await;
    let provider = OpenidProvider {
        id: people.seed(),
        label: "Quill".to_owned(),
        issuer: "https://quill.example".to_owned(),
        client_id: "rejoinder".to_owned(),
        client_secret: "secret".to_owned(),
        created_at: people.app.clock.now(),
    };
    let id = provider.id;
    let add = people.app.store.write(move |tx| {
        // There is room for a few only.
        for old in openid::list(tx, site)? {
            openid::remove(tx, site, old.id)?;
        }
        openid::add(tx, site, &provider)
    });
    assert!(add.await.unwrap());
    id
}

/// A campaign with an entry of its ledger, and an address at which a processor tells of payments.
pub(super) async fn campaign(people: &People, host: &'static str) -> (String, String, String) {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let (id, entry) = (CampaignId(people.seed()), EntryId(people.seed()));
    let hook = people.seed();
    let money = Money {
        minor: 2_500,
        currency: "EUR".parse().unwrap(),
    };
    let draft = CampaignDraft {
        title: "The lease".to_owned(),
        about: String::new(),
        goal: money,
        mode: CampaignMode::Once,
        milestones: Vec::new(),
        section: String::new(),
        url: None,
        starts_at: now,
        ends_at: None,
        names_supporters: false,
    };
    let add = move |tx: &mut store::Tx<'_>| {
        let new = NewEntry {
            id: entry,
            campaign: id,
            movement: Movement {
                kind: EntryKind::Payment,
                money,
                gifts: 1,
                occurred_at: now,
            },
            source: "stripe",
            external_id: &entry.to_string(),
            payment: None,
            note: "",
            made_by: None,
        };
        // There is room for so many only; those before are not asked for again.
        tx.batch(
            "delete from payment_message; delete from payment_purpose; delete from gift_receipt;
             delete from gift; delete from payment_hook; delete from campaign_sum;
             delete from ledger_entry; delete from campaign",
        )?;
        campaigns::add(tx, now, site, id, &draft)?;
        let mut hash = TokenHash([2; 32]);
        hash.0[..8].copy_from_slice(&hook.to_be_bytes());
        let hook = NewHook {
            id: hook,
            campaign: id,
            processor: Processor::Stripe,
            token: "token".to_owned(),
            hash,
            secret: None,
        };
        hooks::add(tx, now, site, &hook)?;
        ledger::record(tx, now, site, &new)
    };
    assert!(people.app.store.write(add).await.unwrap());
    (id.to_string(), entry.to_string(), hook.to_string())
}

/// A recording that stands with a page, which can be heard and read.
pub(super) async fn recording(people: &People, host: &'static str, page: &'static str) -> String {
    let id = upload(people, host, page).await;
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let own: RecordingId = id.parse().unwrap();
    let read = move |tx: &mut store::Tx<'_>| {
        files::add(tx, now, site, own, 0, b"RIFF")?;
        let recording = listing::find(tx, site, own)?.unwrap();
        let found = DecodedFile {
            kind: RecordingKind::Audio,
            media_type: "audio/wav".to_owned(),
            duration_ms: 60_000,
            wave_form: vec![128; 200],
            fingerprint: Vec::new(),
        };
        reading::save(tx, now, &recording, &found, None)?;
        let said = NewRevision {
            from: 0,
            status: TranscriptStatus::Draft,
            language: None,
            webvtt: "WEBVTT\n\n00:01.000 --> 00:02.000\nA word\n".to_owned(),
            by: None,
        };
        transcripts::save(tx, now, &recording, &said)?;
        chapters::save(tx, now, &recording, Some(&said.webvtt))
    };
    people.app.store.write(read).await.unwrap();
    id
}

/// A correction of a recording's transcript by a guest whom nobody else is.
pub(super) async fn proposal(people: &People, host: &'static str, page: &'static str) -> String {
    let recording = recording(people, host, page).await;
    let mut bob = people.app.reader("Bob");
    bob.origin = format!("https://{host}");
    let body = json!({"site": host, "start_ms": 1_000, "text": "The word", "name": "Bob"});
    let path = format!("/api/v1/recordings/{recording}/proposals");
    let made = bob.send(Method::POST, &path, body).await;
    made.json()["id"].as_str().unwrap().to_owned()
}

/// A correction of an article by a guest whom nobody else is.
pub(super) async fn correction(people: &People, host: &'static str, page: &'static str) -> String {
    let mut bob = people.app.reader("Bob");
    bob.origin = format!("https://{host}");
    let body = json!({"site": host, "page": page, "text": "It was not"});
    let sent = bob.send(Method::POST, "/api/v1/corrections", body).await;
    sent.json()["id"].as_str().unwrap().to_owned()
}

/// An address for the page that everybody writes on here.
pub(super) async fn address(people: &People) {
    people.comment_on(PAGE).await;
    let add = |tx: &mut store::Tx<'_>| {
        tx.batch(
            "update page set url = 'https://news.example/story'
             where site_id = 1 and key = 'story'",
        )
    };
    people.app.store.write(add).await.unwrap();
}

/// A question of a passage by the site's owner. Others are gone, as a page has so many at most.
pub(super) async fn question(people: &People, host: &'static str, page: &'static str) -> String {
    let site = people.site(host).await;
    let (now, id) = (people.app.clock.now(), QuestionId(people.seed()));
    let comment = match (host, page) {
        (HERE, page) => people.comment_on(page).await,
        _ => people.comment(host).await,
    };
    let page = stored(people, host, &comment).await.page;
    let quote = Quote::new("A word", "", "").unwrap();
    let own = Question {
        site,
        id,
        page,
        annotation: Annotation::new(Selector::pasted(quote)),
        text: "Why?".to_owned(),
        by: None,
        made_at: now,
        edited_at: None,
        closed_at: None,
        n_answers: 0,
    };
    let keep = move |tx: &mut store::Tx<'_>| {
        tx.batch("delete from answer; delete from question")?;
        asking::keep(tx, &own)
    };
    people.app.store.write(keep).await.unwrap();
    id.to_string()
}

/// A recording that stands with a page, four bytes of which are still to come. Others of the page are
/// gone, as there cannot be many.
pub(super) async fn upload(people: &People, host: &'static str, page: &'static str) -> String {
    let (site, now) = (people.site(host).await, people.app.clock.now());
    let comment = match (host, page) {
        (HERE, page) => people.comment_on(page).await,
        _ => people.comment(host).await,
    };
    let page = stored(people, host, &comment).await.page;
    let id = RecordingId(people.seed());
    let attach = move |tx: &mut store::Tx<'_>| {
        for old in listing::of_page(tx, site, page)? {
            attaching::remove(tx, now, &old)?;
        }
        let new = NewRecording {
            id,
            page,
            cut_of: None,
            title: "A talk".to_owned(),
            source: RecordingSource::Upload { n_bytes: 4 },
            by: None,
        };
        attaching::attach(tx, now, site, &new)
    };
    assert!(people.app.store.write(attach).await.unwrap());
    id.to_string()
}

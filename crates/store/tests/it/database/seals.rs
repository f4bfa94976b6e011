//! Secrets in the database: no look into its rows or files shows one.

use std::sync::Arc;
use std::time::Duration;

use rejoinder_core::CampaignId;
use rejoinder_core::funding::processors::Processor;
use rejoinder_core::identity::author::Role;
use rejoinder_core::identity::proof_of_work::ChallengeKey;
use rejoinder_core::integrations::webhook::{WebhookEvent, WebhookSecret};
use rejoinder_core::{AuthorId, Clock as _, SiteId, Time, TokenHash};
use rejoinder_store::funding::campaigns;
use rejoinder_store::funding::hooks::{self, NewHook};
use rejoinder_store::identity::openid::OpenidProvider;
use rejoinder_store::identity::sessions::NewSession;
use rejoinder_store::identity::sign_in_keys::{KeyKind, SignInKey};
use rejoinder_store::identity::sign_ins::{self, Invitation};
use rejoinder_store::integrations::webhooks::NewWebhook;
use rejoinder_store::jobs::{self, NewJob, Payload};
use rejoinder_store::{
    Result, Seals, Store, Tx,
    identity::{openid, sign_in_keys, work},
    integrations::webhooks,
    notices::devices::{self, NewDevice},
    publication::sites,
};

use crate::funding::ledger::draft;
use crate::support::{World, on_both};

/// Columns whose names sound like a secret and that hold none that could be sealed: what is looked up by
/// its value, is public, or is a name.
const NO_SECRET: [&str; 10] = [
    "desk_reader.secret",
    "idempotency.key",
    "job.dedup_key",
    "page.key",
    "page_alias.key",
    "passkey.public_key",
    "reaction.key",
    "reaction_count.key",
    "subscription.secret",
    "webhook.old_secret_until",
];

/// Columns that are sealed.
const SEALED: [&str; 13] = [
    "address_key.key",
    "device.auth",
    "device.p256dh",
    "job.payload",
    "openid_provider.client_secret",
    "payment_hook.api_key",
    "payment_hook.secret",
    "payment_hook.token",
    "push_key.private_key",
    "sign_in_key.key",
    "webhook.old_secret",
    "webhook.secret",
    "work_key.key",
];

const OLD: [u8; 32] = [0x11; 32];
const NEW: [u8; 32] = [0x22; 32];

/// Text that stands in each secret that is text, and bytes in each that is bytes.
const CANARY: &str = "canaryzanzibar";
const BYTES: [u8; 32] = [0x5a; 32];

fn seals(keys: &[[u8; 32]]) -> Seals {
    let keys: Vec<String> = keys.iter().map(Seals::written).collect();
    keys.join(",").parse().unwrap()
}

/// Of 24 bytes, by the base64 of three.
fn secret(three: &str) -> WebhookSecret {
    format!("whsec_{}", three.repeat(8)).parse().unwrap()
}

async fn fill(world: &World) {
    let (now, site) = (world.clock.now(), world.site.clone());
    let fill = move |tx: &mut Tx<'_>| {
        let id = site.id;
        let hook = NewWebhook {
            id: 1,
            url: "https://a.example/".to_owned(),
            kinds: vec![WebhookEvent::CommentPublished],
            secret: secret("Wlpa"),
        };
        webhooks::add(tx, now, id, &hook)?;
        webhooks::rotate(tx, now, id, 1, &secret("W1tb"))?;
        let provider = OpenidProvider {
            id: 1,
            label: "P".to_owned(),
            issuer: "https://p.example".to_owned(),
            client_id: "c".to_owned(),
            client_secret: CANARY.to_owned(),
            created_at: now,
        };
        openid::add(tx, id, &provider)?;
        let key = SignInKey {
            id: 1,
            kind: KeyKind::Hs256,
            key: CANARY.to_owned(),
            created_at: now,
        };
        sign_in_keys::add(tx, id, &key)?;
        work::add_key(tx, id, &ChallengeKey(BYTES))?;
        devices::key_or_insert(tx, now, &BYTES)?;
        let letter = Letter(format!("https://talk.example/auth/link?token={CANARY}"));
        jobs::add(tx, now, &NewJob::new(id, &letter, now)?)?;
        let kim = account(tx, now, id)?;
        let device = NewDevice {
            id: 1,
            endpoint: "https://push.example/kim".to_owned(),
            p256dh: BYTES.to_vec(),
            auth: BYTES[..24].to_vec(),
            label: None,
        };
        devices::add(tx, now, id, kim, &SESSION, &device)?;
        campaigns::add(tx, now, id, CampaignId(1), &draft())?;
        let hook = NewHook {
            id: 1,
            campaign: CampaignId(1),
            processor: Processor::Stripe,
            token: CANARY.to_owned(),
            hash: TokenHash([9; 32]),
            secret: Some(CANARY.to_owned()),
        };
        hooks::add(tx, now, id, &hook)?;
        let hook = hooks::by_id(tx, id, 1)?.unwrap();
        let access = hooks::HookCredentials {
            key: Some(CANARY.to_owned()),
            ..hooks::HookCredentials::default()
        };
        hooks::set_access(tx, &hook, &access)?;
        let settings = site.settings.with("external_key", CANARY).unwrap();
        sites::save_settings(tx, id, &settings)
    };
    world.store.write(fill).await.unwrap();
    world.post(&world.person("Ann"), "First").await;
}

/// A mail that waits.
#[derive(serde::Serialize, serde::Deserialize)]
struct Letter(String);

impl Payload for Letter {
    const KIND: &'static str = jobs::MAIL;

    fn dedup_key(&self) -> Option<String> {
        Some("the letter".to_owned())
    }
}

const SESSION: TokenHash = TokenHash([8; 32]);
const KIM: AuthorId = AuthorId(77);

/// Somebody with an account, who is signed in.
fn account(tx: &mut Tx<'_>, now: Time, site: SiteId) -> Result<AuthorId> {
    let invitation = Invitation {
        site,
        author: KIM,
        email: "kim@reader.example".to_owned(),
        role: Role::Reader,
        token: TokenHash([7; 32]),
        lifetime: Duration::from_secs(60),
    };
    sign_ins::invite(tx, now, &invitation)?;
    let new = NewSession {
        token: SESSION,
        replaces: None,
        label: None,
    };
    let kim = sign_ins::accept(tx, now, site, &invitation.token, &new, "Kim")?;
    Ok(kim.id)
}

/// What waits to be done is claimed, and let go.
async fn expect_job(world: &World, is_there: bool) {
    let now = world.clock.now();
    let claim = move |tx: &mut Tx<'_>| {
        let lease = Duration::from_micros(1);
        let claimed = jobs::claim(tx, now, lease, 100)?;
        let is_letter = |job: &jobs::Job| job.kind == jobs::MAIL;
        let letter = claimed
            .iter()
            .find(|job| is_letter(job))
            .unwrap()
            .read::<Letter>();
        Ok(letter.is_ok_and(|letter| letter.0.ends_with(CANARY)))
    };
    assert_eq!(world.store.write(claim).await.unwrap(), is_there);
    world.wait(Duration::from_secs(1));
}

/// Everything that was put in, as it is read.
async fn expect_all(world: &World, site: SiteId, is_there: bool) {
    let (now, store) = (world.clock.now(), &world.store);
    expect_job(world, is_there).await;
    let read = move |tx: &mut Tx<'_>| {
        let provider = openid::list(tx, site)?.remove(0).client_secret == CANARY;
        let key = sign_in_keys::list(tx, site)?
            .iter()
            .any(|key| key.key == CANARY);
        let work = work::key(tx, site)?.is_some_and(|key| key.0 == BYTES);
        let push = devices::key(tx)?.is_some_and(|key| key == BYTES);
        let device = devices::list(tx, now, site, KIM)?.remove(0);
        let device = device.p256dh == BYTES && device.auth == BYTES[..24];
        let site = sites::by_id(tx, site)?.unwrap();
        let settings = site.settings.external_key.reveal() == CANARY;
        Ok([provider, key, work, push, device, settings])
    };
    assert_eq!(store.read(read).await.unwrap(), [is_there; 6]);
}

fn is_in(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}

async fn expect_sealed(world: &World) {
    let hex = "5a".repeat(24);
    let typed = secret("Wlpa").reveal();
    let dump = world.dump().await;
    for line in &dump {
        let is_plain = [CANARY, &hex, &typed].iter().any(|it| line.contains(it));
        assert!(!is_plain, "{line}");
    }
    for column in SEALED {
        let (table, column) = column.split_once('.').unwrap();
        // `sealed:`, as it is or in hexadecimals.
        let starts = ["sealed:", "7365616c65643a"].map(|start| format!(" {column}={start}"));
        let is_sealed = |line: &&String| {
            line.starts_with(&format!("{table}: ")) && starts.iter().any(|it| line.contains(it))
        };
        assert!(
            dump.iter().any(|line| is_sealed(&line)),
            "{table}.{column}: {dump:#?}"
        );
    }
    for (name, bytes) in world.files() {
        for part in [CANARY.as_bytes(), &BYTES[..24], typed.as_bytes()] {
            assert!(!is_in(&bytes, part), "{name}");
        }
    }
}

async fn again(world: &World, keys: &[[u8; 32]]) -> Store {
    let location = world.location.clone();
    let seals = seals(keys);
    let open = move || Store::open_sealed(&location, seals, Arc::new(|_| {}));
    tokio::task::spawn_blocking(open).await.unwrap().unwrap()
}

#[test]
fn every_secret_is_sealed_in_rows_and_files_and_read_all_the_same() {
    on_both(|mut world| async move {
        // As an older program has left it.
        fill(&world).await;
        expect_all(&world, world.site.id, true).await;

        world.store.close();
        world.store = again(&world, &[OLD]).await;

        expect_sealed(&world).await;
        expect_all(&world, world.site.id, true).await;
        fill_more(&world).await;
        expect_sealed(&world).await;
    });
}

/// What is written under a seal.
async fn fill_more(world: &World) {
    let (now, site) = (world.clock.now(), world.site.id);
    let rotate = move |tx: &mut Tx<'_>| webhooks::rotate(tx, now, site, 1, &secret("Wlpa"));
    assert!(world.store.write(rotate).await.unwrap());
}

#[test]
fn a_new_key_takes_the_place_of_an_older_one() {
    on_both(|mut world| async move {
        fill(&world).await;
        let site = world.site.id;
        world.store.close();
        world.store = again(&world, &[OLD]).await;
        world.store.close();

        again(&world, &[NEW, OLD]).await.close();
        world.store = again(&world, &[NEW]).await;

        expect_all(&world, site, true).await;
        expect_sealed(&world).await;
    });
}

#[test]
fn what_no_key_opens_counts_as_not_there_and_the_rest_goes_on() {
    on_both(|mut world| async move {
        fill(&world).await;
        let (now, site) = (world.clock.now(), world.site.id);
        world.store.close();
        world.store = again(&world, &[OLD]).await;
        world.store.close();

        world.store = again(&world, &[NEW]).await;
        expect_job(&world, false).await;
        let read = move |tx: &mut Tx<'_>| -> Result<[bool; 6]> {
            let site = sites::by_id(tx, site)?.unwrap();
            Ok([
                openid::list(tx, site.id)?[0].client_secret.is_empty(),
                sign_in_keys::list(tx, site.id)?.is_empty(),
                work::key(tx, site.id)?.is_none(),
                devices::key(tx)?.is_none(),
                devices::list(tx, now, site.id, KIM)?[0].auth.is_empty(),
                site.settings.external_key.reveal().is_empty(),
            ])
        };
        assert_eq!(world.store.read(read).await.unwrap(), [true; 6]);
        world.post(&world.person("Bob"), "Second").await;
        let renew = move |tx: &mut Tx<'_>| {
            work::add_key(tx, site, &ChallengeKey(BYTES))?;
            devices::key_or_insert(tx, now, &BYTES)
        };
        assert_eq!(world.store.write(renew).await.unwrap(), BYTES);
        world.store.close();

        world.store = again(&world, &[NEW, OLD]).await;
        expect_all(&world, site, true).await;
    });
}

#[test]
fn every_column_that_sounds_like_a_secret_is_sealed_or_known_not_to_be_one() {
    on_both(|world| async move {
        for (table, column) in world.columns().await {
            let sounds = ["secret", "key", "private", "password"];
            let is_loud = sounds.iter().any(|word| column.contains(word));
            let name = format!("{table}.{column}");
            let is_known = NO_SECRET.contains(&&*name) || SEALED.contains(&&*name);
            assert!(!is_loud || is_known, "{name}");
        }
    });
}

#[test]
fn a_key_is_32_bytes_in_base64() {
    let key = Seals::written(&OLD);
    for good in [
        key.clone(),
        format!("# new, and old\n{key}\n"),
        format!("{key},{key}"),
    ] {
        assert!(good.parse::<Seals>().is_ok(), "{good}");
    }
    for bad in ["", "# nothing", "c2hvcnQ=", "not base64"] {
        assert!(bad.parse::<Seals>().is_err(), "{bad}");
    }
    assert!(!format!("{:?}", seals(&[OLD])).contains(&key));
}

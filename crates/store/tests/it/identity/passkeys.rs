//! Passkeys, and the questions that wait for their answers.

use rejoinder_core::{AuthorId, Clock as _, Random as _, TokenHash};
use rejoinder_store::identity::authors;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::passkeys::{self, Ceremony, NewPasskey, PasskeySignIn};
use rejoinder_store::identity::sessions::NewSession;

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::mail_sign_ins::sign_in;
use crate::support::{Person, World, on_both};

const TOKEN: TokenHash = TokenHash([1; 32]);
const BROWSER: TokenHash = TokenHash([2; 32]);

async fn account(world: &World, email: &str) -> AuthorId {
    let person = sign_in(world, &world.person("Ann"), email).await;
    id_of(world, &person).await
}

async fn id_of(world: &World, person: &Person) -> AuthorId {
    let (now, site, token) = (world.clock.now(), world.site.id, person.token);
    let known = world
        .store
        .read(move |tx| authors::by_token(tx, now, site, &token));
    known.await.unwrap().unwrap().id
}

pub(crate) async fn add(
    world: &World,
    account: AuthorId,
    credential: &[u8],
    sign_count: i64,
) -> bool {
    let (now, site) = (world.clock.now(), world.site.id);
    let new = NewPasskey {
        credential: credential.to_vec(),
        name: "Phone".to_owned(),
        public_key: "{}".to_owned(),
        sign_count,
    };
    let add = move |tx: &mut rejoinder_store::Tx<'_>| passkeys::add(tx, now, site, account, &new);
    world.store.write(add).await.unwrap()
}

pub(crate) async fn enter(
    world: &World,
    account: AuthorId,
    credential: &[u8],
    sign_count: i64,
) -> bool {
    let mut token = [0; 32];
    world.random.fill(&mut token);
    let session = NewSession {
        token: TokenHash(token),
        replaces: None,
        label: None,
    };
    enter_with(world, account, credential, sign_count, session).await
}

pub(crate) async fn enter_with(
    world: &World,
    account: AuthorId,
    credential: &[u8],
    sign_count: i64,
    session: NewSession,
) -> bool {
    let (now, site) = (world.clock.now(), world.site.id);
    let used = PasskeySignIn {
        credential: credential.to_vec(),
        account,
        public_key: "{}".to_owned(),
        sign_count,
        session,
    };
    let enter = move |tx: &mut rejoinder_store::Tx<'_>| passkeys::sign_in(tx, now, site, &used);
    world.store.write(enter).await.unwrap()
}

async fn begin(world: &World, account: Option<AuthorId>) {
    let now = world.clock.now();
    let ceremony = Ceremony {
        site: world.site.id,
        token: TOKEN,
        browser: BROWSER,
        account,
        state: "state".to_owned(),
    };
    let begin = move |tx: &mut rejoinder_store::Tx<'_>| passkeys::begin(tx, now, &ceremony);
    world.store.write(begin).await.unwrap();
}

async fn take(world: &World, browser: TokenHash, account: Option<AuthorId>) -> Option<String> {
    let (now, site) = (world.clock.now(), world.site.id);
    let take = move |tx: &mut rejoinder_store::Tx<'_>| {
        passkeys::take(tx, now, site, &TOKEN, &browser, account)
    };
    world.store.write(take).await.unwrap()
}

#[test]
fn a_question_is_answered_once_even_when_two_answers_come_at_a_time() {
    on_both(|world| async move {
        begin(&world, None).await;
        let (one, other) = tokio::join!(take(&world, BROWSER, None), take(&world, BROWSER, None));
        assert!(one.is_some() != other.is_some());
    });
}

#[test]
fn a_question_is_for_one_browser_and_one_account_and_five_minutes() {
    on_both(|world| async move {
        let (ann, bob) = (
            account(&world, "ann@reader.example").await,
            account(&world, "bob@reader.example").await,
        );
        begin(&world, Some(ann)).await;
        assert_eq!(take(&world, TokenHash([3; 32]), Some(ann)).await, None);
        assert_eq!(take(&world, BROWSER, Some(bob)).await, None);
        assert_eq!(take(&world, BROWSER, None).await, None);
        assert!(take(&world, BROWSER, Some(ann)).await.is_some());
        begin(&world, None).await;
        world.wait(passkeys::CEREMONY_LIFETIME);
        assert_eq!(take(&world, BROWSER, None).await, None);
    });
}

#[test]
fn a_passkey_signs_in_once_for_each_of_its_counts() {
    on_both(|world| async move {
        let ann = account(&world, "ann@reader.example").await;
        let bob = account(&world, "bob@reader.example").await;
        assert!(add(&world, ann, b"phone", 1).await);

        let (one, other) = tokio::join!(
            enter(&world, ann, b"phone", 2),
            enter(&world, ann, b"phone", 2)
        );

        assert!(one != other);
        assert!(!enter(&world, ann, b"phone", 2).await);
        assert!(!enter(&world, ann, b"phone", 0).await);
        assert!(!enter(&world, bob, b"phone", 3).await);
        assert!(enter(&world, ann, b"phone", 9).await);
    });
}

#[test]
fn a_passkey_is_known_once_and_gone_when_it_is_removed() {
    on_both(|world| async move {
        let ann = account(&world, "ann@reader.example").await;
        let bob = account(&world, "bob@reader.example").await;
        assert!(add(&world, ann, b"phone", 0).await);
        assert!(!add(&world, ann, b"phone", 0).await);
        assert!(!add(&world, bob, b"phone", 0).await);
        assert!(enter(&world, ann, b"phone", 0).await);
        let site = world.site.id;
        let remove = move |account| {
            move |tx: &mut rejoinder_store::Tx<'_>| passkeys::remove(tx, site, account, b"phone")
        };
        world.store.write(remove(bob)).await.unwrap();
        assert!(enter(&world, ann, b"phone", 0).await);

        world.store.write(remove(ann)).await.unwrap();
        world.store.write(remove(ann)).await.unwrap();

        assert!(!enter(&world, ann, b"phone", 0).await);
    });
}

#[test]
fn an_account_that_is_deleted_leaves_no_passkey() {
    on_both(|world| async move {
        let person = sign_in(&world, &world.person("Ann"), "ann@reader.example").await;
        let ann = ask_to_erase(&world, &person, CommentErasure::Keep).await;
        add(&world, ann, b"phone", 0).await;
        begin(&world, Some(ann)).await;
        assert!(enter(&world, ann, b"phone", 0).await);

        erase(&world, ann).await;

        assert!(!enter(&world, ann, b"phone", 0).await);
        assert_eq!(take(&world, BROWSER, Some(ann)).await, None);
    });
}

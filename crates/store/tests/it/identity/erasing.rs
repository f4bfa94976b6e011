//! What is left in the files of a database when someone is erased, and of a backup from before.

use std::time::Duration;

use rejoinder_core::moderation::search::CommentSearch;
use rejoinder_core::notices::subscription::SubscriptionKind;
use rejoinder_core::{AuthorId, Clock as _, Time};
use rejoinder_store::identity::erasing_again;
use rejoinder_store::identity::erasures::CommentErasure;
use rejoinder_store::identity::erasures::ledger::{self, ErasureLine};
use rejoinder_store::identity::renaming;
use rejoinder_store::publication::sites;
use rejoinder_store::{
    Dialect, Location, Sql, Tx, housekeeping,
    identity::{guests, personal},
    moderation::searches,
    notices::subscriptions,
    params,
};

use crate::identity::account_erasures::{ask_to_erase, erase};
use crate::identity::guest_traces::{CANARY, full, proven, take_back, told};
use crate::identity::mail_sign_ins::sign_in;
use crate::notices::mails::wish;
use crate::support::{Person, World, on_both};

/// Every way in which something of a person is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A guest takes everything back in their browser.
    ByBrowser,
    /// A guest takes everything back by a link that was mailed.
    ByMail,
    /// An account is deleted a day after its owner asked for it.
    Account,
    /// A guest deletes their comments one by one.
    OneByOne,
    /// Whoever has the mails ends them.
    EndOfMails,
}

const WAYS: [Way; 5] = [
    Way::ByBrowser,
    Way::ByMail,
    Way::Account,
    Way::OneByOne,
    Way::EndOfMails,
];

/// Someone with the canary in everything that is theirs, for one way of erasing.
async fn prepare(world: &World, way: Way) -> Person {
    match way {
        Way::ByBrowser | Way::ByMail => full(world).await.guest,
        Way::Account => {
            let guest = full(world).await.guest;
            let ann = sign_in(world, &guest, "zanzibar@reader.example").await;
            world.add_device(&ann, "zanzibar").await;
            let (now, author) = (world.clock.now(), world.reader(&ann).await.author.unwrap());
            let site = world.site.clone();
            let rename =
                move |tx: &mut Tx<'_>| renaming::rename(tx, now, &site, &author, "Zanzibar");
            world.store.write(rename).await.unwrap();
            keep_search(world, "author:Zanzibar").await;
            keep_search(world, "\"zanzibar@reader.example\"").await;
            ann
        }
        Way::OneByOne => {
            let ann = world.person("Zanzibar");
            world.post(&ann, "Zanzibar sings").await;
            world.post(&ann, "Zanzibar is loud").await;
            world.subscribe(&ann, told(world)).await;
            keep_search(world, "author:zanzibar state:published").await;
            ann
        }
        Way::EndOfMails => {
            let ann = world.person("Ann");
            let first = world.post(&ann, "First").await;
            world
                .subscribe(
                    &ann,
                    wish(SubscriptionKind::Page, "zanzibar@reader.example"),
                )
                .await;
            world.reply(&world.person("Bob"), first, "A reply").await;
            world.mails().await;
            ann
        }
    }
}

async fn keep_search(world: &World, query: &str) {
    let (now, site, kim) = (world.clock.now(), world.site.id, world.desk().await);
    let (id, search) = (world.ids.next(now), query.parse::<CommentSearch>().unwrap());
    let save = move |tx: &mut Tx<'_>| searches::save(tx, now, site, kim.id, id, "Kept", &search);
    world.store.write(save).await.unwrap();
}

async fn erase_by(world: &World, way: Way, who: &Person) {
    let (now, site) = (world.clock.now(), world.site.id);
    match way {
        Way::ByBrowser => {
            let proven = proven(world, who).await;
            take_back(world, proven).await.unwrap();
        }
        Way::ByMail => {
            let read = move |tx: &mut Tx<'_>| {
                guests::by_link(tx, now, site, &rejoinder_core::TokenHash([9; 32]))
            };
            let proven = world.store.read(read).await.unwrap().unwrap();
            take_back(world, proven).await.unwrap();
        }
        Way::Account => {
            let id = ask_to_erase(world, who, CommentErasure::Remove).await;
            erase(world, id).await;
        }
        Way::OneByOne => {
            let author = world.author(who).await;
            let list = move |tx: &mut Tx<'_>| personal::personal_data(tx, now, site, author);
            for comment in world.store.read(list).await.unwrap().comments {
                let id = comment.id.parse().unwrap();
                world.remove(who, id).await.unwrap();
            }
        }
        Way::EndOfMails => {
            let author = world.author(who).await;
            let told = move |tx: &mut Tx<'_>| subscriptions::of_author(tx, site, author);
            let secret = world.store.read(told).await.unwrap()[0].secret.clone();
            let end = move |tx: &mut Tx<'_>| subscriptions::end_all(tx, now, site, &secret);
            world.store.write(end).await.unwrap();
        }
    }
}

#[test]
fn what_is_erased_is_in_no_row_and_no_file_any_more() {
    for way in WAYS {
        on_both(|world| async move {
            let who = prepare(&world, way).await;
            world.expect_trace(CANARY, true, way).await;

            erase_by(&world, way, &who).await;

            world.expect_trace(CANARY, false, way).await;
            world.expect_sound().await;
        });
    }
}

#[test]
fn what_was_erased_after_a_backup_is_erased_again_by_the_ledger() {
    for way in WAYS {
        on_both(|world| async move {
            let backup = world.twin().await;
            prepare(&backup, way).await;
            let who = prepare(&world, way).await;
            erase_by(&world, way, &who).await;
            let list = |tx: &mut Tx<'_>| ledger::list(tx, None, 1_000);
            let ledger = world.store.read(list).await.unwrap();

            apply(&backup, &ledger).await;

            backup.expect_trace(CANARY, false, way).await;
            backup.expect_sound().await;
            let what = |lines: Vec<ErasureLine>| {
                lines.into_iter().map(|it| it.subject).collect::<Vec<_>>()
            };
            assert_eq!(what(backup.store.read(list).await.unwrap()), what(ledger));
        });
    }
}

async fn apply(world: &World, ledger: &[ErasureLine]) {
    for line in ledger {
        let line: ErasureLine = line.to_string().parse().unwrap();
        let now = world.clock.now();
        let nobody = AuthorId(world.ids.next(now));
        let again = move |tx: &mut Tx<'_>| erasing_again::again(tx, now, &line, nobody);
        while !world.store.write(again).await.unwrap() {}
    }
}

#[test]
fn the_ledger_is_read_as_it_is_written_and_holds_nothing_but_ids_and_times() {
    on_both(|world| async move {
        let who = prepare(&world, Way::Account).await;
        erase_by(&world, Way::Account, &who).await;
        let mut lines = Vec::new();
        let mut last = None;
        loop {
            let list = move |tx: &mut Tx<'_>| ledger::list(tx, last.as_ref(), 1);
            let Some(line) = world.store.read(list).await.unwrap().pop() else {
                break;
            };
            last = Some(line);
            lines.push(line.to_string());
        }
        // The account, and the guest that it was.
        assert_eq!(
            lines
                .iter()
                .filter(|line| line.contains(" author "))
                .count(),
            2
        );
        for line in lines {
            assert_eq!(line.parse::<ErasureLine>().unwrap().to_string(), line);
            let words: Vec<&str> = line.split(' ').collect();
            words[0].parse::<Time>().unwrap();
            assert_eq!(words[1], world.site.id.to_string());
            assert_eq!(words[3].len(), 13);
            assert!(words.len() <= 5, "{line}");
        }
        for wrong in ["", "author", "2026-01-01T00:00:00Z x author y keep"] {
            assert!(wrong.parse::<ErasureLine>().is_err());
        }
    });
}

#[test]
fn keys_of_addresses_are_destroyed_by_the_clock_though_nobody_writes() {
    on_both(|world| async move {
        world.post(&world.person("Ann"), "First").await;
        let keys = move |tx: &mut Tx<'_>| {
            tx.all(select("select key from address_key"), params![], |row| {
                row.next::<Vec<u8>>()
            })
        };
        let before = world.store.read(keys).await.unwrap();
        assert_eq!(before.len(), 1);

        world.wait(Duration::from_secs(2 * 24 * 60 * 60 - 1));
        world.keep_house().await;
        assert_eq!(world.store.read(keys).await.unwrap(), before);
        world.wait(Duration::from_secs(1));
        world.keep_house().await;

        assert_eq!(world.store.read(keys).await.unwrap().len(), 0);
        for (name, bytes) in world.files() {
            let is_there = bytes.windows(before[0].len()).any(|it| it == before[0]);
            assert!(!is_there, "{name}");
        }
    });
}

#[test]
fn whatever_expires_is_gone_by_the_clock_though_nobody_comes() {
    on_both(|world| async move {
        let author = world.author_of_all_kinds().await;
        let columns = world.columns_with_types().await;
        let mut tables = Vec::new();
        for table in columns.chunk_by(|one, next| one[0] == next[0]) {
            let name = &table[0][0];
            if table.iter().any(|[_, column, _]| column == "expires_at") && name != "api_token" {
                tables.push(name.clone());
                world.fill(table, author).await;
            }
        }
        assert!(tables.len() >= 9, "{tables:?}");

        world.keep_house().await;

        let dump = world.dump().await;
        for table in tables {
            let start = format!("{table}: ");
            let is_over = |line: &&String| {
                line.starts_with(&start) && line.split(' ').any(|word| word == "expires_at=1")
            };
            assert_eq!(dump.iter().find(is_over), None);
        }
    });
}

fn select(text: &str) -> &'static Sql {
    Box::leak(Box::new(Sql::new(text.to_owned().leak())))
}

impl World {
    /// Another world, in which the same things happen in the same way.
    async fn twin(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let location = match self.store.dialect() {
            Dialect::Sqlite => Location::Sqlite(folder.path().join("rejoinder.db")),
            Dialect::Postgres => Location::Postgres(testing::fresh_database()),
        };
        Self::new(&location, folder).await
    }

    async fn keep_house(&self) {
        let now = self.clock.now();
        let begin = move |tx: &mut Tx<'_>| housekeeping::begin(tx, now);
        self.store.write(begin).await.unwrap();
        let sites = self.store.read(|tx| sites::ids(tx, None, 10)).await;
        for site in sites.unwrap() {
            let tidy = move |tx: &mut Tx<'_>| housekeeping::tidy(tx, now, site);
            self.store.write(tidy).await.unwrap();
        }
    }

    /// Whether `trace` is in a row, or in the bytes of a file.
    async fn expect_trace(&self, trace: &str, is_expected: bool, way: Way) {
        let rows = self.dump().await;
        let row = rows.iter().find(|row| row.to_lowercase().contains(trace));
        assert_eq!(row.is_some(), is_expected, "{way:?}: {row:?}");
        for (name, bytes) in self.files() {
            let bytes = bytes.to_ascii_lowercase();
            let is_there = bytes.windows(trace.len()).any(|it| it == trace.as_bytes());
            assert!(is_expected || !is_there, "{way:?}: {name}");
        }
    }

    async fn author_of_all_kinds(&self) -> AuthorId {
        let ann = self.person("Ann");
        self.post(&ann, "First").await;
        self.author(&ann).await
    }

    /// A row that has expired, in a table with these columns.
    async fn fill(&self, table: &[[String; 3]], author: AuthorId) {
        let value = |[_, column, ty]: &[String; 3]| match (column.as_str(), ty.as_str()) {
            ("site_id", _) => self.site.id.0.to_string(),
            ("author_id", _) => author.0.to_string(),
            (_, "bigint") => "1".to_owned(),
            (_, "text") => "'x'".to_owned(),
            (_, "blob") => "x'01'".to_owned(),
            (_, "bytea") => "'\\x01'::bytea".to_owned(),
            other => panic!("a column of an unknown type: {other:?}"),
        };
        let names: Vec<&str> = table.iter().map(|[_, column, _]| column.as_str()).collect();
        let values: Vec<String> = table.iter().map(value).collect();
        let insert = format!(
            "insert into {} ({}) values ({})",
            table[0][0],
            names.join(", "),
            values.join(", ")
        );
        let fill = move |tx: &mut Tx<'_>| tx.batch(&insert);
        self.store.write(fill).await.unwrap();
    }
}

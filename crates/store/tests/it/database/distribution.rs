//! What `distribute` asks of Citus. A stand-in answers, which knows Citus's calls and its rules for tables and
//! keeps what was called; where `testing::CITUS_VARIABLE` names a server, every other test runs on Citus itself.

use std::sync::{Arc, Mutex};

use postgres::{Client, NoTls};
use rejoinder_store::database::distribution::{NotDistributed, distribute};
use rejoinder_store::{Location, Reach, Store};

/// Refuses what Citus refuses: a table whose foreign keys name one that is neither distributed nor whole, a
/// unique key without the site, a table that is distributed already, and one beside another that is not.
const STAND_IN: &str = "
create schema citus;
create table citus.pg_dist_partition
    (logicalrelid regclass primary key, partmethod \"char\", repmodel \"char\");
create table citus.called (number bigint generated always as identity, said text);
create function citus.expect_keys(own regclass) returns void language plpgsql as $$
begin
    if exists (
        select 1 from pg_constraint f where f.contype = 'f' and f.conrelid = own
            and f.confrelid <> own
            and f.confrelid not in (select logicalrelid from citus.pg_dist_partition)
    ) then
        raise exception '% names a table that is not distributed', own;
    end if;
end $$;
create function citus.create_reference_table(table_name regclass) returns void language plpgsql as $$
begin
    perform citus.expect_keys(table_name);
    insert into citus.pg_dist_partition values (table_name, 'n', 't');
    insert into citus.called (said) values ('whole ' || table_name);
end $$;
create function citus.create_distributed_table(
    table_name regclass, distribution_column text, distribution_type text default 'hash',
    colocate_with text default 'default', shard_count int default null
) returns void language plpgsql as $$
begin
    perform citus.expect_keys(table_name);
    if exists (
        select 1 from pg_index i join pg_attribute a on a.attrelid = i.indrelid
        where i.indrelid = table_name and i.indisunique and a.attname = distribution_column
            and not a.attnum = any (i.indkey::int[])
    ) then
        raise exception '% has a key without %', table_name, distribution_column;
    end if;
    if colocate_with <> 'none' and colocate_with::regclass not in (
        select logicalrelid from citus.pg_dist_partition where partmethod = 'h'
    ) then
        raise exception '% is not distributed', colocate_with;
    end if;
    insert into citus.pg_dist_partition values (table_name, 'h', 's');
    insert into citus.called (said)
    values (table_name || ' by ' || distribution_column || ' beside ' || colocate_with);
end $$;
";

/// A database with the stand-in, and what it is asked.
struct StandIn {
    location: Location,
    client: Client,
}

impl StandIn {
    fn new() -> Self {
        let url = testing::fresh_database();
        let mut client = Client::connect(&url, NoTls).unwrap();
        client.batch_execute(STAND_IN).unwrap();
        let name = url.rsplit('/').next().unwrap();
        let path = format!("alter database {name} set search_path = public, citus");
        client.batch_execute(&path).unwrap();
        client
            .batch_execute("set search_path = public, citus")
            .unwrap();
        Self {
            location: Location::Postgres(url),
            client,
        }
    }

    /// Start the program once, as a server does.
    fn start(&self) {
        drop(Store::open(&self.location, Arc::new(|_| {})).unwrap());
    }

    /// Distribute; the tables that it told of.
    fn distribute(&self) -> Vec<String> {
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let tells = Arc::clone(&told);
        let tell = move |table: &str| tells.lock().unwrap().push(table.to_owned());
        distribute(&self.location, &Reach::default(), tell).unwrap();
        let told = told.lock().unwrap();
        told.clone()
    }

    fn called(&mut self) -> Vec<String> {
        let called = "select said from called order by number";
        let rows = self.client.query(called, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[test]
fn every_table_of_sites_is_distributed_by_its_site_beside_the_others_and_once() {
    let mut database = StandIn::new();
    database.start();
    assert!(database.called().is_empty());

    let told = database.distribute();

    let called = database.called();
    assert_eq!(called.len(), told.len());
    let whole: Vec<&String> = called
        .iter()
        .filter(|said| said.starts_with("whole "))
        .collect();
    assert_eq!(
        whole,
        [
            "whole site",
            "whole site_origin",
            "whole site_logo",
            "whole openid_provider",
            "whole address_key",
            "whole push_key"
        ]
    );
    let spread = called.iter().filter(|said| !said.starts_with("whole "));
    let (first, others) = (spread.clone().next().unwrap(), spread.skip(1));
    assert_eq!(first, "audit by site_id beside none");
    for said in others {
        assert!(said.ends_with(" by site_id beside audit"), "{said}");
    }
    let left = "select c.relname::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and c.oid not in (select logicalrelid from pg_dist_partition) order by 1";
    let left = database.client.query(left, &[]).unwrap();
    let left: Vec<String> = left.iter().map(|row| row.get(0)).collect();
    assert_eq!(left, ["migration", "node", "rendering"]);

    assert!(database.distribute().is_empty());
    assert_eq!(database.called(), called);
}

#[test]
fn what_was_interrupted_goes_on_and_what_is_new_is_distributed_at_the_next_start() {
    let mut database = StandIn::new();
    database.start();
    database.distribute();
    // As if the last tables were not there yet, or never reached.
    let forget = "delete from pg_dist_partition where logicalrelid in (
         'delivery'::regclass, 'gift'::regclass, 'gift_receipt'::regclass, 'push_key'::regclass)";
    database.client.batch_execute(forget).unwrap();
    let n_called = database.called().len();

    database.start();

    let called = database.called().split_off(n_called);
    let beside = |table: &str| format!("{table} by site_id beside audit");
    let whole = "whole push_key".to_owned();
    assert_eq!(
        called,
        [
            whole,
            beside("gift"),
            beside("gift_receipt"),
            beside("delivery")
        ]
    );
}

#[test]
fn nothing_else_can_be_distributed() {
    let tell = |_: &str| panic!("nothing was");
    let plain = Location::Postgres(testing::fresh_database());
    drop(Store::open(&plain, Arc::new(|_| {})).unwrap());
    let why = distribute(&plain, &Reach::default(), tell).unwrap_err();
    assert!(matches!(why, NotDistributed::NoCitus), "{why}");

    let file = Location::Sqlite("nowhere.db".into());
    let why = distribute(&file, &Reach::default(), tell).unwrap_err();
    assert!(matches!(why, NotDistributed::Sqlite), "{why}");
}

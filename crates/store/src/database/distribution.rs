//! A PostgreSQL with Citus, over several servers: which table's rows are where.
//!
//! What belongs to a site lies together on one shard, found by `site_id`, so that nearly every statement is
//! of one shard. What belongs to nobody is whole on every server, and what only the program itself reads
//! stays on the one that it connects to.

use postgres::Client;

use crate::database::migrations;
use crate::database::tls::Address;
use crate::{Location, Reach, Result, StoreError};

/// Whole on every server: rows of no site, those by which a site is found, and those that are read with it.
pub(crate) const REFERENCE: &[&str] = &[
    "site",
    "site_origin",
    "site_logo",
    "openid_provider",
    "address_key",
    "push_key",
];

/// On the server that the program connects to: how far migrations and renderings have come, and which nodes
/// there are. No statement reads them beside what belongs to a site.
pub(crate) const LOCAL: &[&str] = &["migration", "rendering", "node"];

/// Why tables were not distributed.
#[derive(Debug, thiserror::Error)]
pub enum NotDistributed {
    /// The database is a file.
    #[error(
        "SQLite keeps everything in one file: only a PostgreSQL with Citus has several servers"
    )]
    Sqlite,
    /// The database is a PostgreSQL alone.
    #[error(
        "this database has no Citus: `create extension citus` in it, on each of its servers, comes first"
    )]
    NoCitus,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Distribute the tables that are not distributed yet, and say the name of each to `tell` when it is.
///
/// The schema of the database at `location` must be the newest. What was interrupted goes on where it stopped.
pub fn distribute(
    location: &Location,
    reach: &Reach,
    tell: impl Fn(&str) + Send + 'static,
) -> std::result::Result<(), NotDistributed> {
    let Location::Postgres(url) = location else {
        return Err(NotDistributed::Sqlite);
    };
    let address = Address::parse(reach.direct.as_ref().unwrap_or(url), &reach.timeouts)?;
    // The client brings a runtime of its own and must not meet another.
    let distribute = move || {
        let mut client = address.connect().map_err(NotDistributed::Store)?;
        if !has_citus(&mut client)? {
            return Err(NotDistributed::NoCitus);
        }
        migrations::expect_newest(migrations::done_on_postgres(&mut client)?)?;
        Ok(migrations::locked(&mut client, |client| {
            distribute_rest(client, tell)
        })?)
    };
    let distributed = std::thread::spawn(distribute).join();
    distributed.unwrap_or_else(|_| Err(StoreError::Internal("distributing panicked".into()).into()))
}

/// Where the database is distributed, distribute what a migration has added to it.
pub(crate) fn keep_up(client: &mut Client) -> Result<()> {
    if has_citus(client)? && !distributed(client)?.is_empty() {
        migrations::locked(client, |client| distribute_rest(client, |_| ()))?;
    }
    Ok(())
}

fn has_citus(client: &mut Client) -> Result<bool> {
    let asked = client.query_one("select to_regclass('pg_dist_partition') is not null", &[])?;
    Ok(asked.get(0))
}

/// The tables that are distributed, or whole on every server. Citus also knows of tables that it let be.
fn distributed(client: &mut Client) -> Result<Vec<String>> {
    let rows = client.query(
        "select c.relname::text from pg_dist_partition p join pg_class c on c.oid = p.logicalrelid
         where c.relnamespace = current_schema()::regnamespace
           and (p.partmethod = 'h' or p.repmodel = 't')",
        &[],
    )?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// One table after the other, each in a transaction of its own: all at once would hold more locks than a
/// server has room for.
fn distribute_rest(client: &mut Client, tell: impl Fn(&str)) -> Result<()> {
    // Else Citus takes all tables that name a site for its own once sites are everywhere, and then refuses to
    // distribute one while another that names it is not. Without it, those stay plain until it is their turn.
    client.batch_execute("set citus.enable_local_reference_table_foreign_keys = off")?;
    let done = distributed(client)?;
    // A table comes after those that its foreign keys name.
    let tables: Vec<String> = migrations::tables();
    let spread =
        |table: &&String| !REFERENCE.contains(&table.as_str()) && !LOCAL.contains(&table.as_str());
    let first = tables.iter().find(spread).cloned().unwrap_or_default();
    for table in tables.iter().filter(|table| !done.contains(table)) {
        if REFERENCE.contains(&table.as_str()) {
            client.execute(
                "select create_reference_table($1::text::regclass)",
                &[table],
            )?;
        } else if spread(&table) {
            // Shards of one site lie on one server because all tables are distributed as the first is.
            let beside = if *table == first { "none" } else { &first };
            client.execute(
                "select create_distributed_table(
                     $1::text::regclass, 'site_id', colocate_with => $2::text)",
                &[table, &beside],
            )?;
        } else {
            continue;
        }
        tell(table);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use postgres::NoTls;

    use super::*;

    fn migrated() -> Client {
        let mut client = Client::connect(&testing::fresh_database(), NoTls).unwrap();
        migrations::run_postgres(&mut client).unwrap();
        client
    }

    fn names(client: &mut Client, sql: &str) -> Vec<String> {
        let rows = client.query(sql, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    #[test]
    fn a_table_begins_with_its_site_unless_it_is_whole_or_local() {
        let mut client = migrated();

        let without = names(
            &mut client,
            "select c.relname::text from pg_class c
             where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
               and not exists (select 1 from pg_attribute a where a.attrelid = c.oid
                 and a.attnum = 1 and a.attname = 'site_id' and a.attnotnull)
             order by c.relname",
        );

        let mut apart: Vec<&str> = [REFERENCE, LOCAL].concat();
        // What a site is found by and read with is whole although it is the site's.
        apart.retain(|table| !["site_origin", "site_logo", "openid_provider"].contains(table));
        apart.sort_unstable();
        assert_eq!(without, apart);
    }

    #[test]
    fn every_key_holds_the_site() {
        let mut client = migrated();
        let apart = [REFERENCE, LOCAL].concat();

        let keys = names(
            &mut client,
            "select c.relname || ' ' || i.indexrelid::regclass::text
             from pg_index i join pg_class c on c.oid = i.indrelid
             where c.relnamespace = current_schema()::regnamespace and i.indisunique
               and not 1 = any (i.indkey::int[])",
        );
        // Where both tables are distributed, the site of one has to be that of the other.
        let foreign = names(
            &mut client,
            "select c.relname || ' ' || f.conname
             from pg_constraint f join pg_class c on c.oid = f.conrelid
             join pg_class o on o.oid = f.confrelid
             where f.contype = 'f' and o.relname <> 'site'
               and (f.conkey[1] <> 1 or f.confkey[1] <> 1)",
        );

        let of = |named: &String| named.split(' ').next().unwrap_or_default().to_owned();
        let open: Vec<&String> = keys
            .iter()
            .chain(&foreign)
            .filter(|named| !apart.contains(&of(named).as_str()))
            .collect();
        assert!(open.is_empty(), "{open:?}");
    }
}

//! Every statement goes to the shard of one site, or says why it does not.
//!
//! Citus sends a statement to one shard where PostgreSQL's planner has bound the `site_id` of every table in
//! it to one value; so does PostgreSQL leave out partitions. The planner is asked with the tables in two
//! partitions: that of one site, and that of all others. A statement is of one shard where one of its
//! parameters, given as the site, leaves nothing of the others.

use std::collections::HashSet;

use postgres::types::Type;
use postgres::{Client, NoTls, SimpleQueryMessage};
use serde_json::Value;

use crate::database::distribution::{LOCAL, REFERENCE};
use crate::database::migrations;
use crate::database::sql::{Dialect, Registered};

/// The site whose rows are here, and a number that is another's.
const SITE: &str = "cast(1 as bigint)";
const OTHER: &str = "2";

/// Whole modules whose statements go over all sites, and why.
const OVER_ALL_SITES: &[(&str, &str)] = &[
    (
        "rejoinder_store::database::doctor",
        "an operator has everything looked at",
    ),
    (
        "rejoinder_store::database::repair",
        "an operator has everything counted anew",
    ),
    (
        "rejoinder_store::database::sealed",
        "a new key seals what every site keeps, in steps",
    ),
];

/// Statements that do by themselves: how they begin, and why.
const STATEMENTS_OVER_ALL_SITES: &[(&str, &str)] = &[
    ("select kind from job where state = 'ready'", LOOKED_FOR),
    (
        "select j.site_id, j.id, j.kind, j.dedup_key, j.attempts + 1",
        LOOKED_FOR,
    ),
    (
        "select site_id, lane from job where state = 'ready'",
        LOOKED_FOR,
    ),
    ("select run_at from job where state = 'ready'", LOOKED_FOR),
    (
        "select claimed_until from job where claimed_until >",
        LOOKED_FOR,
    ),
    (
        "select kind, cast(sum(due) as bigint)",
        "operators watch how much is left to do",
    ),
    (
        "delete from job where state = 'done'",
        "once everything is done",
    ),
    (
        "select site_id, author_id, family from session where token_hash",
        ONE_TOKEN,
    ),
    ("update session set token_hash", ONE_TOKEN),
    (
        "select site_id, id, page_id, text, html, renderer, written_in from comment",
        "a newer renderer goes through all comments once, in steps",
    ),
    (
        "select site_id, kind, comments, id, at from erased",
        "an operator has the ledger of erasures written",
    ),
];

/// Each is taken by a statement of one shard.
const LOOKED_FOR: &str = "a worker looks for what is due, at whatever site";

const ONE_TOKEN: &str = "a browser has one token at all sites";

#[test]
fn every_statement_is_of_one_shard_or_named() {
    let mut client = partitioned();
    let (mut unnamed, mut needed) = (Vec::new(), HashSet::new());
    for Registered { sql, only, module } in inventory::iter::<Registered> {
        let text = sql.text(Dialect::Postgres);
        if *only == Some(Dialect::Sqlite) || is_of_one_shard(&mut client, text) {
            continue;
        }
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let modules = OVER_ALL_SITES
            .iter()
            .filter(|(own, _)| module.starts_with(own));
        let statements = STATEMENTS_OVER_ALL_SITES
            .iter()
            .filter(|(own, _)| words.starts_with(own));
        let names: Vec<_> = modules.chain(statements).map(|(own, _)| *own).collect();
        if names.is_empty() {
            unnamed.push(format!("{module}: {text}"));
        }
        needed.extend(names);
    }
    let named = OVER_ALL_SITES.iter().chain(STATEMENTS_OVER_ALL_SITES);
    let stale: Vec<_> = named.filter(|(own, _)| !needed.contains(own)).collect();
    assert!(
        unnamed.is_empty(),
        "bind site_id in each part of these:\n{}",
        unnamed.join("\n\n")
    );
    assert!(
        stale.is_empty(),
        "these are of one shard by now, or gone: {stale:#?}"
    );
}

/// Whether a table is not distributed.
fn is_apart(table: &str) -> bool {
    REFERENCE.contains(&table) || LOCAL.contains(&table)
}

/// The schema, with each table that is distributed in the two partitions.
fn partitioned() -> Client {
    let mut client = Client::connect(&testing::fresh_database(), NoTls).unwrap();
    let mut made = migrations::TABLE.to_owned() + ";\n";
    let mut table = None;
    for line in migrations::schema(Dialect::Postgres).lines() {
        if let Some(rest) = line.strip_prefix("create table ") {
            let name = rest.split(' ').next().unwrap();
            table = (!is_apart(name)).then(|| name.to_owned());
        }
        match table.take_if(|_| line == ");") {
            Some(name) => made.push_str(&format!(
                ") partition by list (site_id);
                 create table {name}_here partition of {name} for values in (1);
                 create table {name}_elsewhere partition of {name} default;\n"
            )),
            None => made.push_str(&format!("{line}\n")),
        }
    }
    client.batch_execute(&made).unwrap();
    // What other parameters are is not known to the planner, so that it folds nothing away.
    client
        .batch_execute("set plan_cache_mode = force_generic_plan")
        .unwrap();
    client
}

/// Whether some parameter, given as the site, keeps `text` to the site's partitions, or it needs no table
/// that is distributed.
fn is_of_one_shard(client: &mut Client, text: &str) -> bool {
    let prepared = client.prepare(text);
    let prepared = prepared.unwrap_or_else(|error| panic!("{error:?}\n{text}"));
    let types = prepared.params().to_vec();
    drop(prepared);
    let numbers = types
        .iter()
        .enumerate()
        .filter(|(_, own)| **own == Type::INT8);
    let sites = numbers.map(|(at, _)| with_site(text, at + 1));
    let mut tried = sites.chain([text.to_owned()]);
    tried.any(|text| keeps_to_the_site(&plan(client, &text, &types)))
}

/// `text` with the site in place of its parameter `number`.
fn with_site(text: &str, number: usize) -> String {
    let parameter = format!("${number}");
    let mut parts = text.split(&parameter);
    let mut with = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_longer = part.starts_with(|next: char| next.is_ascii_digit());
        with.push_str(if is_longer { &parameter } else { SITE });
        with.push_str(part);
    }
    with
}

/// The plan of `text`, whose parameters are of `types`.
fn plan(client: &mut Client, text: &str, types: &[Type]) -> Value {
    let listed = |items: Vec<&str>| match items.is_empty() {
        true => String::new(),
        false => format!("({})", items.join(", ")),
    };
    let names = listed(types.iter().map(Type::name).collect());
    // Of what is asked by another parameter, everything is elsewhere.
    let value = |own: &Type| if *own == Type::INT8 { OTHER } else { "null" };
    let values = listed(types.iter().map(value).collect());
    let script = format!(
        "prepare asked {names} as {text}; explain (verbose, format json) execute asked {values}; \
         deallocate asked"
    );
    let answer = client.simple_query(&script);
    let answer = answer.unwrap_or_else(|error| panic!("{error:?}\n{script}"));
    let shown = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let plan: Value = serde_json::from_str(shown.unwrap()).unwrap();
    plan[0]["Plan"].clone()
}

/// Whether a plan reads and writes only what is of the site, or only what is of nobody.
fn keeps_to_the_site(plan: &Value) -> bool {
    let mut tables = Vec::new();
    let rows_fit = look(plan, &mut tables);
    let is_of = |list: &[&str]| tables.iter().any(|table| list.contains(&table.as_str()));
    let is_distributed = |table: &String| !is_apart(table);
    let is_here = |table: &String| !is_distributed(table) || table.ends_with("_here");
    let mixes = is_of(LOCAL) && tables.iter().any(is_distributed);
    rows_fit && !mixes && tables.iter().all(is_here)
}

/// Lists the tables of a plan. Returns whether all rows that it adds are the site's.
fn look(plan: &Value, tables: &mut Vec<String>) -> bool {
    let children = plan["Plans"].as_array().map_or(&[][..], Vec::as_slice);
    let mut rows_fit = true;
    let is_own = plan["Schema"] != "pg_catalog";
    let table = plan["Relation Name"].as_str().filter(|_| is_own);
    if plan["Node Type"] == "ModifyTable" {
        // Rows are added to the table itself, which hands them to its partitions, and taken from those.
        let is_whole = table.is_some_and(|table| !is_apart(table));
        if is_whole && plan["Operation"] == "Insert" {
            tables.extend(table.map(|table| format!("{table}_here")));
            let source = children
                .iter()
                .find(|child| child["Parent Relationship"] == "Outer");
            let first = source.and_then(|source| source["Output"][0].as_str());
            rows_fit = first.is_some_and(is_the_site);
        } else if !is_whole {
            tables.extend(table.map(str::to_owned));
        }
    } else {
        tables.extend(table.map(str::to_owned));
    }
    children
        .iter()
        .fold(rows_fit, |fit, child| look(child, tables) && fit)
}

/// Whether a column of a plan is the site: named so, or the site of a row which is.
fn is_the_site(column: &str) -> bool {
    column == "'1'::bigint" || column.ends_with(".site_id")
}

#[test]
fn what_leaves_the_site_open_is_seen() {
    let mut client = partitioned();
    let mut is_of_one = |text| is_of_one_shard(&mut client, text);

    for text in [
        "select 1 from comment where id = $1",
        "select 1 from comment where site_id > $1",
        "select 1 from comment where site_id = $1 or id = $1",
        "select 1 from comment c join page p on p.id = c.page_id where c.site_id = $1",
        "select 1 from comment c, page p where c.site_id = $1 and p.site_id = $2",
        "select (select count(*) from vote v where v.site_id = c.site_id and v.comment_id = c.id)
         from comment c where c.site_id = $1",
        "select 1 from page p, lateral (
             select id from comment c where c.site_id = p.site_id and c.page_id = p.id limit 3) c
         where p.site_id = $1",
        "with recursive above (id, parent_id) as (
             select id, parent_id from comment where site_id = $1 and id = $2
             union all
             select c.id, c.parent_id from above a join comment c on c.id = a.parent_id)
         select id from above",
        "with own as materialized (select site_id, id from page where site_id = $1)
         select 1 from own join comment c on c.site_id = own.site_id and c.page_id = own.id",
        "select 1 from site s where exists (select 1 from job j where j.site_id = s.id)",
        "select 1 from rendering r join page p on p.id = r.comment_id where p.site_id = $1",
        "insert into mute (site_id, author_id, muted_id, at) select id, $1, $1, $1 from site",
        "insert into mute (site_id, author_id, muted_id, at) select id, id, id, $2 from author
         where site_id = $1",
        "insert into mute (site_id, author_id, muted_id, at)
         select site_id, author_id, muted_id, at from mute",
        "update page set title = null where id = $1",
        "update page set title = null from comment c
         where page.site_id = $1 and c.page_id = page.id",
        "delete from vote where site_id = $1 and comment_id in (select id from comment)",
    ] {
        assert!(!is_of_one(text), "{text}");
    }
}

#[test]
fn what_names_the_site_is_of_one_shard() {
    let mut client = partitioned();
    let mut is_of_one = |text| is_of_one_shard(&mut client, text);

    for text in [
        "select 1 from comment where site_id = $1",
        "select 1 from comment where id = $1 and site_id = $2",
        "select 1 from comment c left join page p on p.site_id = c.site_id and p.id = c.page_id
         where c.site_id = $1",
        "select (select count(*) from vote v where v.site_id = $1 and v.comment_id = c.id)
         from comment c where c.site_id = $1",
        "select 1 from site s join page p on p.site_id = s.id where s.id = $1",
        "select 1 from site_origin where origin = $1",
        "insert into mute (site_id, author_id, muted_id, at) values ($1, $2, $3, $4)
         on conflict (site_id, author_id, muted_id) do update set at = excluded.at",
        "insert into mute (site_id, author_id, muted_id, at)
         select site_id, id, id, $2 from author where site_id = $1",
        "update node set seen_at = $2 where number = $1",
        "delete from vote where site_id = $1
           and comment_id in (select id from comment where site_id = $1)",
    ] {
        assert!(is_of_one(text), "{text}");
    }
}

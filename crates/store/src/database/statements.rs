//! Every statement is prepared on both databases.

use postgres::NoTls;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::database::sql::{Dialect, Registered};
use crate::database::{estimates, migrations};

fn statements(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    let all = inventory::iter::<Registered>.into_iter();
    all.filter(move |it| it.only.is_none_or(|only| only == dialect))
        .map(move |it| it.sql.text(dialect))
}

#[test]
fn every_statement_can_be_prepared_on_sqlite() {
    let connection = Connection::open_in_memory().unwrap();
    migrations::run_sqlite(&connection).unwrap();
    for text in statements(Dialect::Sqlite) {
        if let Err(error) = connection.prepare(text) {
            panic!("{error}\n{text}");
        }
    }
}

#[test]
fn every_statement_can_be_prepared_on_postgresql() {
    let mut client = postgres::Client::connect(&testing::fresh_database(), NoTls).unwrap();
    migrations::run_postgres(&mut client).unwrap();
    for text in statements(Dialect::Postgres) {
        if let Err(error) = client.prepare(text) {
            panic!("{error:?}\n{text}");
        }
    }
}

/// Every statement with the steps that SQLite takes in a database that has grown.
fn plans() -> Vec<(&'static str, Vec<String>)> {
    let connection = Connection::open_in_memory().unwrap();
    let qpsg = DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG;
    connection.set_db_config(qpsg, true).unwrap();
    migrations::run_sqlite(&connection).unwrap();
    estimates::run(&connection).unwrap();
    let explain = |text: &'static str| {
        let explain = format!("explain query plan {text}");
        let mut plan = connection.prepare(&explain).unwrap();
        let steps = plan.raw_query().mapped(|step| step.get(3));
        (text, steps.collect::<Result<_, _>>().unwrap())
    };
    statements(Dialect::Sqlite).map(explain).collect()
}

#[test]
fn a_whole_site_is_walked_through_only_where_that_is_short() {
    let mut walks: Vec<String> = plans()
        .into_iter()
        .filter(|(text, _)| text.contains("?1") && !text.starts_with("insert into comment "))
        .flat_map(|(_, steps)| steps)
        .filter(|step| {
            step.ends_with("(site_id=?)") || step.contains("ANY(") || step.contains("AUTOMATIC")
        })
        .collect();
    walks.sort();
    walks.dedup();
    assert_eq!(walks, SHORT_WALKS, "{walks:#?}");
}

/// Few rows, or a list in this order that is read until it is full.
const SHORT_WALKS: &[&str] = &[
    // One row for a site.
    "SEARCH agreement USING INDEX sqlite_autoindex_agreement_1 (site_id=?)",
    "SEARCH author USING INDEX author_of_newsroom (site_id=?)",
    "SEARCH ban USING COVERING INDEX ban_of_author (site_id=?)",
    "SEARCH c USING INDEX comment_approved (site_id=?)",
    "SEARCH c USING INDEX comment_flagged (site_id=?)",
    // Once, when an export has been read.
    "SEARCH c USING INDEX comment_of_author (site_id=?)",
    "SEARCH c USING INDEX comment_unreviewed (site_id=?)",
    // A site has few campaigns, and their sums are few: a row for each month and currency.
    "SEARCH c USING INDEX sqlite_autoindex_campaign_1 (site_id=?)",
    "SEARCH campaign USING COVERING INDEX sqlite_autoindex_campaign_1 (site_id=?)",
    "SEARCH campaign_sum USING INDEX sqlite_autoindex_campaign_sum_1 (site_id=?)",
    // Once, when somebody deletes their account.
    "SEARCH comment USING INDEX comment_annotated (site_id=?)",
    // Counted up to a bound, and forgotten by age.
    "SEARCH comment_image USING INDEX comment_image_loose (site_id=?)",
    "SEARCH erasure USING PRIMARY KEY (site_id=?)",
    "SEARCH f USING INDEX article_fetch_by_age (site_id=?)",
    "SEARCH funding USING INDEX sqlite_autoindex_funding_1 (site_id=?)",
    "SEARCH g USING INDEX sqlite_autoindex_page_group_1 (site_id=?)",
    "SEARCH g USING INDEX sqlite_autoindex_page_group_2 (site_id=?)",
    "SEARCH group_page USING PRIMARY KEY (site_id=?)",
    // So are the addresses at which processors tell of payments, and of what came there the newest is kept.
    "SEARCH h USING COVERING INDEX sqlite_autoindex_payment_hook_1 (site_id=?)",
    "SEARCH h USING INDEX sqlite_autoindex_payment_hook_1 (site_id=?)",
    "SEARCH hand_over USING INDEX hand_over_of_author (site_id=?)",
    // The imports that owners began are few.
    "SEARCH i USING INDEX sqlite_autoindex_import_1 (site_id=?)",
    "SEARCH import USING INDEX sqlite_autoindex_import_1 (site_id=?)",
    "SEARCH job USING INDEX job_parked (site_id=?)",
    "SEARCH k USING COVERING INDEX sqlite_autoindex_api_token_1 (site_id=?)",
    "SEARCH k USING COVERING INDEX sqlite_autoindex_sign_in_key_1 (site_id=?)",
    "SEARCH k USING INDEX sqlite_autoindex_api_token_1 (site_id=?)",
    // A site has one.
    "SEARCH l USING INDEX sqlite_autoindex_site_logo_1 (site_id=?)",
    "SEARCH m USING INDEX sqlite_autoindex_payment_message_1 (site_id=?)",
    "SEARCH m USING PRIMARY KEY (site_id=?)",
    "SEARCH mail_sign_in USING INDEX mail_sign_in_by_age (site_id=?)",
    "SEARCH moderator_group USING PRIMARY KEY (site_id=?)",
    "SEARCH nobody USING INDEX sqlite_autoindex_nobody_1 (site_id=?)",
    "SEARCH openid_provider USING INDEX sqlite_autoindex_openid_provider_1 (site_id=?)",
    "SEARCH own USING AUTOMATIC PARTIAL COVERING INDEX (id=?)",
    "SEARCH p USING COVERING INDEX sqlite_autoindex_openid_provider_1 (site_id=?)",
    // Once, before an export is read.
    "SEARCH page USING COVERING INDEX sqlite_autoindex_page_1 (site_id=?)",
    "SEARCH passkey_ceremony USING INDEX passkey_ceremony_by_age (site_id=?)",
    // A site has few of them.
    "SEARCH r USING PRIMARY KEY (site_id=?)",
    "SEARCH recording USING COVERING INDEX recording_of_page (site_id=?)",
    "SEARCH recording USING INDEX recording_of_page (site_id=?)",
    "SEARCH s USING INDEX author_of_newsroom (site_id=?)",
    // Links that wait for somebody whom an owner has invited.
    "SEARCH s USING PRIMARY KEY (site_id=?)",
    "SEARCH sign_in USING PRIMARY KEY (site_id=?)",
    "SEARCH sign_in_key USING INDEX sqlite_autoindex_sign_in_key_1 (site_id=?)",
    // A site has one.
    "SEARCH site_logo USING INDEX sqlite_autoindex_site_logo_1 (site_id=?)",
    "SEARCH site_moderation USING INDEX sqlite_autoindex_site_moderation_1 (site_id=?)",
    // A site has 100 origins at most.
    "SEARCH site_origin USING PRIMARY KEY (site_id=?)",
    "SEARCH u USING INDEX comment_unreviewed (site_id=?)",
    "SEARCH v USING INDEX article_version_by_age (site_id=?)",
    "SEARCH v USING INDEX comment_approved (site_id=?)",
    "SEARCH w USING INDEX sqlite_autoindex_webhook_1 (site_id=?)",
    "SEARCH webhook USING INDEX sqlite_autoindex_webhook_1 (site_id=?)",
    "SEARCH word USING PRIMARY KEY (site_id=?)",
    "SEARCH work_key USING INDEX sqlite_autoindex_work_key_1 (site_id=?)",
];

#[test]
fn the_statements_are_known() {
    assert!(statements(Dialect::Sqlite).count() > 40);
}

//! Every statement is prepared on both databases.

use postgres::NoTls;
use rusqlite::Connection;

use crate::migrations;
use crate::sql::{Dialect, Registered};

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

#[test]
fn the_statements_are_known() {
    assert!(statements(Dialect::Sqlite).count() > 40);
}

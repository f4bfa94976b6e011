//! Tables that banks and processors give out: lines of cells, whatever they are separated by, and which
//! of their columns hold what.

mod cells;
mod columns;
mod values;

use std::collections::HashMap;

pub use cells::text_of;
pub use columns::{ColumnMapping, StatementColumn};

use self::cells::{records, separator};
use self::columns::{MAX_COLUMNS, recognised};
use self::values::{DayOrder, amount, is_done, point_of};
use crate::funding::{Currency, Money};
use crate::time::Time;

/// So many rows are read of a table.
pub const MAX_ROWS: usize = 2_000;

/// A table with the names of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementTable {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows below, each with as many cells.
    pub rows: Vec<Vec<String>>,
    /// How many more rows there were than are read.
    pub n_left_out: usize,
}

/// A row of a table, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    /// Which row of the table it is.
    pub row: usize,
    /// The first moment of its day in UTC.
    pub day: Time,
    /// How much, less what went back.
    pub money: Money,
    /// How much that is, as the table says: in the smallest unit, never below zero.
    pub back: i64,
    /// What tells it from others.
    pub reference: String,
    /// Who gave.
    pub name: String,
}

impl StatementTable {
    /// The table in `text`, if there is one. Banks put lines of their own above it; those are left out.
    pub fn parse(text: &str) -> Option<Self> {
        let separator = separator(text);
        let mut lines = records(text, separator);
        let mut known: Option<(usize, usize)> = None;
        let mut above = Vec::new();
        // What has most known names among the first lines is the head.
        for line in lines.by_ref().take(30) {
            above.push(line);
        }
        let n_known = |line: &Vec<String>| {
            let columns = recognised(line);
            let found = StatementColumn::ALL
                .into_iter()
                .filter(|what| columns.of(*what).is_some());
            found.count()
        };
        for (n, line) in above.iter().enumerate() {
            let found = n_known(line);
            if found > known.map_or(0, |(_, most)| most) {
                known = Some((n, found));
            }
        }
        let at = match known {
            Some((n, _)) => n,
            None => above.iter().position(|line| line.len() > 1)?,
        };
        let mut rest = above.into_iter().skip(at);
        let head: Vec<String> = rest.next()?;
        let width = head.len().min(MAX_COLUMNS);
        let whole = rest
            .chain(lines)
            .filter(|line| line.iter().any(|cell| !cell.is_empty()));
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut n_left_out = 0;
        for mut line in whole {
            if rows.len() == MAX_ROWS {
                n_left_out += 1;
                continue;
            }
            line.resize(width, String::new());
            rows.push(line);
        }
        let head = head.into_iter().take(width).collect();
        Some(Self {
            head,
            rows,
            n_left_out,
        })
    }

    /// Which column holds what, as far as their names say it.
    pub fn columns(&self) -> ColumnMapping {
        recognised(&self.head)
    }

    /// The rows as `columns` say, those that have a day and an amount; `currency` where no column tells it.
    pub fn lines(&self, columns: &ColumnMapping, currency: Currency) -> Vec<StatementRow> {
        let cells = |column: Option<usize>| {
            let column = column.unwrap_or(usize::MAX);
            self.rows
                .iter()
                .filter_map(move |row| row.get(column).map(String::as_str))
        };
        let order = DayOrder::of(cells(columns.day));
        let point = point_of(cells(columns.amount).chain(cells(columns.refunded)));
        let read = |(n, row): (usize, &Vec<String>)| {
            let cell = |what| {
                columns
                    .of(what)
                    .and_then(|n| row.get(n))
                    .map_or("", String::as_str)
            };
            if !is_done(cell(StatementColumn::Status)) {
                return None;
            }
            let own = cell(StatementColumn::Currency).parse().unwrap_or(currency);
            let mut money = amount(cell(StatementColumn::Amount), point, own)?;
            let back = amount(cell(StatementColumn::Refunded), point, own);
            let back = back.map_or(0, |back| back.minor.abs());
            money.minor -= back;
            let line = StatementRow {
                row: n,
                day: order.day(cell(StatementColumn::Day))?,
                money,
                back,
                reference: cell(StatementColumn::Reference).to_owned(),
                name: cell(StatementColumn::Name).to_owned(),
            };
            Some((line, cell(StatementColumn::About).to_owned()))
        };
        folded(self.rows.iter().enumerate().filter_map(read).collect())
    }
}

/// What takes something back of another row goes into that. Of a row that is not in the table nothing
/// is known but that.
fn folded(rows: Vec<(StatementRow, String)>) -> Vec<StatementRow> {
    let places: HashMap<String, usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, (line, _))| line.money.minor > 0 && !line.reference.is_empty())
        .map(|(n, (line, _))| (line.reference.clone(), n))
        .collect();
    let (mut lines, abouts): (Vec<StatementRow>, Vec<String>) = rows.into_iter().unzip();
    let mut is_folded = vec![false; lines.len()];
    for (n, about) in abouts.iter().enumerate() {
        let money = lines[n].money;
        let paid = places.get(about).filter(|_| money.minor < 0).copied();
        let Some(paid) = paid.filter(|at| lines[*at].money.currency == money.currency) else {
            continue;
        };
        lines[paid].money.minor += money.minor;
        lines[paid].back -= money.minor;
        is_folded[n] = true;
    }
    let mut is_folded = is_folded.into_iter();
    lines.retain(|_| !is_folded.next().unwrap_or(false));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        "EUR".parse().unwrap()
    }

    fn lines(text: &str) -> Vec<(String, i64, String)> {
        let table = StatementTable::parse(text).unwrap();
        let lines = table.lines(&table.columns(), euro());
        lines
            .into_iter()
            .map(|line| {
                let day = line.day.to_string()[..10].to_owned();
                (day, line.money.minor, line.reference)
            })
            .collect()
    }

    fn line(day: &str, minor: i64, reference: &str) -> (String, i64, String) {
        (day.to_owned(), minor, reference.to_owned())
    }

    #[test]
    fn a_statement_of_a_german_bank_is_read_below_its_own_lines() {
        let text = "Konto;DE00 0000\nZeitraum;November\n\n\
            Buchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung\n\
            20.11.2026;Ann Lee;\"Spende; Ropeworks\";1.250,00;EUR\n\
            21.11.26;Kim;Miete;-800,00;EUR\n";
        assert_eq!(
            lines(text),
            [
                line("2026-11-20", 125_000, "Spende; Ropeworks"),
                line("2026-11-21", -80_000, "Miete")
            ]
        );
    }

    #[test]
    fn days_and_amounts_are_read_as_their_columns_write_them() {
        let british = "Date,Amount,Reference\n03/11/2026,\"1,250.50\",a\n20/11/2026,7,b\n";
        assert_eq!(
            lines(british),
            [
                line("2026-11-03", 125_050, "a"),
                line("2026-11-20", 700, "b")
            ]
        );
        let american = "Date,Amount,Memo\n11/03/2026,$25.00,a\n11/20/2026,(10.00),b\n";
        assert_eq!(
            lines(american),
            [
                line("2026-11-03", 2_500, "a"),
                line("2026-11-20", -1_000, "b")
            ]
        );
        let iso = "date\tamount\tdescription\n2026-11-03 10:00:00\t1.250\ta\n2026-11-04\t3,50\tb\n";
        assert_eq!(
            lines(iso),
            [
                line("2026-11-03", 125_000, "a"),
                line("2026-11-04", 350, "b")
            ]
        );
    }

    #[test]
    fn an_export_of_a_processor_counts_what_is_left_of_what_was_paid() {
        let text = "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,PaymentIntent ID\n\
            ch_1,2026-11-20 10:00:00,25.00,5.00,eur,Paid,pi_1\n\
            ch_2,2026-11-20 11:00:00,990,0,jpy,Paid,pi_2\n\
            ch_3,2026-11-20 12:00:00,25.00,0.00,eur,Failed,pi_3\n";
        assert_eq!(
            lines(text),
            [
                line("2026-11-20", 2_000, "pi_1"),
                line("2026-11-20", 990, "pi_2")
            ]
        );
    }

    #[test]
    fn a_refund_with_a_row_of_its_own_is_taken_off_the_payment_that_it_names() {
        let text = "Date,Gross,Currency,Transaction ID,Reference Txn ID\n\
            2026-11-21,-5.00,EUR,REF1,PAY1\n2026-11-20,25.00,EUR,PAY1,SUB-1\n\
            2026-11-22,-2.50,EUR,REF2,PAY1\n2026-11-22,-3.00,EUR,REF3,OLD1\n\
            2026-11-23,-1.00,USD,REF4,PAY1\n";
        assert_eq!(
            lines(text),
            [
                line("2026-11-20", 1_750, "PAY1"),
                line("2026-11-22", -300, "REF3"),
                line("2026-11-23", -100, "REF4")
            ]
        );
        let table = StatementTable::parse(text).unwrap();
        assert_eq!(table.lines(&table.columns(), euro())[0].back, 750);
    }

    #[test]
    fn what_is_not_utf_8_is_read_as_banks_wrote_before() {
        assert_eq!(text_of(b"\xef\xbb\xbfDatum"), "Datum");
        assert_eq!(text_of(b"W\xe4hrung \x80"), "Währung €");
    }

    #[test]
    fn what_is_no_row_is_left_out_and_nothing_is_guessed() {
        let text =
            "Date,Amount,Reference\n2026-02-30,5,a\n2026-11-20,,b\n2026-11-20,5.005,c\n\n,,\n";
        assert_eq!(lines(text), []);
        assert_eq!(StatementTable::parse(""), None);
        let many = format!("Date,Amount\n{}", "2026-11-20,5\n".repeat(MAX_ROWS + 3));
        assert_eq!(StatementTable::parse(&many).unwrap().n_left_out, 3);
    }

    #[test]
    fn reading_a_table_is_linear() {
        for tokens in [
            &[" ", "\" "][..],
            &["\"", ",", ";", "\n", "a", "1,", "Date", "1/2/3"],
        ] {
            testing::assert_linear_of("a table", tokens, |text| {
                let table = StatementTable::parse(text)?;
                Some(table.lines(&table.columns(), euro()))
            });
        }
    }

    #[test]
    fn a_quotation_mark_that_never_ends_ends_with_the_text() {
        let table = StatementTable::parse("Date,Amount,Memo\n2026-11-20,5,\"a\nb\n").unwrap();
        assert_eq!(table.rows, [["2026-11-20", "5", "a b"]]);
    }
}

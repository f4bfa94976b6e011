//! Tables that banks and processors give out: lines of cells, whatever they are separated by, and which
//! of their columns hold what.

use crate::funding::{Currency, Money};
use crate::time::Time;

/// So many rows are read of a table.
pub const MAX_ROWS: usize = 2_000;

/// So many columns.
const MAX_COLUMNS: usize = 60;

/// The longest cell that is kept, in characters.
const MAX_CELL: usize = 300;

/// A table with the names of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows below, each with as many cells.
    pub rows: Vec<Vec<String>>,
    /// How many more rows there were than are read.
    pub n_left_out: usize,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// When the money moved.
    Day,
    /// How much.
    Amount,
    /// In which currency.
    Currency,
    /// What tells a row from others: what was written on a transfer, or a processor's id.
    Reference,
    /// Who gave.
    Name,
    /// How much went back since.
    Refunded,
    /// What became of it.
    Status,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Day,
        Self::Amount,
        Self::Currency,
        Self::Reference,
        Self::Name,
        Self::Refunded,
        Self::Status,
    ];

    /// The word that stands in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Reference => "reference",
            Self::Name => "name",
            Self::Refunded => "refunded",
            Self::Status => "status",
        }
    }

    /// What such columns are called by banks and processors, the surest first.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Day => &[
                "created date (utc)",
                "created (utc)",
                "booking date",
                "buchungstag",
                "buchungsdatum",
                "donation date",
                "donated at",
                "transaction date",
                "date opération",
                "date d'opération",
                "fecha operación",
                "data da transação",
                "created",
                "datum",
                "date",
                "fecha",
                "data",
                "дата",
                "التاريخ",
                "日付",
                "取引日",
                "timestamp",
                "valuta",
            ],
            Self::Amount => &[
                "amount (gross)",
                "gross amount",
                "gross",
                "betrag (eur)",
                "betrag",
                "umsatz",
                "brutto",
                "credit amount",
                "amount",
                "montant",
                "crédit",
                "importe",
                "valor",
                "сумма",
                "المبلغ",
                "金額",
                "入金額",
                "received",
                "credit",
                "paid",
            ],
            Self::Currency => &[
                "currency",
                "währung",
                "waehrung",
                "devise",
                "moneda",
                "divisa",
                "moeda",
                "валюта",
                "العملة",
                "通貨",
            ],
            Self::Reference => &[
                "paymentintent id",
                "payment intent",
                "transaction id",
                "transaction_id",
                "transaktionscode",
                "txn_id",
                "donation id",
                "invoiceid",
                "invoice id",
                "invoice_id",
                "kofi_transaction_id",
                "transactionid",
                "id",
                "verwendungszweck",
                "reference",
                "libellé",
                "motif",
                "concepto",
                "descrição",
                "histórico",
                "назначение платежа",
                "назначение",
                "البيان",
                "摘要",
                "description",
                "memo",
                "details",
                "payment details",
            ],
            Self::Name => &[
                "beguenstigter/zahlungspflichtiger",
                "auftraggeber",
                "zahlungspflichtiger",
                "payer name",
                "payer",
                "donor name",
                "customer name",
                "from",
                "name",
                "nom",
                "ordenante",
                "nombre",
                "nome",
                "плательщик",
                "الاسم",
                "振込人",
                "名義",
            ],
            Self::Refunded => &[
                "amount refunded",
                "refunded amount",
                "amount_refunded",
                "refunded",
                "erstattet",
            ],
            Self::Status => &[
                "status",
                "état",
                "estado",
                "статус",
                "state",
                "الحالة",
                "状態",
            ],
        }
    }
}

/// Which column holds what, by number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columns {
    /// When the money moved.
    pub day: Option<usize>,
    /// How much.
    pub amount: Option<usize>,
    /// In which currency.
    pub currency: Option<usize>,
    /// What tells a row from others.
    pub reference: Option<usize>,
    /// Who gave.
    pub name: Option<usize>,
    /// How much went back since.
    pub refunded: Option<usize>,
    /// What became of it.
    pub status: Option<usize>,
}

impl Columns {
    /// The column that holds `what`.
    pub const fn of(&self, what: Column) -> Option<usize> {
        match what {
            Column::Day => self.day,
            Column::Amount => self.amount,
            Column::Currency => self.currency,
            Column::Reference => self.reference,
            Column::Name => self.name,
            Column::Refunded => self.refunded,
            Column::Status => self.status,
        }
    }

    /// Let another column hold `what`, or none.
    pub const fn set(&mut self, what: Column, column: Option<usize>) {
        *match what {
            Column::Day => &mut self.day,
            Column::Amount => &mut self.amount,
            Column::Currency => &mut self.currency,
            Column::Reference => &mut self.reference,
            Column::Name => &mut self.name,
            Column::Refunded => &mut self.refunded,
            Column::Status => &mut self.status,
        } = column;
    }
}

/// A row of a table, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which row of the table it is.
    pub row: usize,
    /// The first moment of its day in UTC.
    pub day: Time,
    /// How much, less what went back.
    pub money: Money,
    /// What tells it from others.
    pub reference: String,
    /// Who gave.
    pub name: String,
}

/// The text of a file: UTF-8, or what banks wrote before it.
pub fn text_of(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // Windows-1252, as far as letters go.
        Err(_) => bytes
            .iter()
            .map(|byte| match byte {
                0x80 => '€',
                0x91 | 0x92 => '’',
                0x93 | 0x94 => '"',
                0x96 | 0x97 => '–',
                byte => char::from(*byte),
            })
            .collect(),
    }
}

impl Table {
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
            let found = Column::ALL
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
    pub fn columns(&self) -> Columns {
        recognised(&self.head)
    }

    /// The rows as `columns` say, those that have a day and an amount; `currency` where no column tells it.
    pub fn lines(&self, columns: &Columns, currency: Currency) -> Vec<Line> {
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
            if !is_done(cell(Column::Status)) {
                return None;
            }
            let own = cell(Column::Currency).parse().unwrap_or(currency);
            let mut money = amount(cell(Column::Amount), point, own)?;
            if let Some(back) = amount(cell(Column::Refunded), point, own) {
                money.minor -= back.minor.abs();
            }
            Some(Line {
                row: n,
                day: order.day(cell(Column::Day))?,
                money,
                reference: cell(Column::Reference).to_owned(),
                name: cell(Column::Name).to_owned(),
            })
        };
        self.rows.iter().enumerate().filter_map(read).collect()
    }
}

/// Whether the money of a row has moved, as far as its status says.
fn is_done(status: &str) -> bool {
    const NOT_DONE: [&str; 10] = [
        "failed",
        "pending",
        "canceled",
        "cancelled",
        "requires",
        "declined",
        "expired",
        "invalid",
        "incomplete",
        "vorgemerkt",
    ];
    let status = status.to_lowercase();
    !NOT_DONE.iter().any(|word| status.contains(word))
}

fn recognised(head: &[String]) -> Columns {
    let head: Vec<String> = head.iter().map(|name| name.trim().to_lowercase()).collect();
    let mut columns = Columns::default();
    let mut taken = vec![false; head.len()];
    // What is called exactly so comes before what only begins so.
    for is_whole in [true, false] {
        for what in Column::ALL {
            if columns.of(what).is_some() {
                continue;
            }
            let found = what.names().iter().find_map(|name| {
                head.iter().enumerate().position(|(n, own)| {
                    let fits = match is_whole {
                        true => own == name,
                        false => own.starts_with(name),
                    };
                    !taken[n] && fits
                })
            });
            if let Some(n) = found {
                taken[n] = true;
                columns.set(what, Some(n));
            }
        }
    }
    columns
}

/// What cells are separated by: what most of the first lines have in common.
fn separator(text: &str) -> char {
    let lines: Vec<&str> = text.lines().take(30).collect();
    let count = |sign: char| {
        lines
            .iter()
            .map(|line| line.matches(sign).count())
            .sum::<usize>()
    };
    let by_count = |sign: &char| count(*sign);
    // A comma is in amounts, too.
    let clear = [';', '\t', '|'].into_iter().max_by_key(by_count);
    let in_each_line = |sign: &char| count(*sign) >= lines.len();
    clear.filter(in_each_line).unwrap_or(',')
}

/// The lines of a text as cells. A cell in quotation marks may hold anything, with the marks doubled.
fn records(text: &str, separator: char) -> impl Iterator<Item = Vec<String>> {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        chars.peek()?;
        let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
        // Whether nothing can be seen of the cell so far; to look each time would take the square of it.
        let mut is_blank = true;
        while let Some(c) = chars.next() {
            match c {
                '"' if is_quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                    is_blank = false;
                }
                '"' if is_quoted || is_blank => is_quoted = !is_quoted,
                '\r' if !is_quoted => {}
                '\n' if !is_quoted => break,
                c if c == separator && !is_quoted => {
                    cells.push(kept(&std::mem::take(&mut cell)));
                    is_blank = true;
                }
                c => {
                    cell.push(c);
                    is_blank &= c.is_whitespace();
                }
            }
        }
        cells.push(kept(&cell));
        Some(cells)
    })
}

fn kept(cell: &str) -> String {
    let words = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_CELL)
        .collect()
}

/// In which order a column writes days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOrder {
    DayFirst,
    MonthFirst,
}

impl DayOrder {
    /// With slashes both are usual: one day beyond the twelfth tells.
    fn of<'a>(mut cells: impl Iterator<Item = &'a str>) -> Self {
        let is_month_first = cells.any(|cell| {
            let numbers = numbers(cell);
            cell.contains('/') && numbers[0] <= 12 && numbers[1] > 12 && numbers[1] <= 31
        });
        match is_month_first {
            true => Self::MonthFirst,
            false => Self::DayFirst,
        }
    }

    fn day(self, cell: &str) -> Option<Time> {
        let [a, b, c] = numbers(cell);
        let (year, month, day) = match self {
            _ if a > 31 => (a, b, c),
            Self::MonthFirst if cell.contains('/') => (c, a, b),
            _ => (c, b, a),
        };
        let year = if year < 100 { year + 2_000 } else { year };
        let text = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
        (1_970..=2_200).contains(&year).then(|| text.parse().ok())?
    }
}

/// The first three numbers of a text.
fn numbers(text: &str) -> [u32; 3] {
    let parts = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut numbers = parts.map(|part| part.parse().unwrap_or(u32::MAX));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// The sign before the decimals of a column of amounts.
fn point_of<'a>(cells: impl Iterator<Item = &'a str>) -> char {
    let (mut points, mut commas) = (0, 0);
    for cell in cells {
        let Some(at) = cell.rfind(['.', ',']) else {
            continue;
        };
        let has_both = cell.contains('.') && cell.contains(',');
        let n_behind = cell[at + 1..]
            .chars()
            .take_while(char::is_ascii_digit)
            .count();
        if has_both || n_behind != 3 {
            match cell.as_bytes()[at] {
                b'.' => points += 1,
                _ => commas += 1,
            }
        }
    }
    if commas > points { ',' } else { '.' }
}

/// The amount of a cell; below zero where it has a minus, before or behind, or stands in brackets.
fn amount(cell: &str, point: char, currency: Currency) -> Option<Money> {
    let is_negative = cell.contains(['-', '\u{2212}']) || cell.trim_start().starts_with('(');
    let digits = cell.chars().filter(|c| c.is_ascii_digit() || *c == point);
    let digits: String = digits.map(|c| if c == point { '.' } else { c }).collect();
    let mut money = Money::parse(digits.trim_end_matches('.'), currency).ok()?;
    if is_negative {
        money.minor = -money.minor;
    }
    Some(money)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        "EUR".parse().unwrap()
    }

    fn lines(text: &str) -> Vec<(String, i64, String)> {
        let table = Table::parse(text).unwrap();
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
    fn what_is_not_utf_8_is_read_as_banks_wrote_before() {
        assert_eq!(text_of(b"\xef\xbb\xbfDatum"), "Datum");
        assert_eq!(text_of(b"W\xe4hrung \x80"), "Währung €");
    }

    #[test]
    fn what_is_no_row_is_left_out_and_nothing_is_guessed() {
        let text =
            "Date,Amount,Reference\n2026-02-30,5,a\n2026-11-20,,b\n2026-11-20,5.005,c\n\n,,\n";
        assert_eq!(lines(text), []);
        assert_eq!(Table::parse(""), None);
        let many = format!("Date,Amount\n{}", "2026-11-20,5\n".repeat(MAX_ROWS + 3));
        assert_eq!(Table::parse(&many).unwrap().n_left_out, 3);
    }

    #[test]
    fn reading_a_table_is_linear() {
        for tokens in [
            &[" ", "\" "][..],
            &["\"", ",", ";", "\n", "a", "1,", "Date", "1/2/3"],
        ] {
            testing::assert_linear_of("a table", tokens, |text| {
                let table = Table::parse(text)?;
                Some(table.lines(&table.columns(), euro()))
            });
        }
    }

    #[test]
    fn a_quotation_mark_that_never_ends_ends_with_the_text() {
        let table = Table::parse("Date,Amount,Memo\n2026-11-20,5,\"a\nb\n").unwrap();
        assert_eq!(table.rows, [["2026-11-20", "5", "a b"]]);
    }
}

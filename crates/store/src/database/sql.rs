//! Statements: written once, spoken in two dialects.

use std::sync::OnceLock;

/// Which database a transaction speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, in the process.
    Sqlite,
    /// PostgreSQL, over a socket.
    Postgres,
}

/// A statement with its parameters written `?1`, `?2`, ….
///
/// Three things differ between the dialects and are rewritten: `list(?1)` is the rows of a JSON array
/// of numbers, in a column named `value`, and `texts(?1)` of texts; ` for update`, also with ` skip locked`, locks rows on
/// PostgreSQL and is left out on SQLite, which has one writer; ` collate binary` orders texts by their bytes. Make one with [`sql!`](crate::sql), which also registers it.
pub struct Sql {
    text: &'static str,
    sqlite: OnceLock<String>,
    postgres: OnceLock<String>,
}

impl Sql {
    /// A statement of `text`.
    pub const fn new(text: &'static str) -> Self {
        Self {
            text,
            sqlite: OnceLock::new(),
            postgres: OnceLock::new(),
        }
    }

    /// The text in `dialect`.
    pub fn text(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Sqlite => self.sqlite.get_or_init(|| to_sqlite(self.text)),
            Dialect::Postgres => self.postgres.get_or_init(|| to_postgres(self.text)),
        }
    }
}

inventory::collect!(Registered);

/// A statement that the program can run; the tests prepare them all.
pub struct Registered {
    /// The statement.
    pub sql: &'static Sql,
    /// The only database that it is for, or `None` for both.
    pub only: Option<Dialect>,
    /// The module that runs it.
    pub module: &'static str,
}

/// A statement, checked by the tests on both databases: `sql!("select 1 from page where id = ?1")`.
#[macro_export]
macro_rules! sql {
    (@postgres $text:expr) => {
        $crate::sql!(@only Some($crate::Dialect::Postgres), $text)
    };
    (@sqlite $text:expr) => {
        $crate::sql!(@only Some($crate::Dialect::Sqlite), $text)
    };
    (@only $only:expr, $text:expr) => {{
        static SQL: $crate::Sql = $crate::Sql::new($text);
        ::inventory::submit! {
            $crate::Registered { sql: &SQL, only: $only, module: ::std::module_path!() }
        }
        &SQL
    }};
    ($text:expr) => {
        $crate::sql!(@only None, $text)
    };
}

fn to_sqlite(text: &str) -> String {
    outside_quotes(text, |code| {
        let unlocked = code
            .replace(" for update skip locked", "")
            .replace(" for update", "");
        let listed = unlocked.replace("list(?", "json_each(?");
        listed.replace("texts(?", "json_each(?")
    })
}

fn to_postgres(text: &str) -> String {
    outside_quotes(text, |code| {
        let numbers = in_rows(code, "list(?", "value::bigint");
        let texts = in_rows(&numbers, "texts(?", "value").replace('?', "$");
        texts.replace(" collate binary", " collate \"C\"")
    })
}

/// `text` with what stands between its literals and quoted names rewritten. A quote in a literal is
/// doubled: it ends one and begins the next.
fn outside_quotes(text: &str, rewrite: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"']) {
        let (code, quoted) = rest.split_at(at);
        let length = quoted[1..]
            .find(&quoted[..1])
            .map_or(quoted.len(), |at| at + 2);
        out.push_str(&rewrite(code));
        out.push_str(&quoted[..length]);
        rest = &quoted[length..];
    }
    out.push_str(&rewrite(rest));
    out
}

/// `text` with the rows of a JSON array in place of each call of `function`.
fn in_rows(text: &str, function: &str, value: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(function) {
        let (before, after) = rest.split_at(at);
        let after = &after[function.len()..];
        let (number, after) = after.split_once(')').unwrap_or((after, ""));
        out.push_str(&format!(
            "{before}(select {value} as value from json_array_elements_text(?{number}::text::json) \
             as value)"
        ));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_spoken_in_both_dialects() {
        let sql = Sql::new(
            "select id from t join list(?2) as p on p.value = t.id where a = ?1 for update",
        );
        assert_eq!(
            sql.text(Dialect::Sqlite),
            "select id from t join json_each(?2) as p on p.value = t.id where a = ?1"
        );
        assert_eq!(
            sql.text(Dialect::Postgres),
            "select id from t join (select value::bigint as value from \
             json_array_elements_text($2::text::json) as value) as p on p.value = t.id \
             where a = $1 for update"
        );
    }

    #[test]
    fn literals_and_quoted_names_stay_as_they_are() {
        let sql = Sql::new(
            "select 'a? for update', 'it''s list(?1)', \"? for update\" from t where a = ?1 for update",
        );
        let kept = "select 'a? for update', 'it''s list(?1)', \"? for update\" from t where a = ";
        assert_eq!(sql.text(Dialect::Sqlite), format!("{kept}?1"));
        assert_eq!(sql.text(Dialect::Postgres), format!("{kept}$1 for update"));
    }
}

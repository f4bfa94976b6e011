//! The document, read.

use std::collections::HashMap;

use super::people::Who;

/// Where it is, from the root of the repository.
pub(super) const FILE: &str = "docs/operators/rights.md";

const TEXT: &str = include_str!("../../../../../docs/operators/rights.md");

/// What each person gets of a route.
pub(super) type Row = HashMap<Who, String>;

/// Every route with its row.
pub(super) struct Rights(Vec<(String, Row)>);

impl Rights {
    /// In each section a table has one row, which holds for the routes in the list under it.
    pub(super) fn read() -> Self {
        let mut rights = Vec::new();
        for section in TEXT.split("\n## ").skip(1) {
            let mut rows = section
                .lines()
                .filter(|line| line.starts_with('|'))
                .map(cells);
            let Some(who) = rows.next() else {
                continue;
            };
            let who: Vec<Who> = who.iter().map(|name| Who::called(name)).collect();
            assert_eq!(who.len(), Who::ALL.len(), "{section}");
            let row: Row = who.into_iter().zip(rows.nth(1).unwrap()).collect();
            let routes = section.lines().filter_map(|line| line.strip_prefix("- `"));
            for route in routes {
                let (route, _) = route.split_once('`').unwrap();
                rights.push((route.to_owned(), row.clone()));
            }
        }
        Self(rights)
    }

    pub(super) fn routes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(route, _)| route.as_str())
    }

    pub(super) fn row(&self, route: &str) -> &Row {
        let found = self.0.iter().find(|(own, _)| own == route);
        &found
            .unwrap_or_else(|| panic!("{route} has no row in {FILE}"))
            .1
    }
}

fn cells(line: &str) -> Vec<String> {
    let inner = line.trim().trim_matches('|');
    inner
        .split('|')
        .map(|cell| cell.trim().to_owned())
        .collect()
}

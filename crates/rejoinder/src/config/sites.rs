//! The sites that the file describes: `[[site]]` with a `host`, `origins` and settings.

use std::path::Path;

use rejoinder_core::{Refusal, Settings, publication::origin};
use toml::{Table, Value};

use crate::failure::Failure;

/// A site as the file has it. What it does not name stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteOptions {
    /// Names the site.
    pub(crate) host: String,
    /// The pages that may embed it, where the file says.
    pub(crate) origins: Option<Vec<String>>,
    /// Settings, each by its key, known to be valid.
    pub(crate) settings: Vec<(String, String)>,
}

impl SiteOptions {
    /// What the tables in `path` say; the first thing that cannot be is refused.
    pub(super) fn read(path: &Path, tables: &Value) -> Result<Vec<Self>, Failure> {
        let shape = || wrong(path, "`site` must be tables, each under `[[site]]`");
        let tables = tables.as_array().ok_or_else(shape)?;
        let mut sites: Vec<Self> = Vec::new();
        for table in tables {
            let site = Self::of(path, table.as_table().ok_or_else(shape)?)?;
            if sites.iter().any(|other| other.host == site.host) {
                return Err(wrong(path, &format!("there are two sites {}", site.host)));
            }
            sites.push(site);
        }
        Ok(sites)
    }

    fn of(path: &Path, table: &Table) -> Result<Self, Failure> {
        let host = table.get("host").and_then(Value::as_str);
        let host = host.ok_or_else(|| wrong(path, "a `[[site]]` needs its `host`"))?;
        let refused = |refusal: &Refusal| wrong(path, &format!("in the site {host}: {refusal}"));
        let mut read = Self {
            host: origin::parse_host(host).map_err(|refusal| refused(&refusal))?,
            origins: None,
            settings: Vec::new(),
        };
        for (key, value) in table.iter().filter(|(key, _)| *key != "host") {
            let unfit = || {
                wrong(
                    path,
                    &format!("in the site {host}: `{key}` must be a text, a number or a list"),
                )
            };
            let text = plain(value).ok_or_else(unfit)?;
            if key == "origins" {
                let origins = origin::parse_origins(&text).map_err(|refusal| refused(&refusal))?;
                read.origins = Some(origins);
            } else {
                let checked = Settings::default().with(key, &text);
                checked.map_err(|refusal| refused(&refusal))?;
                read.settings.push((key.clone(), text));
            }
        }
        Ok(read)
    }

    /// `settings` with what the file says.
    pub(crate) fn applied_to(&self, settings: &Settings) -> Result<Settings, Refusal> {
        let mut applied = settings.clone();
        for (key, text) in &self.settings {
            applied = applied.with(key, text)?;
        }
        Ok(applied)
    }
}

fn wrong(path: &Path, what: &str) -> Failure {
    Failure::misused(format!("{}: {what}", path.display()))
}

/// A value as one would type it; a list has commas between its items.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(is_so) => Some(is_so.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(plain).collect();
            Some(items?.join(","))
        }
        _ => None,
    }
}

//! Options as they were given, before anyone knows what they mean.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::sites::{SiteOptions, plain};
use crate::failure::Failure;

/// An option that a file, the environment or a flag may set.
pub(super) struct Known {
    /// Its name in the file; `publication.site` is `site` in the table `[publication]`.
    pub(super) key: &'static str,
    /// Its other names in the environment, which it shares with other programs; the strongest first.
    pub(super) standard: &'static [&'static str],
    /// What it accepts.
    pub(super) accepts: &'static str,
}

impl Known {
    /// Its name in the environment.
    fn variable(&self) -> String {
        format!("REJOINDER_{}", self.key.to_uppercase().replace('.', "_"))
    }
}

/// For each option that was given, what tells its values apart.
pub(crate) type Fingerprints = BTreeMap<&'static str, u64>;

/// What was given for each option, with the strongest source on top.
pub(super) struct Layers {
    known: &'static [Known],
    given: BTreeMap<&'static str, Given>,
    sites: Vec<SiteOptions>,
}

struct Given {
    text: String,
    source: Source,
}

impl Given {
    /// As it was given, without what stands before an @: it may be a password.
    fn shown(&self) -> String {
        match (self.text.split_once("://"), self.text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            _ => self.text.clone(),
        }
    }
}

enum Source {
    File(PathBuf),
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(key) => write!(f, "--{key}"),
        }
    }
}

impl Layers {
    pub(super) fn new(known: &'static [Known]) -> Self {
        Self {
            known,
            given: BTreeMap::new(),
            sites: Vec::new(),
        }
    }

    /// Add what a TOML file says. A key that nobody knows is refused.
    pub(super) fn add_file(&mut self, path: &Path) -> Result<(), Failure> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::misused(format!("the options in {shown} cannot be read: {error}"))
        })?;
        let mut table: Table = text
            .parse()
            .map_err(|error| Failure::misused(format!("{shown} is not TOML: {error}")))?;
        if let Some(sites) = table.remove("site") {
            self.sites = SiteOptions::read(path, &sites)?;
        }
        self.add_table(path, "", table)
    }

    fn add_table(&mut self, path: &Path, prefix: &str, table: Table) -> Result<(), Failure> {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            if let Value::Table(inner) = value {
                self.add_table(path, &format!("{key}."), inner)?;
                continue;
            }
            let known = self.known.iter().find(|known| known.key == key);
            let known = known.ok_or_else(|| self.unknown(path, &key))?;
            let text = plain(&value).ok_or_else(|| {
                let accepts = known.accepts;
                let shown = path.display();
                Failure::misused(format!("`{key}` in {shown} must be {accepts}"))
            })?;
            self.set(known.key, text, Source::File(path.to_owned()));
        }
        Ok(())
    }

    fn unknown(&self, path: &Path, key: &str) -> Failure {
        let known: Vec<&str> = self.known.iter().map(|known| known.key).collect();
        let (shown, known) = (path.display(), known.join(", "));
        Failure::misused(format!(
            "`{key}` in {shown} is not an option; there are: {known}"
        ))
    }

    /// Add what the environment says. An empty variable says nothing.
    pub(super) fn add_environment(
        &mut self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<(), Failure> {
        for known in self.known {
            let standard = known.standard.iter().map(|name| (*name).to_owned());
            let mut names = [known.variable()].into_iter().chain(standard);
            let given = names.find_map(|name| {
                let text = variable(&name).filter(|text| !text.is_empty())?;
                Some((name, text))
            });
            let Some((name, text)) = given else {
                continue;
            };
            let text = text
                .into_string()
                .map_err(|_| Failure::misused(format!("{name} is not UTF-8")))?;
            self.set(known.key, text, Source::Variable(name));
        }
        Ok(())
    }

    /// Add what a flag says.
    pub(super) fn add_flag(&mut self, key: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.set(key, text.to_owned(), Source::Flag(key));
        }
    }

    fn set(&mut self, key: &'static str, text: String, source: Source) {
        self.given.insert(key, Given { text, source });
    }

    /// The sites that the file describes.
    pub(super) fn sites(&self) -> &[SiteOptions] {
        &self.sites
    }

    /// What `key` says, as `parse` understands it; a value that it does not is refused by name.
    pub(super) fn read<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let Some(given) = self.given.get(key) else {
            return Ok(None);
        };
        parse(&given.text).map(Some).ok_or_else(|| self.refuse(key))
    }

    /// What tells whether an option is given another value the next time, and says nothing of its value.
    pub(super) fn fingerprints(&self) -> Fingerprints {
        let given = self.given.iter();
        given
            .map(|(key, given)| {
                let mut hasher = DefaultHasher::new();
                given.text.hash(&mut hasher);
                (*key, hasher.finish())
            })
            .collect()
    }

    /// The refusal of what was given for `key`.
    pub(super) fn refuse(&self, key: &str) -> Failure {
        let known = self.known.iter().find(|known| known.key == key);
        let accepts = known.map_or("something else", |known| known.accepts);
        let (text, source) = self.given.get(key).map_or_else(
            || (String::new(), String::new()),
            |given| (given.shown(), format!(" (from {})", given.source)),
        );
        Failure::misused(format!(
            "`{key}` cannot be `{text}`{source}: it must be {accepts}"
        ))
    }
}

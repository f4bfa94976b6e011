//! Reads the catalogues in `words/` and writes the types that hold them, and what each of them holds.
//!
//! A text is added in one place, the English catalogue: templates and code name it by its way there,
//! and a name that is not there does not compile. What another language lacks is said in English.

#[path = "src/catalogue/over.rs"]
mod over;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::{Map, Value};

/// The groups that are looked up by a stored word.
const MAPS: [&str; 18] = [
    "problems",
    "corrections.problems",
    "flag.reasons",
    "account.reasons",
    "settings.groups",
    "settings.about",
    "settings.choices",
    "recordings.warnings",
    "sources.stances",
    "sources.statuses",
    "sources.questions",
    "sources.answers",
    "funding.problems",
    "funding.desk.accounts",
    "funding.desk.keys",
    "funding.desk.kinds",
    "funding.desk.processors",
    "funding.desk.outcomes",
];

/// What the crates that fill pages may name.
const PUBLIC: [&str; 8] = [
    "newsroom",
    "newsroom.titles",
    "newsroom.queues",
    "newsroom.empty",
    "newsroom.flash",
    "newsroom.problems",
    "newsroom.limited",
    "newsroom.record",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=words");
    println!("cargo::rerun-if-changed=src/catalogue/over.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let catalogues = read(Path::new("words"))?;
    let Some(english) = catalogues.get("en") else {
        return Err(io::Error::other("there is no English catalogue"));
    };
    for (tag, own) in &catalogues {
        let mut texts = english.clone();
        over::lay_over(&mut texts, own.clone());
        let mut held = String::new();
        write_held(&mut held, "", english, &texts);
        fs::write(out.join(format!("{tag}.rs")), held)?;
    }
    let mut types = String::new();
    if let Value::Object(texts) = english {
        write_type(&mut types, "", texts);
    }
    fs::write(out.join("catalogue.rs"), types)
}

/// The catalogue of each language: `en.json` at its root, and `en.notices.json` in its `notices`.
fn read(folder: &Path) -> io::Result<BTreeMap<String, Value>> {
    let mut catalogues: BTreeMap<String, Value> = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let Some(name) = name else { continue };
        let mut texts: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        let (tag, group) = name.split_once('.').unwrap_or((name, ""));
        if group == "annotate" {
            // As below: scripts alone use it.
            continue;
        }
        if let (Value::Object(texts), "") = (&mut texts, group) {
            // Scripts alone use it, and load it themselves.
            texts.remove("widget");
        }
        if !group.is_empty() {
            texts = Value::Object(Map::from_iter([(group.to_owned(), texts)]));
        }
        let catalogue = catalogues.entry(tag.to_owned()).or_insert(Value::Null);
        match catalogue {
            Value::Null => *catalogue = texts,
            _ => over::lay_over(catalogue, texts),
        }
    }
    Ok(catalogues)
}

/// Whether a text has forms for different numbers.
fn is_plural(forms: &Map<String, Value>) -> bool {
    forms.contains_key("one") && forms.contains_key("other")
}

/// The way to `key` in the group at `way`.
fn below(way: &str, key: &str) -> String {
    match way {
        "" => key.to_owned(),
        _ => format!("{way}.{key}"),
    }
}

/// Write what stands at `way`, where the English catalogue has `english`, as an expression.
fn write_held(out: &mut String, way: &str, english: &Value, texts: &Value) {
    let none = Map::new();
    let own = texts.as_object().unwrap_or(&none);
    // Writing to a string cannot fail.
    let _ = match english {
        Value::Object(_) if MAPS.contains(&way) => {
            let words = own.iter();
            let words = words.map(|(key, text)| (key.as_str(), text.as_str().unwrap_or_default()));
            let words: BTreeMap<&str, &str> = words.collect();
            let words: Vec<_> = words.into_iter().collect();
            write!(out, "Words(&{words:?})")
        }
        Value::Object(forms) if is_plural(forms) => {
            let form = |name: &str| own.get(name).and_then(Value::as_str);
            let _ = write!(out, "Plural {{ language: LANGUAGE,");
            for name in ["zero", "one", "two", "few", "many"] {
                let _ = write!(out, "{name}: {:?},", form(name));
            }
            write!(out, "other: {:?} }}", form("other").unwrap_or_default())
        }
        Value::Object(fields) => {
            let _ = write!(out, "texts::{} {{", name(way));
            for (key, english) in fields {
                let _ = write!(out, "{}:", identifier(key));
                let text = own.get(key).unwrap_or(english);
                write_held(out, &below(way, key), english, text);
                out.push(',');
            }
            write!(out, "}}")
        }
        Value::Array(_) => {
            let all = texts.as_array().map(Vec::as_slice).unwrap_or_default();
            let all: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
            write!(out, "&{all:?}")
        }
        _ => write!(out, "{:?}", texts.as_str().unwrap_or_default()),
    };
}

fn write_type(types: &mut String, way: &str, texts: &Map<String, Value>) {
    let is_public = way.is_empty() || PUBLIC.contains(&way);
    let mut fields = String::new();
    for (key, text) in texts {
        let inner = below(way, key);
        let kind = match text {
            Value::Object(_) if MAPS.contains(&inner.as_str()) => "Words".to_owned(),
            Value::Object(forms) if is_plural(forms) => "Plural".to_owned(),
            Value::Object(texts) => {
                write_type(types, &inner, texts);
                name(&inner)
            }
            Value::Array(_) => "&'static [&'static str]".to_owned(),
            _ => "&'static str".to_owned(),
        };
        let reach = match PUBLIC.contains(&inner.as_str()) || (is_public && way.contains('.')) {
            true => "pub",
            false => "pub(crate)",
        };
        let _ = writeln!(
            fields,
            "    /// A text, or a group of them.\n    {reach} {}: {kind},",
            identifier(key)
        );
    }
    let reach = if is_public { "pub" } else { "pub(crate)" };
    let _ = writeln!(
        types,
        "/// Texts of the interface.\n#[derive(Debug)]\n\
         {reach} struct {} {{\n{fields}}}\n",
        name(way)
    );
}

/// The type at `way`: `CatalogueThread`, `NewsroomQueues`.
fn name(way: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    match way {
        "" => "Catalogue".to_owned(),
        _ => way.split(['.', '_']).map(capital).collect::<String>() + "Texts",
    }
}

/// `key` as Rust can name it.
fn identifier(key: &str) -> String {
    match key {
        "as" | "continue" | "for" | "in" | "if" | "type" | "use" => format!("r#{key}"),
        _ => key.to_owned(),
    }
}

//! Who may say of HTML that it is safe: the sanitiser, the store of what it kept, and what renders of
//! what it wrote itself. Whoever comes to these lists gives a reason in the review.

use std::fs;

use crate::command::root;
use crate::source::files;

/// Where HTML becomes a `SafeHtml`, where other HTML is printed as it is, and which values print
/// themselves as HTML.
const CALLERS: [(&str, &[&str]); 4] = [
    (
        "SafeHtml::from_sanitiser",
        &[
            "markup/src/paragraphs.rs",
            "markup/src/sanitiser/cited_links.rs",
            "markup/src/sanitiser/long_links.rs",
            "markup/src/sanitiser/mentions.rs",
            "markup/src/sanitiser/time_links.rs",
            "markup/src/sanitiser.rs",
        ],
    ),
    ("SafeHtml::from_store", &["store/src/discussion/stored.rs"]),
    (
        "written_here(",
        &[
            "render/src/discussion/form.rs",
            "render/src/discussion/json_ld.rs",
            "render/src/discussion/thread.rs",
            "render/src/html.rs",
            "render/src/passages/mod.rs",
            "render/src/publication/article.rs",
        ],
    ),
    (
        "HtmlSafe for",
        &[
            "render/src/discussion/tree.rs",
            "render/src/html.rs",
            "render/src/moderation/list.rs",
            "render/src/moderation/log.rs",
            "render/src/moderation/row.rs",
        ],
    ),
];

/// How a template says of a value that it is safe.
const SAID_SAFE: [&str; 4] = ["safe", "e(", "escape(", "escape \""];

#[test]
fn html_is_called_safe_by_its_makers_alone() {
    let crates = root().join("crates");
    let code = files(&crates, "rs");
    for (call, known) in CALLERS {
        let callers = code.iter().filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(call))
        });
        let callers = callers.map(|path| path.strip_prefix(&crates).unwrap());
        let callers: Vec<String> = callers.map(|path| path.display().to_string()).collect();
        assert_eq!(callers, known, "{call}");
    }
}

#[test]
fn no_template_says_of_a_value_that_it_is_safe() {
    let templates = files(&root().join("crates/render/templates"), "html");
    assert!(templates.len() > 40, "{}", templates.len());
    let said = templates.iter().filter(|path| {
        let text = fs::read_to_string(path).unwrap();
        let filters = text.split('|').skip(1).map(str::trim_start);
        let mut filters = filters.filter(|filter| !filter.starts_with('|'));
        filters.any(|filter| SAID_SAFE.iter().any(|said| filter.starts_with(said)))
    });
    assert_eq!(said.collect::<Vec<_>>(), Vec::<&std::path::PathBuf>::new());
}

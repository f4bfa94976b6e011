//! Imports at the command line, and what readers then see.

use serde_json::Value;

use crate::program::{Place, Server, repository};

fn sample() -> String {
    repository("crates/archive/tests/sample.xml")
        .to_str()
        .unwrap()
        .to_owned()
}

fn import(place: &Place, more: &[&str]) -> String {
    let file = sample();
    let args = [
        "import",
        "wordpress",
        file.as_str(),
        "--site",
        "news.example",
    ];
    place.run(&[&args[..], more].concat()).good()
}

fn place() -> Place {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    place
}

fn thread(server: &Server, page: &str) -> Value {
    server.json(&format!(
        "/api/v1/thread?site=news.example&sort=oldest&page={page}"
    ))
}

/// Names and depths as they stand, and what each replies with.
fn outline(comments: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for comment in comments.as_array().unwrap() {
        let name = comment["author"]["name"].as_str().unwrap_or("(removed)");
        lines.push(name.to_owned());
        lines.extend(
            outline(&comment["replies"])
                .iter()
                .map(|line| format!("> {line}")),
        );
    }
    lines
}

#[test]
fn an_import_brings_threads_as_they_were() {
    let place = place();
    import(
        &place,
        &["--map", "https://old.example=https://news.example"],
    );
    let server = place.start(&["serve"]);

    let ferry = thread(&server, "https://news.example/ferry");
    assert_eq!(
        outline(&ferry["comments"]),
        [
            "Ada Marsh",
            "> Cleo Finch",
            "> > Bruno Kettle",
            "Dora Pike",
            "Gus Reed",
            "Hal Moss",
            "> Ida Voss",
            "Ada Marsh",
        ]
    );
    let first = &ferry["comments"][0];
    assert_eq!(first["html"], "<p>The ferry was late.</p><p>And cold.</p>");
    assert_eq!(first["created_at"], "2024-03-01T10:01:00Z");
    assert_eq!((&first["up"], &first["down"]), (&7.into(), &2.into()));
    assert!(!ferry.to_string().contains("script"), "{ferry}");

    let old = thread(&server, "https://old.example/ferry/");
    assert_eq!(
        old["comments"], ferry["comments"],
        "the old address leads to the same thread"
    );
}

#[test]
fn nothing_that_was_not_public_is_public_after_an_import() {
    let place = place();
    import(
        &place,
        &["--map", "https://old.example=https://news.example"],
    );
    let server = place.start(&["serve"]);

    for page in ["ferry", "draft", "secret", "closed"] {
        let page = format!("https://news.example/{page}");
        let shown = thread(&server, &page).to_string();
        let html = server
            .get(&format!("/embed?site=news.example&page={page}"))
            .1;
        for hidden in [
            "Emil Sand",
            "Cheap Pills",
            "Fay Holt",
            "Jon Bell",
            "Kit Lane",
            "A blog",
        ] {
            assert!(
                !shown.contains(hidden) && !html.contains(hidden),
                "{hidden} on {page}"
            );
        }
    }
    let draft = thread(&server, "https://news.example/draft");
    assert_eq!(draft["n_comments"], 0);
}

#[test]
fn a_second_import_adds_nothing() {
    let place = place();
    let first = import(&place, &[]);
    let second = import(&place, &[]);
    assert!(first.contains("Came in: 15 comments"), "{first}");
    assert!(
        second.contains("Came in: 0 comments") && second.contains("Here already: 15 comments"),
        "{second}"
    );
    place.run(&["doctor"]).good();
}

#[test]
fn a_dry_run_says_the_same_and_changes_nothing() {
    let place = place();
    let (dry, real) = (place.path("dry.txt"), place.path("real.txt"));
    let said = import(&place, &["--dry-run", "--report", dry.to_str().unwrap()]);
    let server = place.start(&["serve"]);
    assert_eq!(
        thread(&server, "https://old.example/ferry")["n_comments"],
        0
    );
    assert_eq!(server.stop().0, Some(0));

    let done = import(&place, &["--report", real.to_str().unwrap()]);

    let read = |path| std::fs::read_to_string(path).unwrap();
    assert_eq!(read(dry), read(real));
    assert_eq!(said.lines().nth(1), done.lines().nth(1));
    let json = |name| read(place.path(name));
    assert_eq!(json("dry.json"), json("real.json"));
}

#[test]
fn a_file_that_breaks_off_says_so_and_can_be_imported_again() {
    let place = place();
    let whole = std::fs::read_to_string(sample()).unwrap();
    let end = whole[..whole.len() / 2].rfind("</wp:comment>").unwrap();
    let half = place.file("half.xml", &whole[..end]);
    let ended = place.run(&["import", "wordpress", &half, "--site", "news.example"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.contains("the file ends in the middle"),
        "{}",
        ended.err
    );

    import(&place, &[]);
    let third = import(&place, &[]);
    assert!(third.contains("Here already: 15 comments"), "{third}");
    place.run(&["doctor"]).good();
}

#[test]
fn what_cannot_be_imported_is_refused() {
    let place = place();
    let file = place.file("x.txt", "hello");
    let args = [
        "import",
        "wordpress",
        file.as_str(),
        "--site",
        "news.example",
    ];
    let ended = place.run(&args);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("this is not"), "{}", ended.err);
    let ended = place.run(&[&args[..], &["--map", "a=b"]].concat());
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`a=b` is not FROM=TO"), "{}", ended.err);
}

#[test]
fn what_an_import_leaves_out_comes_when_it_is_asked_for() {
    let place = Place::new();
    place.run(&["site", "add", "news.example"]).good();
    let sample = repository("crates/archive/tests/sample.xml");
    let import = |more: &[&str]| {
        let sample = sample.to_str().unwrap();
        let all = [
            "import",
            "wordpress",
            sample,
            "--site",
            "news.example",
            "--dry-run",
        ];
        let report = place.path("report.txt");
        let report = ["--report", report.to_str().unwrap()];
        place.run(&[&all[..], &report, more].concat()).good();
        std::fs::read_to_string(place.path("report.txt")).unwrap()
    };

    let left_out = import(&[]);
    let asked_for = import(&["--mentions", "--reviews"]);

    assert!(
        left_out.contains("mentions come with --mentions"),
        "{left_out}"
    );
    for option in ["--mentions", "--reviews"] {
        assert!(!asked_for.contains(option), "{asked_for}");
    }
}

#[test]
fn a_file_is_read_as_what_it_is_without_being_told() {
    let place = place();
    let table = "id,page,posted_at,markdown,name\n1,/ferry,2024-03-01T10:00:00Z,Hello,Ann\n";
    let file = place.file("export", table);

    let said = place
        .run(&["import", &file, "--site", "news.example"])
        .good();

    assert!(said.contains("Read as a table of comments."), "{said}");
    assert!(said.contains("Came in: 1 comment on 1 page"), "{said}");
    let server = place.start(&["serve"]);
    let ferry = thread(&server, "https://news.example/ferry");
    assert_eq!(outline(&ferry["comments"]), ["Ann"]);
}

#[test]
fn a_mapping_that_fits_nothing_is_named() {
    let place = place();
    let said = import(
        &place,
        &["--map", "https://gone.example=https://news.example"],
    );
    assert!(
        said.contains("--map https://gone.example=https://news.example fitted no page"),
        "{said}"
    );
}

#[test]
fn what_a_site_exports_another_place_imports_and_exports_alike() {
    let from = place();
    import(
        &from,
        &["--map", "https://old.example=https://news.example"],
    );
    let file = from.path("news.jsonl").to_str().unwrap().to_owned();
    let export = ["export", "--site", "news.example", "--output", &file];
    from.run(&export).good();
    let first = std::fs::read_to_string(&file).unwrap();
    let to = Place::on_postgres();
    to.run(&["site", "add", "news.example"]).good();

    let tried = to
        .run(&["import", &file, "--site", "news.example", "--dry-run"])
        .good();
    let done = to.run(&["import", &file, "--site", "news.example"]).good();

    assert!(tried.contains("Read as an export of Rejoinder."), "{tried}");
    assert!(tried.contains("nothing was changed"), "{tried}");
    assert!(done.contains("Imported into news.example."), "{done}");
    assert_eq!(to.run(&["export", "--site", "news.example"]).good(), first);
    assert_eq!(to.run(&["doctor"]).good(), from.run(&["doctor"]).good());
    let page = "https://news.example/ferry";
    let [here, there] = [&from, &to].map(|place| thread(&place.start(&["serve"]), page));
    assert_eq!(here, there);
    let again = to.run(&["import", &file, "--site", "news.example"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("the site is not empty: it has pages"));
    assert!(from.run(&export).err.contains("is there already"));
}

#[test]
fn what_leaves_for_another_system_comes_back_and_the_report_says_what_it_cannot_say() {
    let from = place();
    import(
        &from,
        &["--map", "https://old.example=https://news.example"],
    );
    let [file, report] = ["news.xml", "left.txt"].map(|name| from.path(name));
    let [file, report] = [&file, &report].map(|path| path.to_str().unwrap());
    let export = ["export", "--site", "news.example", "--format", "wxr"];
    let to = place();

    let more = ["--output", file, "--report", report];
    let said = from.run(&[&export[..], &more].concat()).good();
    let done = to.run(&["import", file, "--site", "news.example"]).good();
    let refused = from.run(&["export", "--site", "news.example", "--report", report]);

    assert!(said.contains("Exported news.example: "), "{said}");
    assert!(done.contains("Read as a WordPress export."), "{done}");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(report.starts_with("Went out: "), "{report}");
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    let page = "https://news.example/ferry";
    let [here, there] =
        [&from, &to].map(|place| outline(&thread(&place.start(&["serve"]), page)["comments"]));
    assert_eq!(here, there);
}

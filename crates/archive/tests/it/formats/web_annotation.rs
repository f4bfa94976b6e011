use expect_test::expect;

use super::lines;

#[test]
fn a_collection_of_the_w3c_is_read_with_its_passages() {
    let file = r#"{
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "https://c.example/all", "type": "AnnotationCollection", "total": 3,
        "first": {"type": "AnnotationPage", "items": [
            {"id": "https://c.example/1", "type": "Annotation", "motivation": "commenting",
             "created": "2026-05-01T10:00:00Z", "modified": "2026-05-01T11:00:00Z",
             "creator": {"type": "Person", "name": "Ann & Bo"},
             "body": [{"type": "TextualBody", "value": "<p>Late <b>again</b></p>", "format": "text/html"},
                      {"type": "SpecificResource", "source": "https://harbour.example/", "purpose": "linking"}],
             "target": {"source": "https://news.example/story", "selector": [
                {"type": "TextQuoteSelector", "exact": "The ferry", "prefix": "It began. ", "suffix": " was late"},
                {"type": "TextPositionSelector", "start": 10, "end": 19}]}},
            {"id": "https://c.example/2", "type": ["Annotation"], "created": "2026-05-01T12:00:00Z",
             "creator": "https://people.example/cy", "bodyValue": "1 < 2",
             "target": {"source": {"id": "https://news.example/story"}, "selector":
                {"type": "CssSelector", "value": "p"}}},
            {"id": "https://c.example/3", "type": "Annotation", "motivation": "replying",
             "created": "2026-05-01T13:00:00Z",
             "body": {"type": "TextualBody", "value": "No."}, "target": "https://c.example/1"},
            {"id": "https://c.example/4", "type": "Annotation", "motivation": ["replying"],
             "body": {"value": "To nobody"}, "target": "https://c.example/9"}]}}"#;
    expect![[r#"
        annotations of the W3C or of Hypothesis
        page https://news.example/story ""
        changed comment https://c.example/1: the link to https://harbour.example/ was left out
          https://c.example/1 on https://news.example/story of 2026-05-01T10:00:00Z edited 2026-05-01T11:00:00Z published at "It began. "…"The ferry"…" was late" 10–19 by "Ann & Bo": html "<p>Late <b>again</b></p>"
        changed comment https://c.example/2: its passage is not named by its words, so it is about the whole page
          https://c.example/2 on https://news.example/story of 2026-05-01T12:00:00Z published by "" https://people.example/cy: html "1 &lt; 2"
          https://c.example/3 < https://c.example/1 on https://news.example/story of 2026-05-01T13:00:00Z published by "": html "No."
        dropped comment https://c.example/4: what it replies to does not come before it
    "#]].assert_eq(&lines(file));
}

#[test]
fn what_hypothesis_gives_is_read_with_its_replies_and_who_may_read_it() {
    let file = r#"{"total": 3, "rows": [
        {"id": "aB1", "created": "2026-05-01T10:00:00.123456+00:00",
         "updated": "2026-05-01T10:00:00.223456+00:00", "user": "acct:cy@hypothes.is",
         "user_info": {"display_name": null}, "uri": "https://news.example/story",
         "text": "Since *when*?", "tags": ["ferry"], "group": "__world__",
         "permissions": {"read": ["group:__world__"]}, "hidden": false, "flagged": false,
         "document": {"title": ["The ferry"]}, "links": {"html": "https://h.example/a/aB1"},
         "target": [{"source": "https://news.example/story", "selector": [
            {"type": "RangeSelector", "startContainer": "/p[1]"},
            {"type": "TextPositionSelector", "start": 900, "end": 917},
            {"type": "TextQuoteSelector", "exact": "the new timetable",
             "prefix": "before it stood something longer: the captain blamed ", "suffix": "."}]}]},
        {"id": "aB2", "created": "2026-05-01T11:00:00+00:00", "user": "acct:di@hypothes.is",
         "user_info": {"display_name": "Di"}, "uri": "https://news.example/story", "text": "1931.",
         "references": ["aB0", "aB1"], "target": [{"source": "https://news.example/story"}],
         "permissions": {"read": ["acct:di@hypothes.is"]}}]}"#;
    expect![[r#"
        annotations of the W3C or of Hypothesis
        page https://news.example/story "The ferry"
          aB1 on https://news.example/story of 2026-05-01T10:00:00Z published at "hing longer: the captain blamed "…"the new timetable"…"." by "cy" acct:cy@hypothes.is: markdown "Since *when*?"
        without comment aB1: tags
          aB2 < aB1 on https://news.example/story of 2026-05-01T11:00:00Z held by "Di" acct:di@hypothes.is: markdown "1931."
    "#]].assert_eq(&lines(file));
}

//! Comments on passages as Web Annotations, for other tools.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::sources::{app, give, sources};
use crate::support::{BASE, STORY};

#[tokio::test]
async fn other_tools_read_comments_on_passages_as_web_annotations_in_parts() {
    let app = app().await;
    let path = format!("/api/v1/annotations?site=news.example&page={STORY}");
    let none = app.get(&path).await;
    assert_eq!(
        (&none.json()["total"], &none.json()["first"]["items"]),
        (&json!(0), &json!([]))
    );
    let mut posted = Vec::new();
    for n in 0..101 {
        let reader = app.reader(&format!("Reader {n}"));
        posted.push(give(&reader, sources()).await.good()["comment"].clone());
    }
    app.reader("Ann")
        .post(STORY, "On the whole of it.")
        .await
        .good();

    let all = app.get(&path).await;

    assert_eq!(
        all.header("content-type"),
        "application/ld+json; profile=\"http://www.w3.org/ns/anno.jsonld\""
    );
    let all = all.json();
    assert_eq!(all["@context"], "http://www.w3.org/ns/anno.jsonld");
    assert_eq!(
        (&all["type"], &all["total"]),
        (&json!("AnnotationCollection"), &json!(101))
    );
    let items = all["first"]["items"].as_array().unwrap();
    assert_eq!(items.len(), 100);
    let id = posted[0]["id"].as_str().unwrap();
    let expected = json!({
        "id": format!("{BASE}/embed?site=news.example&page=https%3A%2F%2Fnews.example%2Fstory&comment={id}#comment-{id}"),
        "type": "Annotation",
        "motivation": "commenting",
        "created": posted[0]["created_at"],
        "creator": {"type": "Person", "name": "Reader 0"},
        "body": [
            {"type": "TextualBody", "purpose": "commenting", "format": "text/html",
             "value": "<p>It is not new.</p>"},
            {"type": "SpecificResource", "purpose": "linking",
             "source": "https://harbour.example/timetable"},
        ],
        "target": {"source": STORY, "selector": [
            {"type": "TextQuoteSelector", "exact": "the new timetable",
             "prefix": "The captain blamed ", "suffix": ". Nobody"},
            {"type": "TextPositionSelector", "start": 49, "end": 66},
        ]},
    });
    assert_eq!(items[0], expected);
    let next = all["first"]["next"].as_str().unwrap();
    let rest = app.get(next.strip_prefix(BASE).unwrap()).await;
    let rest = rest.json();
    assert_eq!(rest["type"], "AnnotationPage");
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!((&rest["next"], &rest["partOf"]), (&Value::Null, &all["id"]));
    let wrong = app.get(&format!("{path}&after=nothing")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_reply_is_an_annotation_of_the_annotation_that_it_replies_to() {
    let app = app().await;
    let (ann, ben) = (app.reader("Ann"), app.reader("Ben"));
    let root = give(&ann, sources()).await.good()["comment"]["id"].clone();
    let reply = ben
        .reply(STORY, root.as_str().unwrap(), "It is <b>old</b>.")
        .await;
    let reply = reply.good()["comment"].clone();
    let path = format!("/api/v1/annotations?site=news.example&page={STORY}");

    let all = app.get(&path).await.json();

    let items = all["first"]["items"].as_array().unwrap();
    assert_eq!((&all["total"], items.len()), (&json!(2), 2));
    let id = items[1]["id"].as_str().unwrap();
    assert!(id.ends_with(&format!("#comment-{}", reply["id"].as_str().unwrap())));
    assert_eq!(
        items[1],
        json!({
            "id": id, "type": "Annotation", "motivation": "replying",
            "created": reply["created_at"], "creator": {"type": "Person", "name": "Ben"},
            "body": [{"type": "TextualBody", "purpose": "replying", "format": "text/html",
                      "value": reply["html"]}],
            "target": items[0]["id"],
        })
    );
}

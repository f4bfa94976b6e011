use expect_test::expect;

use super::{lines, lines_of};

#[test]
fn discussions_stand_on_the_page_that_their_first_text_links_to() {
    let file = r##"{"data":{"repository":{"discussions":{"pageInfo":{"hasNextPage":false},"nodes":[
        {"id":"D_1","number":4,"title":"blog/ferry","url":"https://github.example/d/4","body":"# blog/ferry\n\nA ferry.\n\n[https://news.example/blog/ferry.html](https://news.example/blog/ferry.html)","locked":true,"createdAt":"2022-01-01T00:00:00Z","comments":{"totalCount":3,"nodes":[
            {"databaseId":11,"author":{"login":"ann","url":"https://github.example/ann"},"body":"Hello **you**","createdAt":"2022-01-02T10:00:00Z","lastEditedAt":"2022-01-02T11:00:00Z","upvoteCount":2,"isMinimized":false,"reactionGroups":[{"content":"THUMBS_UP","users":{"totalCount":3}},{"content":"HEART","users":{"totalCount":1}},{"content":"THUMBS_DOWN","users":{"totalCount":1}}],"replies":{"nodes":[
                {"databaseId":12,"author":null,"body":"Reply","createdAt":"2022-01-02T12:00:00Z","isMinimized":true}
            ]}},
            {"databaseId":13,"author":{"login":"bo"},"body":"","createdAt":"2022-01-02T13:00:00Z","deletedAt":"2022-01-03T00:00:00Z","replies":{"nodes":[]}}
        ]}},
        {"id":"D_2","number":5,"title":"index","url":"https://github.example/d/5","body":"","createdAt":"2022-01-01T00:00:00Z","comments":{"nodes":[{"databaseId":14,"author":{"login":"bo"},"body":"x","createdAt":"2022-01-02T13:00:00Z"}]}},
        {"id":"D_3","title":"empty","url":"https://github.example/d/6","body":"","comments":{"nodes":[]}}
    ]}}}}"##;
    expect![[r#"
        discussions or issues of GitHub, as giscus and utterances use them
        page https://github.example/d/4 "" at https://news.example/blog/ferry.html of 2022-01-01T00:00:00Z closed
        changed discussion https://github.example/d/4: 2 of its 3 comments are in the file
          11 on https://github.example/d/4 of 2022-01-02T10:00:00Z edited 2022-01-02T11:00:00Z published +5 -1 by "ann" https://github.example/ann ann: markdown "Hello **you**"
        changed comment 12: it was minimised there, so it is held
          12 < 11 on https://github.example/d/4 of 2022-01-02T12:00:00Z held by "": markdown "Reply"
        changed comment 13: it was deleted there, so nothing of its author was taken along
          13 on https://github.example/d/4 of 2022-01-02T13:00:00Z removed by "": html ""
        page https://github.example/d/5 "" at / of 2022-01-01T00:00:00Z
          14 on https://github.example/d/5 of 2022-01-02T13:00:00Z published by "bo" bo: markdown "x"
    "#]]
    .assert_eq(&lines(file));
}

#[test]
fn issues_and_their_comments_come_from_two_files() {
    let issues = r#"[{"url":"https://api.github.example/issues/1","number":1,"title":"blog/ferry","body":"https://news.example/blog/ferry","comments_url":"x","locked":false,"created_at":"2022-01-01T00:00:00Z"}]"#;
    let comments = r#"[
        {"id":21,"issue_url":"https://api.github.example/issues/1","user":{"login":"ann","html_url":"https://github.example/ann"},"body":"Hello","created_at":"2022-01-02T10:00:00Z","updated_at":"2022-01-02T10:00:00Z","reactions":{"+1":2,"-1":1},"author_association":"NONE"},
        {"id":22,"issue_url":"https://api.github.example/issues/9","body":"x","created_at":"2022-01-02T10:00:00Z"}
    ]"#;
    let files = [
        ("comments.json", comments.as_bytes()),
        ("issues.json", issues.as_bytes()),
    ];
    expect![[r#"
        discussions or issues of GitHub, as giscus and utterances use them
        page https://api.github.example/issues/1 "" at https://news.example/blog/ferry of 2022-01-01T00:00:00Z
          21 on https://api.github.example/issues/1 of 2022-01-02T10:00:00Z published +2 -1 by "ann" https://github.example/ann ann: markdown "Hello"
        without comment 21: author_association
        dropped comment 22: its issue is not in the files
    "#]].assert_eq(&lines_of(&files));
}

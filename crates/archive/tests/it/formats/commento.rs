use expect_test::expect;

use super::lines;

#[test]
fn who_wrote_a_comment_is_read_from_the_list_below() {
    let file = r#"{"version":1,"comments":[
        {"commentHex":"c1","domain":"news.example","url":"/ferry/","commenterHex":"aa","markdown":"Hello **you**","html":"","parentHex":"root","score":-2,"state":"approved","creationDate":"2021-03-12T11:21:56.722181Z","direction":0,"deleted":false},
        {"commentHex":"c2","domain":"news.example","url":"/ferry/","commenterHex":"anonymous","markdown":"Reply","html":"","parentHex":"c1","score":1,"state":"unapproved","creationDate":"2021-03-12T12:00:00Z","direction":0,"deleted":false},
        {"commentHex":"c3","domain":"news.example","url":"/ferry/","commenterHex":"bb","markdown":"x","parentHex":"c2","score":0,"state":"flagged","creationDate":"2021-03-12T12:00:01Z"},
        {"commentHex":"c4","domain":"news.example","url":"/ferry/","commenterHex":"bb","markdown":"[deleted]","parentHex":"c2","score":0,"state":"approved","creationDate":"2021-03-12T12:00:02Z"}
    ],"commenters":[
        {"commenterHex":"aa","email":"ann@mail.example","name":"Ann","link":"undefined","photo":"undefined","provider":"commento","joinDate":"2021-01-01T00:00:00Z","isModerator":true},
        {"commenterHex":"aa","email":"ann@mail.example","name":"Ann","link":"undefined","photo":"undefined","provider":"commento"},
        {"commenterHex":"bb","email":"","name":"Ann","link":"https://other.example","provider":"sso:news.example"}
    ]}"#;
    expect![[r#"
        an export of Commento or Comentario
        page /ferry/ ""
          c1 on /ferry/ of 2021-03-12T11:21:56Z published +0 -2 by "Ann" ann@mail.example aa: markdown "Hello **you**"
          c2 < c1 on /ferry/ of 2021-03-12T12:00:00Z held +1 -0 by "": markdown "Reply"
          c3 < c2 on /ferry/ of 2021-03-12T12:00:01Z held by "Ann" https://other.example bb: markdown "x"
        changed comment c4: it was deleted there, so nothing of its author was taken along
          c4 < c2 on /ferry/ of 2021-03-12T12:00:02Z removed by "": html ""
        without commenter Ann: isModerator, joinDate, photo, provider
        without commenter Ann: provider
    "#]].assert_eq(&lines(file));
}

#[test]
fn comentario_has_pages_of_their_own() {
    let file = r#"{"version":3,"pages":[
        {"id":"p1","domainId":"d","path":"/ferry/","title":"The ferry","isReadonly":true,"createdTime":"2023-01-01T00:00:00Z","countComments":2,"countViews":9}
    ],"comments":[
        {"id":"c1","parentId":null,"pageId":"p1","markdown":"Hello","html":"<p>Hello</p>","score":2,"isSticky":true,"isApproved":true,"isPending":false,"isDeleted":false,"createdTime":"2023-01-01T10:00:00Z","editedTime":"2023-01-01T11:00:00Z","userCreated":"u1"},
        {"id":"c2","parentId":"c1","pageId":"p1","markdown":"x","html":"","score":0,"isApproved":false,"isPending":true,"createdTime":"2023-01-01T12:00:00Z","userCreated":"00000000-0000-0000-0000-000000000000","authorName":"Bo","authorIP":"192.0.x.x"},
        {"id":"c3","pageId":"p1","markdown":"x","isApproved":false,"isPending":false,"createdTime":"2023-01-01T12:00:00Z","userCreated":"u1"},
        {"id":"c4","pageId":"p1","markdown":"gone","isApproved":true,"isDeleted":true,"createdTime":"2023-01-01T12:00:00Z","deletedTime":"2023-01-02T12:00:00Z","userCreated":"u1"},
        {"id":"c5","pageId":"p9","markdown":"x","isApproved":true,"createdTime":"2023-01-01T12:00:00Z"}
    ],"commenters":[{"id":"u1","email":"ann@mail.example","name":"Ann","websiteUrl":"https://ann.example","isCommenter":true}]}"#;
    expect![[r#"
        an export of Commento or Comentario
        without page /ferry/: countComments, countViews, domainId
        page p1 "The ferry" at /ferry/ of 2023-01-01T00:00:00Z closed
          c1 on p1 of 2023-01-01T10:00:00Z edited 2023-01-01T11:00:00Z published pinned +2 -0 by "Ann" ann@mail.example https://ann.example u1: markdown "Hello"
          c2 < c1 on p1 of 2023-01-01T12:00:00Z held by "Bo": markdown "x"
        without comment c2: authorIP
          c3 on p1 of 2023-01-01T12:00:00Z rejected by "Ann" ann@mail.example https://ann.example u1: markdown "x"
        changed comment c4: it was deleted there, so nothing of its author was taken along
          c4 on p1 of 2023-01-01T12:00:00Z removed by "": html ""
        without comment c4: deletedTime
        dropped comment c5: its page is not in the file
        without commenter Ann: isCommenter
    "#]].assert_eq(&lines(file));
}

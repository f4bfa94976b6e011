use expect_test::expect;

use super::lines;

#[test]
fn all_tables_are_read_and_passwords_are_not() {
    let file = r#"{"type":"waline","version":1,"time":1700000000000,"tables":["Comment","Counter","Users"],"data":{
        "Comment":[
            {"objectId":1,"user_id":9,"comment":"Hello **you**","insertedAt":"2023-01-01T10:00:00.000Z","ip":"192.0.2.1","link":"","mail":"","nick":"","pid":null,"rid":null,"sticky":1,"status":"approved","like":3,"ua":"UA","url":"/ferry/","createdAt":"2023-01-02T10:00:00.000Z","updatedAt":"2023-01-02T10:00:00.000Z"},
            {"objectId":2,"user_id":null,"comment":"[@Ann](#1): Reply","insertedAt":"2023-01-01 11:00:00","nick":"Bo","mail":"bo@mail.example","link":"bo.example","pid":1,"rid":1,"sticky":null,"status":"waiting","like":null,"url":"/ferry/"},
            {"objectId":3,"comment":"Buy","insertedAt":"2023-01-01T12:00:00Z","nick":"Spam","pid":"","rid":"","status":"spam","url":"/ferry"}
        ],
        "Counter":[{"objectId":1,"url":"/ferry/","time":812,"reaction0":4}],
        "Users":[{"objectId":9,"display_name":"Ann","email":"ann@mail.example","password":"$P$B","type":"administrator","url":"https://ann.example","2fa":"S"}]
    }}"#;
    let seen = lines(file);
    assert!(!seen.contains("$P$B") && !seen.contains("2fa"), "{seen}");
    expect![[r#"
        a file of Waline, or of Valine at LeanCloud
        page /ferry/ ""
          1 on /ferry/ of 2023-01-01T10:00:00Z published pinned +3 -0 by "Ann" ann@mail.example https://ann.example 9: markdown "Hello **you**"
        without comment 1: ip, ua
        changed comment 2: its date says no zone and was taken as UTC
          2 < 1 on /ferry/ of 2023-01-01T11:00:00Z held by "Bo" bo@mail.example bo.example: markdown "Reply"
        page /ferry ""
          3 on /ferry of 2023-01-01T12:00:00Z spam by "Spam": markdown "Buy"
        without page /ferry/: reaction0, time
        without account 9: type
    "#]].assert_eq(&seen);
}

#[test]
fn what_the_api_wraps_around_the_file_is_passed() {
    let file = r#"{"errno":0,"errmsg":"","data":{"type":"waline","version":1,"data":{"Comment":[{"objectId":"a","comment":"x","nick":"Ann","url":"/a","insertedat":"2023-01-01T10:00:00Z"}]}}}"#;
    expect![[r#"
        a file of Waline, or of Valine at LeanCloud
        page /a ""
          a on /a of 2023-01-01T10:00:00Z published by "Ann": markdown "x"
    "#]]
    .assert_eq(&lines(file));
}

#[test]
fn rows_of_leancloud_are_html_without_a_state() {
    let file = "#filetype:JSON-streaming {\"type\":\"Class\",\"class\":\"Comment\"}\n\
        {\"objectId\":\"5e0f\",\"nick\":\"Ann\",\"mail\":\"ann@mail.example\",\"link\":\"\",\"url\":\"/a/\",\"comment\":\"<p>Hello</p>\\n\",\"insertedAt\":{\"__type\":\"Date\",\"iso\":\"2020-01-03T10:00:00.000Z\"},\"QQAvatar\":\"q\",\"isNotified\":true,\"createdAt\":\"2020-01-03T10:00:00.000Z\"}\n\
        {\"objectId\":\"5e10\",\"nick\":\"Bo\",\"url\":\"/a/\",\"pid\":\"5e0f\",\"rid\":\"5e0f\",\"comment\":\"<p><a class=\\\"at\\\" href=\\\"#5e0f\\\">@Ann</a> , Reply</p>\",\"insertedAt\":{\"__type\":\"Date\",\"iso\":\"2020-01-03T11:00:00.000Z\"},\"isSpam\":true}\n";
    expect![[r#"
        a file of Waline, or of Valine at LeanCloud
        page /a/ ""
          5e0f on /a/ of 2020-01-03T10:00:00Z published by "Ann" ann@mail.example: html "<p>Hello</p>"
        without comment 5e0f: QQAvatar
          5e10 < 5e0f on /a/ of 2020-01-03T11:00:00Z spam by "Bo": html "<p>Reply</p>"
    "#]].assert_eq(&lines(file));
    let wrapped = format!(
        "{{\"results\":[{}]}}",
        r#"{"objectId":"1","nick":"A","url":"/a","comment":"<p>x</p>","createdAt":"2020-01-03T10:00:00Z"}"#
    );
    expect![[r#"
        a file of Waline, or of Valine at LeanCloud
        page /a ""
          1 on /a of 2020-01-03T10:00:00Z published by "A": html "<p>x</p>"
    "#]]
    .assert_eq(&lines(wrapped));
}

#[test]
fn a_table_of_comments_is_read_by_its_header() {
    let file = "\u{feff}objectId,comment,nick,mail,url,pid,rid,insertedAt,status\r\n\
        1,\"Hello, \"\"you\"\"\",Ann,ann@mail.example,/a,,,2023-01-01T10:00:00Z,approved\r\n\
        2,Reply,Bo,,/a,1,1,2023-01-01T11:00:00Z,waiting\r\n";
    expect![[r#"
        a file of Waline, or of Valine at LeanCloud
        page /a ""
          1 on /a of 2023-01-01T10:00:00Z published by "Ann" ann@mail.example: markdown "Hello, \"you\""
          2 < 1 on /a of 2023-01-01T11:00:00Z held by "Bo": markdown "Reply"
    "#]].assert_eq(&lines(file));
}

use expect_test::expect;

use super::lines;

#[test]
fn values_are_texts_and_the_tree_is_kept() {
    let file = r#"[
        {"id":"1","rid":"0","content":"Hello **you**","ua":"UA","ip":"192.0.2.1","is_collapsed":"false","is_pending":"false","is_pinned":"true","vote_up":"3","vote_down":"1","created_at":"2021-03-01 10:00:00 +0800","updated_at":"2021-03-01 10:00:00 +0800","nick":"Ann","email":"ann@mail.example","link":"https://ann.example","badge_name":"Author","badge_color":"","page_key":"/ferry/","page_title":"The ferry","page_admin_only":"false","site_name":"News","site_urls":"https://news.example"},
        {"id":"2","rid":"1","content":"Reply","is_collapsed":"1","is_pending":"1","is_pinned":"0","vote_up":"","vote_down":"","created_at":"2021-03-01 11:00:00","nick":"","email":"anonymous@example.org","page_key":"/ferry/","page_admin_only":"true"}
    ]"#;
    expect![[r#"
        an Artrans file of Artalk
        page /ferry/ "The ferry"
          1 on /ferry/ of 2021-03-01T02:00:00Z published pinned +3 -1 by "Ann" ann@mail.example https://ann.example: markdown "Hello **you**"
        without comment 1: badge_name, ip, ua
        changed comment 2: its date says no zone and was taken as UTC
        changed comment 2: it was collapsed there, and is open here
          2 < 1 on /ferry/ of 2021-03-01T11:00:00Z held by "": markdown "Reply"
    "#]].assert_eq(&lines(file));
}

#[test]
fn the_old_file_names_its_date_otherwise() {
    let file = r#"[{"id":7,"nick":"Ann","email":"","link":"","ua":"","content":"x","date":"2019-01-01 10:00:00","ip":"","rid":"","page_key":"https://news.example/a","password":"secret"}]"#;
    expect![[r#"
        an Artrans file of Artalk
        page https://news.example/a ""
        changed comment 7: its date says no zone and was taken as UTC
          7 on https://news.example/a of 2019-01-01T10:00:00Z published by "Ann": markdown "x"
    "#]]
    .assert_eq(&lines(file));
}

#[test]
fn a_comment_without_id_or_page_is_left_out() {
    let file = r#"[{"content":"x","page_key":"/a"},{"id":"3","content":"x","page_key":""},"x"]"#;
    expect![[r#"
        an Artrans file of Artalk
        dropped a comment on /a: it has no id
        dropped comment 3: it has no page
        dropped file, line 1: it is no comment
    "#]]
    .assert_eq(&lines(file));
}

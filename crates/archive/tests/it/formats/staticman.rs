use expect_test::expect;

use super::lines_of;

#[test]
fn a_folder_of_files_is_read_in_each_form() {
    let files = [
        (
            "comments/the-ferry/comment-1.yml",
            "_id: 5f1\n_parent: '{{ page.slug }}'\nname: Ann Lee\nemail: 0cc175b9c0f1b6a831c399e269772661\n\
             url: 'https://ann.example'\nmessage: >-\n  It *sails*\n  again\n\n  \"Really\"\nhidden: ''\n\
             date: 1471337512\n",
        ),
        (
            "comments/the-ferry/comment-2.json",
            r#"{"_id":"5f2","_parent":"the-ferry","name":"Bo","email":"bo@reader.example","message":"When?","replying_to":"1","date":"2016-08-16T09:00:00.000Z"}"#,
        ),
        (
            "comments/the-ferry/comment-3.yml",
            "id: 5f3\nreplying_to_uid: 5f2\nname: \"Cy \\u00e9\"\nmessage: |\n  Now\n  or never\nhp: x\n\
             date: '2016-08-16 10:00:00 +0000'\n",
        ),
        (
            "comments/the-ferry/comment-4.md",
            "---\nname: Di\ndate: 2016-08-16 11:00\nreplying_to: 7\n---\nIn *front* matter\n",
        ),
        (
            "comments/other/entry1.yml",
            "_id: 5f5\n_parent: https://news.example/2016/other/\nauthor: Ed\ncomment: Here\ndate: soon\n",
        ),
        ("comments/the-ferry/notes.txt", "nothing"),
        ("_config.yml", "title: A blog\nurl: x\n"),
    ];
    let files = files.map(|(name, text)| (name, text.as_bytes()));
    expect![[r#"
        files of Staticman
        - file comments/the-ferry/notes.txt
        - file _config.yml
        page /the-ferry ""
        changed comment 5f1: its author's e-mail address is a hash, and was left out
          5f1 on /the-ferry of 2016-08-16T08:51:52Z published by "Ann Lee" https://ann.example: markdown "It *sails* again\n\"Really\""
          5f2 < 5f1 on /the-ferry of 2016-08-16T09:00:00Z published by "Bo" bo@reader.example: markdown "When?"
          5f3 < 5f2 on /the-ferry of 2016-08-16T10:00:00Z published by "Cy é": markdown "Now\nor never\n"
        without comment 5f3: hp
        changed comment the-ferry/comment-4: it replies to root 7, which its page does not have
        changed comment the-ferry/comment-4: its date says no zone and was taken as UTC
          the-ferry/comment-4 on /the-ferry of 2016-08-16T11:00:00Z published by "Di": markdown "In *front* matter"
        page https://news.example/2016/other/ ""
        changed comment 5f5: it has no date and was given the start of 1970
          5f5 on https://news.example/2016/other/ of 1970-01-01T00:00:00Z published by "Ed": markdown "Here"
    "#]]
    .assert_eq(&lines_of(&files));
}

#[test]
fn a_file_that_names_no_page_and_lies_in_no_folder_is_named() {
    let file = "name: Ann\nmessage: Hello\ndate: 1471337512\n";
    expect![[r#"
        files of Staticman
        dropped comment /one: neither the file nor its folder says of which page it is
    "#]]
    .assert_eq(&lines_of(&[("one.yml", file.as_bytes())]));
}

use expect_test::expect;

use super::{lines, lines_of};

#[test]
fn tables_of_version_8_and_later_are_read_from_a_dump() {
    let dump = "-- MySQL dump 10.13\n\
        CREATE TABLE `d_comment` (`cid` int, `comment_type` varchar(32), `uuid` varchar(128), `langcode` varchar(12));\n\
        INSERT INTO `d_comment` VALUES (1,'comment','u-1','en');\n\
        CREATE TABLE `d_comment__comment_body` (\n `bundle` varchar(128),\n `deleted` tinyint,\n `entity_id` int,\n `comment_body_value` longtext,\n `comment_body_format` varchar(255)\n);\n\
        INSERT INTO `d_comment__comment_body` VALUES ('comment',0,1,'<p>It <em>sails</em>.</p>','basic_html'),('comment',0,2,'a < b\\nand so on','plain_text'),('comment',0,3,'**Bold**','markdown'),('comment',0,4,'Waits','basic_html'),('comment',0,5,'Elsewhere','basic_html');\n\
        INSERT INTO `d_comment_field_data` (`cid`,`comment_type`,`langcode`,`pid`,`entity_id`,`subject`,`uid`,`name`,`mail`,`homepage`,`hostname`,`created`,`changed`,`status`,`thread`,`entity_type`,`field_name`,`default_langcode`) VALUES\n\
        (1,'comment','en',NULL,7,'It sails.',3,'ann',NULL,NULL,'192.0.2.1',1700000000,1700000000,1,'01/','node','comment',1),\n\
        (1,'comment','de',NULL,7,'Es fährt',3,'ann',NULL,NULL,'192.0.2.1',1700000000,1700000000,1,'01/','node','comment',0),\n\
        (2,'comment','en',1,7,'My view',0,'Bo','bo@reader.example','http://bo.example','192.0.2.2',1700000060,1700000120,1,'01.00/','node','comment',1),\n\
        (3,'comment','en',NULL,8,'(No subject)',0,'Cy','','','',1700000180,1700000180,1,'02/','node','comment',1),\n\
        (4,'comment','en',NULL,7,'Waits',0,'Di','','','',1700000240,1700000240,0,'03/','node','comment',1),\n\
        (5,'comment','en',NULL,2,'',0,'Ed','','','',1700000300,1700000300,1,'01/','media','comment',1);\n\
        INSERT INTO `d_node__comment` (`entity_id`,`comment_status`) VALUES (7,2),(8,1);\n\
        INSERT INTO `d_node_field_data` (`nid`,`title`,`status`,`created`,`default_langcode`) VALUES (7,'The ferry &amp; we',1,1690000000,1),(8,'Draft',0,1690000000,1);\n\
        INSERT INTO `d_path_alias` (`id`,`path`,`alias`) VALUES (1,'/node/7','/old-ferry'),(2,'/node/7','/ferry');\n\
        INSERT INTO `d_users_field_data` (`uid`,`name`,`mail`,`pass`) VALUES (3,'ann','ann@reader.example','$S$x');\n";
    expect![[r#"
        tables of Drupal
        page /node/7 "The ferry & we" at /ferry or /node/7 of 2023-07-22T04:26:40Z
          1 on /node/7 of 2023-11-14T22:13:20Z published by "ann" ann@reader.example 3: html "<p>It <em>sails</em>.</p>"
        without comment 1: hostname
          2 < 1 on /node/7 of 2023-11-14T22:14:20Z edited 2023-11-14T22:15:20Z published by "Bo" bo@reader.example http://bo.example: html "<p><strong>My view</strong></p><p>a &lt; b<br>and so on</p>"
        without comment 2: hostname
        page /node/8 "Draft" of 2023-07-22T04:26:40Z hidden closed
          3 on /node/8 of 2023-11-14T22:16:20Z held by "Cy": markdown "**Bold**"
          4 on /node/7 of 2023-11-14T22:17:20Z held by "Di": html "<p>Waits</p>"
        page /media/2 ""
          5 on /media/2 of 2023-11-14T22:18:20Z published by "Ed": html "<p>Elsewhere</p>"
    "#]]
    .assert_eq(&lines(dump));
}

#[test]
fn tables_of_version_7_are_read_as_json_a_file_each() {
    let files = [
        (
            "comment.json",
            r#"[{"cid":"1","pid":"0","nid":"7","uid":"0","subject":"Hello","hostname":"","created":"1700000000","changed":"1700000000","status":"1","thread":"01/","name":"Ann","mail":"","homepage":"","language":"und"}]"#,
        ),
        (
            "field_data_comment_body.json",
            r#"[{"entity_type":"comment","bundle":"comment_node_page","deleted":"0","entity_id":"1","comment_body_value":"Hello you","comment_body_format":"filtered_html"}]"#,
        ),
        (
            "node.json",
            r#"[{"nid":"7","vid":"7","type":"page","title":"The ferry","uid":"1","status":"1","created":"1690000000","comment":"1"}]"#,
        ),
        (
            "url_alias.json",
            r#"[{"pid":"1","source":"node/7","alias":"ferry","language":"und"}]"#,
        ),
    ];
    let files = files.map(|(name, text)| (name, text.as_bytes()));
    expect![[r#"
        tables of Drupal
        page /node/7 "The ferry" at /ferry or /node/7 of 2023-07-22T04:26:40Z closed
          1 on /node/7 of 2023-11-14T22:13:20Z published by "Ann": html "<p>Hello you</p>"
    "#]]
    .assert_eq(&lines_of(&files));
}

#[test]
fn in_version_6_a_comment_that_is_published_has_a_zero() {
    let dump = "CREATE TABLE comments (cid int, pid int, nid int, uid int, subject text, comment text, \
        hostname text, timestamp int, status int, format int, thread text, name text, mail text, homepage text);\n\
        INSERT INTO comments VALUES (1,0,7,0,'Hello','Hello you','',1700000000,0,1,'01/','Ann','',''),\
        (2,1,7,0,'Re: Hello','Waits','',1700000060,1,1,'01.00/','Bo','','');";
    expect![[r#"
        tables of Drupal
        page /node/7 ""
          1 on /node/7 of 2023-11-14T22:13:20Z published by "Ann": html "<p>Hello you</p>"
        without comment 1: format
          2 < 1 on /node/7 of 2023-11-14T22:14:20Z held by "Bo": html "<p><strong>Re: Hello</strong></p><p>Waits</p>"
        without comment 2: format
    "#]]
    .assert_eq(&lines(dump));
}

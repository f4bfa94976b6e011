-- A comment or page that an undone import takes out again leaves nothing that leads to it. The database
-- looks for that, too, at each that goes.
create index comment_of_parent on comment (site_id, parent_id) where parent_id is not null;
create index page_alias_of_page on page_alias (site_id, page_id);
create index notice_of_comment on notice (site_id, comment_id);
create index bell_of_comment on bell (site_id, comment_id);
create index push_of_comment on push (site_id, comment_id);
create index mention_of_target on mention (site_id, target_id);

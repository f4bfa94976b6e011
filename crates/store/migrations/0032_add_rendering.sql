-- How far the HTML of comments has been made anew: all of it by a version of the renderer, or up to a
-- comment by the next.
create table rendering (
    version bigint not null,
    site_id bigint not null,
    comment_id bigint not null
);

insert into rendering values (1, 0, 0);

-- What came from another system was HTML there, and its text is only what that says.
alter table comment add column written_in text not null default 'markdown'
    constraint comment_written_in check (written_in in ('markdown', 'html'));

update comment set written_in = 'html'
where revision = 1 and (site_id, id) in (select s.site_id, s.target_id from source s);

-- What accounts show of themselves: a page with their comments, and a picture.
alter table author add column has_page bigint not null default 0;
alter table author add column picture text;

-- The picture of an account, as it was made here; `name` is a hash of its bytes.
create table author_picture (
    site_id bigint not null,
    author_id bigint not null,
    name text not null,
    bytes blob not null,
    made_at bigint not null,
    primary key (site_id, author_id),
    foreign key (site_id, author_id) references author (site_id, id)
);

create index author_picture_by_name on author_picture (site_id, name);

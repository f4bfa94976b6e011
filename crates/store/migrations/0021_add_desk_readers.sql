-- Who of the newsroom was told by mail that comments wait: secret stands in the link of these mails,
-- and ended_at says since when they want no more.
create table desk_reader (
    site_id bigint not null,
    author_id bigint not null,
    secret text not null,
    ended_at bigint,
    primary key (site_id, author_id),
    constraint desk_reader_secret unique (site_id, secret),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

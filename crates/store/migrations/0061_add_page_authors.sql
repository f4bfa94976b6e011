-- Who wrote the article of a page: accounts that the newsroom says so of.
create table page_author (
    site_id bigint not null,
    page_id bigint not null,
    author_id bigint not null,
    linked_at bigint not null,
    primary key (site_id, page_id, author_id),
    foreign key (site_id, page_id) references page (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index page_author_of_author on page_author (site_id, author_id);

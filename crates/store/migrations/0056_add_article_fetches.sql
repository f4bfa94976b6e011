create table article_fetch (
    site_id bigint not null references site (id),
    page_id bigint not null,
    asked_at bigint not null,
    ended_at bigint,
    outcome text,
    status bigint,
    version bigint,
    primary key (site_id, page_id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index article_fetch_by_age on article_fetch (site_id, asked_at, page_id);

alter table comment add column annotation text;
create index comment_annotated on comment (site_id, page_id, id) where annotation is not null;

create table article_version (
    site_id bigint not null,
    page_id bigint not null,
    number bigint not null,
    hash blob not null,
    text text not null,
    made_at bigint not null,
    report text,
    primary key (site_id, page_id, number),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index article_version_by_age on article_version (site_id, made_at, page_id);

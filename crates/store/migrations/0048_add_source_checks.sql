alter table comment add column source_check text;
create index comment_sourced on comment (site_id, page_id, id) where source_check is not null;

alter table comment_version add column sources text;

alter table correction add column sources text;

-- What readers answer about the sources of a comment.
create table source_answer (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    says text constraint source_answer_says check (says in ('yes', 'partly', 'no')),
    relevant text constraint source_answer_relevant check (relevant in ('yes', 'partly', 'no')),
    address_hash blob,
    answered_at bigint not null,
    primary key (site_id, comment_id, author_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index source_answer_of_author on source_answer (site_id, author_id, comment_id);
create index source_answer_of_address
    on source_answer (site_id, comment_id, address_hash, answered_at);

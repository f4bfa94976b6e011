-- Whom a comment mentions, and the comment of theirs to which that leads.
create table mention (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    target_id bigint not null,
    primary key (site_id, comment_id, target_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id),
    foreign key (site_id, target_id) references comment (site_id, id)
) without rowid;

create index mention_of_author on mention (site_id, author_id, comment_id);

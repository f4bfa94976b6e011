-- What an account is told in the page: of one comment one thing, the newest.
create table bell (
    site_id bigint not null,
    author_id bigint not null,
    comment_id bigint not null,
    ring text not null constraint bell_ring
        check (ring in ('reply', 'comment', 'approved', 'rejected', 'featured')),
    made_at bigint not null,
    read_at bigint,
    primary key (site_id, author_id, comment_id),
    foreign key (site_id, author_id) references author (site_id, id),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

create index bell_newest on bell (site_id, author_id, made_at);
create index bell_unread on bell (site_id, author_id) where read_at is null;

-- Accounts that are to be deleted when due_at has come, and what is to become of their comments.
create table erasure (
    site_id bigint not null,
    author_id bigint not null,
    comments text not null constraint erasure_comments check (comments in ('keep', 'remove')),
    asked_at bigint not null,
    due_at bigint not null,
    primary key (site_id, author_id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

-- Whom the comments of deleted accounts are by.
create table nobody (
    site_id bigint not null primary key references site (id),
    author_id bigint not null,
    foreign key (site_id, author_id) references author (site_id, id)
);

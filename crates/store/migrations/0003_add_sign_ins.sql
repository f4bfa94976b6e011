create table sign_in (
    site_id bigint not null,
    token_hash blob not null,
    author_id bigint not null,
    expires_at bigint not null,
    primary key (site_id, token_hash),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index author_by_email on author (site_id, email) where kind = 'account';

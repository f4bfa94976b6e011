create table audit (
sqlite|    id integer primary key autoincrement,
    site_id bigint not null references site (id),
postgres|    id bigint generated always as identity,
    at bigint not null,
    author_id bigint,
    author_name text,
    change text not null,
    subject text not null,
    subject_id bigint,
    was text,
sqlite|    became text
postgres|    became text,
postgres|    primary key (site_id, id)
);
sqlite|
sqlite|create index audit_by_site on audit (site_id, id);

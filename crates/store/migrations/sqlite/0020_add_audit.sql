create table audit (
    id integer primary key autoincrement,
    site_id bigint not null references site (id),
    at bigint not null,
    author_id bigint,
    author_name text,
    change text not null,
    subject text not null,
    subject_id bigint,
    was text,
    became text
);

create index audit_by_site on audit (site_id, id);

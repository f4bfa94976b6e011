create table audit (
    site_id bigint not null references site (id),
    id bigint generated always as identity,
    at bigint not null,
    author_id bigint,
    author_name text,
    change text not null,
    subject text not null,
    subject_id bigint,
    was text,
    became text,
    primary key (site_id, id)
);

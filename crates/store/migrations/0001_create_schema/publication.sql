-- Publication: sites, and what their owners changed.

-- origins and settings are JSON.
create table site (
    id bigint not null primary key,
    host text not null,
    origins text not null,
    settings text not null,
    created_at bigint not null,
    version bigint not null default 1,
    constraint site_host unique (host)
);

-- The origins of each site once more, by which its sites are found.
create table site_origin (
    site_id bigint not null references site (id),
    origin text not null,
    primary key (site_id, origin)
) without rowid;
create index site_origin_by_origin on site_origin (origin, site_id);

-- The picture that pages and mails of a site wear, as it was made here; name is a hash of its bytes.
create table site_logo (
    site_id bigint not null primary key references site (id),
    name text not null,
    bytes blob not null,
    width bigint not null,
    height bigint not null,
    made_at bigint not null
);

-- What owners changed, and who works at the machine; nothing takes a row away.
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
sqlite|create index audit_by_site on audit (site_id, id);

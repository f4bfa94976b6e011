create table site (
    id bigint not null primary key,
    host text not null,
    origins text not null,
    settings text not null,
    created_at bigint not null,
    constraint site_host unique (host)
);

create table page (
    site_id bigint not null references site (id),
    id bigint not null,
    key text not null,
    url text,
    title text,
    version bigint not null default 0,
    n_comments bigint not null default 0,
    closed_at bigint,
    created_at bigint not null,
    primary key (site_id, id),
    constraint page_key unique (site_id, key)
);

create table page_alias (
    site_id bigint not null,
    key text not null,
    page_id bigint not null,
    primary key (site_id, key),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;

create table author (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null constraint author_kind check (kind in ('guest', 'account', 'imported')),
    role text not null default 'reader'
        constraint author_role check (role in ('reader', 'staff', 'editor', 'moderator', 'owner')),
    name text not null,
    email text,
    website text,
    created_at bigint not null,
    primary key (site_id, id)
);

create index author_of_newsroom on author (site_id, id) where role <> 'reader';

create table session (
    site_id bigint not null,
    token_hash blob not null,
    author_id bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (site_id, token_hash),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index session_of_author on session (site_id, author_id);

-- base_up and base_down are the part of up and down that came with an import and has no rows in vote.
create table comment (
    site_id bigint not null,
    id bigint not null,
    page_id bigint not null,
    parent_id bigint,
    root_id bigint not null,
    depth bigint not null,
    author_id bigint not null,
    text text not null,
    html text not null,
    renderer bigint not null,
    state text not null constraint comment_state
        check (state in ('published', 'held', 'rejected', 'spam', 'removed')),
    reason text,
    revision bigint not null default 1,
    created_at bigint not null,
    edited_at bigint,
    closed_at bigint,
    pin bigint,
    up bigint not null default 0,
    down bigint not null default 0,
    base_up bigint not null default 0,
    base_down bigint not null default 0,
    best bigint not null default 0,
    n_replies bigint not null default 0,
    n_descendants bigint not null default 0,
    address_hash blob,
    score bigint generated always as (up - down) stored,
    shown bigint generated always as
        (case when state = 'published' or n_replies > 0 then 1 else 0 end) stored,
    primary key (site_id, id),
    constraint comment_counters check
        (up >= base_up and down >= base_down and base_up >= 0 and base_down >= 0
            and n_replies >= 0 and n_descendants >= 0),
    foreign key (site_id, page_id) references page (site_id, id),
    foreign key (site_id, parent_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
);

create index comment_root_by_time on comment (site_id, page_id, id)
    where parent_id is null and shown = 1;
create index comment_root_by_score on comment (site_id, page_id, score, id)
    where parent_id is null and shown = 1;
create index comment_root_by_best on comment (site_id, page_id, best, id)
    where parent_id is null and shown = 1;
create index comment_root_by_replies on comment (site_id, page_id, n_descendants, id)
    where parent_id is null and shown = 1;
create index comment_pinned on comment (site_id, page_id, pin) where pin is not null;
create index comment_reply on comment (site_id, parent_id, id) where shown = 1;
create index comment_of_author on comment (site_id, author_id, id);
create index comment_of_page on comment (site_id, page_id, author_id, id);

create table comment_version (
    site_id bigint not null,
    comment_id bigint not null,
    revision bigint not null,
    text text not null,
    replaced_at bigint not null,
    primary key (site_id, comment_id, revision),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

create table vote (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    value bigint not null constraint vote_value check (value in (-1, 1)),
    address_hash blob,
    cast_at bigint not null,
    primary key (site_id, comment_id, author_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index vote_of_author on vote (site_id, author_id, comment_id);
create index vote_of_address on vote (site_id, comment_id, address_hash, cast_at);

create table event (
    site_id bigint not null,
    page_id bigint not null,
    version bigint not null,
    kind text not null,
    comment_id bigint,
    at bigint not null,
    primary key (site_id, page_id, version),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;

create table idempotency (
    site_id bigint not null,
    key text not null,
    fingerprint blob not null,
    comment_id bigint not null,
    at bigint not null,
    primary key (site_id, key)
) without rowid;

create index idempotency_by_age on idempotency (site_id, at);

create table address_key (
    id bigint not null primary key,
    key blob not null,
    created_at bigint not null
);

create table source (
    site_id bigint not null,
    format text not null,
    source_id text not null,
    target_id bigint not null,
    primary key (site_id, format, source_id)
) without rowid;

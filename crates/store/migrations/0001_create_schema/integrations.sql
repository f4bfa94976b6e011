-- Integrations: webhooks with their deliveries, and what programs act by.

create table webhook (
    site_id bigint not null references site (id),
    id bigint not null,
    url text not null,
    kinds text not null,
    secret text not null,
    old_secret text,
    old_secret_until bigint,
    created_at bigint not null,
    failing_since bigint,
    failed_at bigint,
    off_since bigint,
    off_reason text,
    primary key (site_id, id)
);

create table delivery (
    site_id bigint not null,
    id bigint not null,
    webhook_id bigint not null,
    kind text not null,
    page_id bigint not null,
    version bigint not null,
    comment_id bigint,
    recording_id bigint,
    correction_id bigint,
    state text not null default 'waiting' constraint delivery_state
        check (state in ('waiting', 'delivered', 'failed', 'obsolete')),
    attempts bigint not null default 0,
    n_replays bigint not null default 0,
    status bigint,
    error text,
    created_at bigint not null,
    attempted_at bigint,
    run_at bigint not null,
    primary key (site_id, id),
    constraint delivery_once unique (site_id, webhook_id, page_id, version),
    foreign key (site_id, webhook_id) references webhook (site_id, id)
);
create index delivery_by_time on delivery (site_id, webhook_id, created_at, id);

-- What programs of the publisher act by. id is that of the author whom the log names; scopes are words
-- with a space between; used_at is the day of the last use. Whoever made it may be gone by now.
create table api_token (
    site_id bigint not null,
    id bigint not null,
    token_hash blob not null,
    name text not null,
    scopes text not null,
    created_by bigint not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    primary key (site_id, id),
    constraint api_token_hash unique (site_id, token_hash),
    foreign key (site_id, id) references author (site_id, id)
);

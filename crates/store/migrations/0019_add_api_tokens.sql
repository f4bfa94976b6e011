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

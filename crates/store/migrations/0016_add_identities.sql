-- The keys by which a publisher signs tokens for its own users.
create table sign_in_key (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null,
    key text not null,
    created_at bigint not null,
    primary key (site_id, id)
);

-- Who an account is elsewhere, and when that was last said.
create table identity (
    site_id bigint not null references site (id),
    issuer text not null,
    subject text not null,
    author_id bigint not null,
    issued_at bigint not null,
    primary key (site_id, issuer, subject)
);

create index identity_author on identity (site_id, author_id);

-- Tokens that were used, until they would be too old anyway.
create table spent_token (
    site_id bigint not null references site (id),
    hash blob not null,
    expires_at bigint not null,
    primary key (site_id, hash)
);

create index spent_token_expires on spent_token (site_id, expires_at);

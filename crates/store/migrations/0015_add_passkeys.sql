-- Passkeys of accounts. public_key is what checks a signature, as JSON; sign_count is how often the
-- authenticator says that it has signed, 0 where it does not count.
create table passkey (
    site_id bigint not null,
    credential_id blob not null,
    author_id bigint not null,
    name text not null,
    public_key text not null,
    sign_count bigint not null,
    created_at bigint not null,
    used_at bigint,
    primary key (site_id, credential_id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index passkey_of_author on passkey (site_id, author_id, created_at);

-- What a browser was asked to sign, until it answers. author_id is whose passkey is added; nobody
-- where someone signs in. browser_hash is of the cookie of the browser that asked.
create table passkey_ceremony (
    site_id bigint not null references site (id),
    token_hash blob not null,
    browser_hash blob not null,
    author_id bigint,
    state text not null,
    expires_at bigint not null,
    primary key (site_id, token_hash)
) without rowid;

create index passkey_ceremony_by_age on passkey_ceremony (site_id, expires_at);

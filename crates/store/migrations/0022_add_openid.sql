-- Who else signs readers in, by OpenID Connect. client_secret is empty where the provider gives none.
create table openid_provider (
    site_id bigint not null references site (id),
    id bigint not null,
    label text not null,
    issuer text not null,
    client_id text not null,
    client_secret text not null,
    created_at bigint not null,
    primary key (site_id, id)
);

-- Browsers that were sent to a provider and are to come back, once. state_hash is of the secret that
-- they bring back, browser_hash of the cookie of the browser that was sent. way and opener are where
-- the reader wanted to go, and the page that opened the window.
create table openid_sign_in (
    site_id bigint not null references site (id),
    state_hash blob not null,
    browser_hash blob not null,
    provider_id bigint not null,
    nonce text not null,
    verifier text not null,
    way text,
    opener text,
    expires_at bigint not null,
    used_at bigint,
    primary key (site_id, state_hash)
);

create index openid_sign_in_by_age on openid_sign_in (site_id, expires_at);

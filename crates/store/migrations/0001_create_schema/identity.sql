-- Identity: authors, every way to sign in, what readers do about one another, and erasure.

-- Whoever wrote, voted or signed in. has_page, picture and is_supporter are what an account shows of itself;
-- the last follows from its gifts. n_published and the rest say what became of their comments: in which state
-- they are, and how many were flagged, whatever came of it; those whose import is under way count as nothing.
create table author (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null constraint author_kind check (kind in ('guest', 'account', 'imported')),
    role text not null default 'reader'
        constraint author_role check (role in ('reader', 'staff', 'editor', 'moderator', 'owner')),
    name text not null,
    email text,
    website text,
    has_page bigint not null default 0,
    picture text,
    is_supporter bigint not null default 0,
    created_at bigint not null,
    n_published bigint not null default 0,
    n_held bigint not null default 0,
    n_rejected bigint not null default 0,
    n_spam bigint not null default 0,
    n_removed bigint not null default 0,
    n_flagged bigint not null default 0,
    primary key (site_id, id)
);
create index author_of_newsroom on author (site_id, id) where role <> 'reader';
create index author_by_email on author (site_id, email) where kind = 'account';
create index author_by_guest_email on author (site_id, email) where kind = 'guest' and email is not null;

-- The picture of an account, as it was made here; name is a hash of its bytes.
create table author_picture (
    site_id bigint not null,
    author_id bigint not null,
    name text not null,
    bytes blob not null,
    made_at bigint not null,
    primary key (site_id, author_id),
    foreign key (site_id, author_id) references author (site_id, id)
);
create index author_picture_by_name on author_picture (site_id, name);

-- Whom the comments of deleted accounts are by.
create table nobody (
    site_id bigint not null primary key references site (id),
    author_id bigint not null,
    foreign key (site_id, author_id) references author (site_id, id)
);

-- label is the browser in a word or two; family is the same for sessions that began from one another
-- and end together.
create table session (
    site_id bigint not null,
    token_hash blob not null,
    author_id bigint not null,
    label text,
    family blob,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (site_id, token_hash),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index session_of_author on session (site_id, author_id);
create index session_by_age on session (site_id, expires_at);
-- A browser has one token at all sites.
create index session_by_token on session (token_hash);

-- Links that sign someone in, once. role is what they may do from then on; null changes nothing.
create table sign_in (
    site_id bigint not null,
    token_hash blob not null,
    author_id bigint not null,
    role text,
    expires_at bigint not null,
    primary key (site_id, token_hash),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index sign_in_of_author on sign_in (site_id, author_id);

-- Wishes to sign in by mail. browser_hash is of the browser that asked, which shows the code; mailbox is
-- what the number of mails is limited by. mailed_at is null where the mailbox had enough links: then one
-- of those is good in the browser that asked, too. Kept for an hour, used or not.
create table mail_sign_in (
    site_id bigint not null references site (id),
    token_hash blob not null,
    email text not null,
    mailbox text not null,
    browser_hash blob not null,
    code text not null,
    n_wrong bigint not null default 0,
    created_at bigint not null,
    mailed_at bigint,
    expires_at bigint not null,
    used_at bigint,
    primary key (site_id, token_hash)
) without rowid;
create index mail_sign_in_of_mailbox on mail_sign_in (site_id, mailbox, created_at);
create index mail_sign_in_by_age on mail_sign_in (site_id, created_at);

-- Browsers in which an address has signed in, by a secret of their own: each gets a link for it however
-- many of them strangers ask for. Forgotten with the address, or when it was not used for long.
create table mail_browser (
    site_id bigint not null references site (id),
    email text not null,
    browser_hash blob not null,
    used_at bigint not null,
    primary key (site_id, email, browser_hash)
) without rowid;

-- Codes by which a session on the server's own origin begins one in a page of origin.
create table hand_over (
    site_id bigint not null,
    code_hash blob not null,
    author_id bigint not null,
    family blob not null,
    origin text not null,
    expires_at bigint not null,
    primary key (site_id, code_hash),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index hand_over_of_author on hand_over (site_id, author_id);

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

-- The keys by which a publisher signs tokens for its own users.
create table sign_in_key (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null,
    key text not null,
    created_at bigint not null,
    primary key (site_id, id)
);

-- Tokens that were used, until they would be too old anyway.
create table spent_token (
    site_id bigint not null references site (id),
    hash blob not null,
    expires_at bigint not null,
    primary key (site_id, hash)
);
create index spent_token_expires on spent_token (site_id, expires_at);

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

-- Links by which guests see and take back what is kept of them: of one guest, whose browser asked, or of
-- a mailbox, to which the link was sent. Kept for an hour.
create table guest_link (
    site_id bigint not null references site (id),
    token_hash blob not null,
    author_id bigint,
    mailbox text,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (site_id, token_hash)
) without rowid;
create index guest_link_of_mailbox on guest_link (site_id, mailbox, created_at) where mailbox is not null;
create index guest_link_of_author on guest_link (site_id, author_id) where author_id is not null;
create index guest_link_by_age on guest_link (site_id, expires_at);

-- Whose comments a reader does not want to see.
create table mute (
    site_id bigint not null references site (id),
    author_id bigint not null,
    muted_id bigint not null,
    at bigint not null,
    primary key (site_id, author_id, muted_id)
);
create index mute_muted on mute (site_id, muted_id);

-- Accounts that are to be deleted when due_at has come, and what is to become of their comments.
create table erasure (
    site_id bigint not null,
    author_id bigint not null,
    comments text not null constraint erasure_comments check (comments in ('keep', 'remove')),
    asked_at bigint not null,
    due_at bigint not null,
    primary key (site_id, author_id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

-- What was erased, so that it is erased again from a backup that still holds it: ids and times, and
-- nothing of what was erased. `joined` is a guest who became the account into_id, and goes with it.
create table erased (
    site_id bigint not null references site (id),
    kind text not null constraint erased_kind
        check (kind in ('author', 'joined', 'comment', 'subscription')),
    id bigint not null,
    comments text constraint erased_comments check (comments in ('keep', 'remove')),
    into_id bigint,
    at bigint not null,
    primary key (site_id, kind, id)
);
create index erased_joined on erased (site_id, into_id) where into_id is not null;

-- What addresses are hashed with, until it is destroyed a day or two later.
create table address_key (
    id bigint not null primary key,
    key blob not null,
    created_at bigint not null
);

-- What a site signs its proofs of work with.
create table work_key (
    site_id bigint not null primary key references site (id),
    key blob not null
);

-- Challenges that were solved and used, until they expire.
create table spent_work (
    site_id bigint not null references site (id),
    challenge text not null,
    expires_at bigint not null,
    primary key (site_id, challenge)
);
create index spent_work_expires on spent_work (site_id, expires_at);

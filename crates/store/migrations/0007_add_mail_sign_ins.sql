-- Wishes to sign in by mail. browser_hash is of the browser that asked, which shows the code; mailbox is
-- what the number of mails is limited by. Kept for an hour, used or not.
create table mail_sign_in (
    site_id bigint not null references site (id),
    token_hash blob not null,
    email text not null,
    mailbox text not null,
    browser_hash blob not null,
    code text not null,
    n_wrong bigint not null default 0,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint,
    primary key (site_id, token_hash)
) without rowid;

create index mail_sign_in_of_mailbox on mail_sign_in (site_id, mailbox, created_at);
create index mail_sign_in_by_age on mail_sign_in (site_id, created_at);

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

-- label is the browser in a word or two; family is the same for sessions that began from one another
-- and end together.
alter table session add column label text;
alter table session add column family blob;

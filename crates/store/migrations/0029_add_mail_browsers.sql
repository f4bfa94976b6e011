-- Browsers in which an address has signed in, by a secret of their own: each gets a link for it however
-- many of them strangers ask for. Forgotten with the address, or when it was not used for long.
create table mail_browser (
    site_id bigint not null references site (id),
    email text not null,
    browser_hash blob not null,
    used_at bigint not null,
    primary key (site_id, email, browser_hash)
) without rowid;

-- Null where the mailbox had enough links: then one of those is good in the browser that asked, too.
alter table mail_sign_in add column mailed_at bigint;
update mail_sign_in set mailed_at = created_at;

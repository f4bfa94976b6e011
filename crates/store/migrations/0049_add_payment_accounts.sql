-- What is known of an account at a processor besides what its messages are signed with.
alter table payment_hook add column account text;
alter table payment_hook add column api_key text;
alter table payment_hook add column asked_at bigint;

-- By which words its payments say for which campaign they are.
create table payment_purpose (
    site_id bigint not null,
    hook_id bigint not null,
    word text not null,
    campaign_id bigint not null,
    primary key (site_id, hook_id, word),
    foreign key (site_id, hook_id) references payment_hook (site_id, id),
    foreign key (site_id, campaign_id) references campaign (site_id, id)
);

-- Who gave, for a while, or for as long as they let everyone know it.
create table gift (
    site_id bigint not null,
    entry_id bigint not null,
    campaign_id bigint not null,
    name text,
    is_public bigint not null,
    received_at bigint not null,
    author_id bigint,
    claimed_at bigint,
    has_badge bigint not null default 0,
    primary key (site_id, entry_id),
    foreign key (site_id, entry_id) references ledger_entry (site_id, id)
);
create index gift_of_campaign on gift (site_id, campaign_id, entry_id);
create index gift_of_author on gift (site_id, author_id, entry_id) where author_id is not null;
create index gift_unclaimed on gift (site_id, received_at) where author_id is null;

-- By what the giver can prove that it was them.
create table gift_receipt (
    site_id bigint not null,
    hash blob not null,
    entry_id bigint not null,
    primary key (site_id, hash),
    foreign key (site_id, entry_id) references gift (site_id, entry_id)
);
create index gift_receipt_of_gift on gift_receipt (site_id, entry_id);

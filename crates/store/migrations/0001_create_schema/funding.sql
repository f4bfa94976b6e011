-- Funding: campaigns, the ledger of what came in, and who gave.

-- Counts the changes of what a site's readers are shown of its campaigns.
create table funding (
    site_id bigint primary key references site (id),
    version bigint not null
);

-- goal is in the currency's smallest unit. names_supporters is whether its page names those who gave and let
-- everyone know it.
create table campaign (
    site_id bigint not null references site (id),
    id bigint not null,
    title text not null,
    about text not null,
    currency text not null,
    goal bigint not null constraint campaign_goal check (goal > 0),
    mode text not null constraint campaign_mode check (mode in ('once', 'monthly')),
    milestones text not null,
    section text not null,
    url text,
    names_supporters bigint not null default 0,
    starts_at bigint not null,
    ends_at bigint,
    created_at bigint not null,
    hidden_at bigint,
    primary key (site_id, id)
);

create table campaign_sum (
    site_id bigint not null,
    campaign_id bigint not null,
    currency text not null,
    month bigint not null,
    amount bigint not null,
    gifts bigint not null,
    primary key (site_id, campaign_id, currency, month),
    foreign key (site_id, campaign_id) references campaign (site_id, id)
);

-- Only ever added to. hook_id is the account at a processor that told of the entry.
create table ledger_entry (
    site_id bigint not null,
    id bigint not null,
    campaign_id bigint not null,
    source text not null,
    kind text not null,
    external_id text not null,
    payment text,
    currency text not null,
    amount bigint not null,
    gifts bigint not null constraint ledger_entry_gifts check (gifts in (-1, 0, 1)),
    month bigint not null,
    occurred_at bigint not null,
    received_at bigint not null,
    note text not null,
    made_by bigint,
    hook_id bigint,
    primary key (site_id, id),
    constraint ledger_entry_once unique (site_id, source, kind, external_id),
    foreign key (site_id, campaign_id) references campaign (site_id, id)
);
create index ledger_entry_of_campaign on ledger_entry (site_id, campaign_id, id);
create index ledger_entry_of_payment on ledger_entry (site_id, source, payment)
    where payment is not null;

-- An address at which a processor tells of payments. account and api_key are what is known of the account
-- there besides what its messages are signed with.
create table payment_hook (
    site_id bigint not null,
    id bigint not null,
    campaign_id bigint not null,
    processor text not null,
    token_hash blob not null,
    token text not null,
    secret text,
    account text,
    api_key text,
    asked_at bigint,
    created_at bigint not null,
    primary key (site_id, id),
    constraint payment_hook_token unique (site_id, token_hash),
    foreign key (site_id, campaign_id) references campaign (site_id, id)
);

-- What came, without what it said.
create table payment_message (
    site_id bigint not null,
    id bigint not null,
    hook_id bigint not null,
    received_at bigint not null,
    event text not null,
    outcome text not null,
    body_hash blob not null,
    primary key (site_id, id),
    foreign key (site_id, hook_id) references payment_hook (site_id, id)
);
create index payment_message_of_hook on payment_message (site_id, hook_id, id);

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

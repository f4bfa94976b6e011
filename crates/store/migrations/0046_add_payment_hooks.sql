alter table ledger_entry add column payment text;
create index ledger_entry_of_payment on ledger_entry (site_id, source, payment)
    where payment is not null;

create table payment_hook (
    site_id bigint not null,
    id bigint not null,
    campaign_id bigint not null,
    processor text not null,
    token_hash blob not null,
    token text not null,
    secret text,
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

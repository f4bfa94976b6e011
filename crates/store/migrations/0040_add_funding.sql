-- Counts the changes of what a site's readers are shown of its campaigns.
create table funding (
    site_id bigint primary key references site (id),
    version bigint not null
);

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
    starts_at bigint not null,
    ends_at bigint,
    created_at bigint not null,
    hidden_at bigint,
    primary key (site_id, id)
);

-- Only ever added to.
create table ledger_entry (
    site_id bigint not null,
    id bigint not null,
    campaign_id bigint not null,
    source text not null,
    kind text not null,
    external_id text not null,
    currency text not null,
    amount bigint not null,
    gifts bigint not null constraint ledger_entry_gifts check (gifts in (-1, 0, 1)),
    month bigint not null,
    occurred_at bigint not null,
    received_at bigint not null,
    note text not null,
    made_by bigint,
    primary key (site_id, id),
    constraint ledger_entry_once unique (site_id, source, kind, external_id),
    foreign key (site_id, campaign_id) references campaign (site_id, id)
);
create index ledger_entry_of_campaign on ledger_entry (site_id, campaign_id, id);

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

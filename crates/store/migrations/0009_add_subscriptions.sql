-- Who is told by mail of new comments on a page. A subscription counts once it is confirmed; until then
-- a mailbox has one on each page. branch_id is 0 where it is not about one branch.
create table subscription (
    site_id bigint not null,
    id bigint not null,
    page_id bigint not null,
    kind text not null constraint subscription_kind check (kind in ('page', 'replies', 'branch')),
    branch_id bigint not null default 0,
    author_id bigint not null,
    email text not null,
    mailbox text not null,
    pace text not null constraint subscription_pace check (pace in ('at_once', 'hourly', 'daily')),
    secret text not null,
    asked_at bigint not null,
    confirmed_at bigint,
    primary key (site_id, id),
    constraint subscription_secret unique (site_id, secret),
    constraint subscription_once unique (site_id, page_id, mailbox, kind, branch_id),
    foreign key (site_id, page_id) references page (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
);

create index subscription_of_author on subscription (site_id, author_id);
create index subscription_of_mailbox on subscription (site_id, mailbox);
create index subscription_asked on subscription (site_id, asked_at) where confirmed_at is null;

-- Of which comment a mailbox is told, by which subscription; once and never again.
create table notice (
    site_id bigint not null,
    mailbox text not null,
    comment_id bigint not null,
    subscription_id bigint not null,
    digest_at bigint,
    made_at bigint not null,
    mailed_at bigint,
    primary key (site_id, mailbox, comment_id),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

create index notice_of_subscription on notice (site_id, subscription_id, digest_at)
    where mailed_at is null;
create index notice_by_age on notice (site_id, mailbox, made_at);

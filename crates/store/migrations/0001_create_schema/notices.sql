-- Notices: who is told of what, by mail, in the page and by push.

-- Who is told by mail of new comments on a page. A subscription counts once it is confirmed; until then
-- a mailbox has one on each page. branch_id is 0 where it is not about one branch. contested_at is since
-- when two people wait for the same address to be confirmed: confirming it says of neither that it is theirs.
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
    contested_at bigint,
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
create index notice_of_comment on notice (site_id, comment_id);

-- What an account is told in the page: of one comment one thing, the newest.
create table bell (
    site_id bigint not null,
    author_id bigint not null,
    comment_id bigint not null,
    ring text not null constraint bell_ring
        check (ring in ('reply', 'comment', 'approved', 'rejected', 'featured')),
    is_challenge bigint,
    made_at bigint not null,
    read_at bigint,
    primary key (site_id, author_id, comment_id),
    foreign key (site_id, author_id) references author (site_id, id),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;
create index bell_newest on bell (site_id, author_id, made_at);
create index bell_unread on bell (site_id, author_id) where read_at is null;
create index bell_of_comment on bell (site_id, comment_id);

-- What push services know this installation by.
create table push_key (
    id bigint primary key constraint push_key_once check (id = 1),
    private_key blob not null,
    made_at bigint not null
);

-- Browsers in which an account is told what it is told by mail, too, as long as it is signed in there.
create table device (
    site_id bigint not null,
    id bigint not null,
    author_id bigint not null,
    family blob not null,
    endpoint text not null,
    p256dh blob not null,
    auth blob not null,
    label text,
    added_at bigint not null,
    primary key (site_id, id),
    constraint device_once unique (site_id, endpoint),
    foreign key (site_id, author_id) references author (site_id, id)
);
create index device_of_author on device (site_id, author_id);

-- Of which comment a device is told, by which subscription; once and never again.
create table push (
    site_id bigint not null,
    device_id bigint not null,
    comment_id bigint not null,
    subscription_id bigint not null,
    digest_at bigint,
    pushed_at bigint,
    primary key (site_id, device_id, comment_id),
    foreign key (site_id, device_id) references device (site_id, id),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;
create index push_of_subscription on push (site_id, device_id, subscription_id, digest_at)
    where pushed_at is null;
create index push_of_comment on push (site_id, comment_id);

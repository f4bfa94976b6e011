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

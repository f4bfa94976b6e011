-- Reactions of readers, each once; `key` is the publisher's word as it is stored.
create table reaction (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    key text not null,
    address_hash blob,
    made_at bigint not null,
    primary key (site_id, comment_id, author_id, key),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create index reaction_of_author on reaction (site_id, author_id, comment_id, key);
create index reaction_of_address on reaction (site_id, comment_id, address_hash, made_at);

-- How many there are of each; base is the part that is nobody's any more.
create table reaction_count (
    site_id bigint not null,
    comment_id bigint not null,
    key text not null,
    n bigint not null,
    base bigint not null,
    primary key (site_id, comment_id, key),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

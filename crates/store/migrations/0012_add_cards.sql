create table link_card (
    site_id bigint not null references site (id),
    url text not null,
    state text not null default 'waiting'
        constraint link_card_state check (state in ('waiting', 'good', 'bad')),
    title text not null default '',
    name text,
    description text,
    picture_id bigint,
    width bigint,
    height bigint,
    fetched_at bigint,
    primary key (site_id, url)
);

create index link_card_of_picture on link_card (site_id, picture_id) where picture_id is not null;

create table comment_link (
    site_id bigint not null,
    comment_id bigint not null,
    url text not null,
    place bigint not null,
    is_off bigint not null default 0,
    primary key (site_id, comment_id, url),
    foreign key (site_id, comment_id) references comment (site_id, id)
);

create index comment_link_of_url on comment_link (site_id, url, comment_id);

create table link_picture (
    site_id bigint not null references site (id),
    id bigint not null,
    bytes blob not null,
    primary key (site_id, id)
);

-- Whose comments a reader does not want to see.
create table mute (
    site_id bigint not null references site (id),
    author_id bigint not null,
    muted_id bigint not null,
    at bigint not null,
    primary key (site_id, author_id, muted_id)
);

create index mute_muted on mute (site_id, muted_id);

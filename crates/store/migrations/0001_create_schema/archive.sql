-- Archive: what came from other systems.

-- What an item of another system became here, so that importing it again adds nothing.
create table source (
    site_id bigint not null,
    format text not null,
    source_id text not null,
    target_id bigint not null,
    primary key (site_id, format, source_id)
) without rowid;

-- Archive: what came from other systems.

-- Imports that owners begin in their pages, with their files and reports in parts. What an import brought
-- is in source, with its id there. files has a line for each: its length and its name; they lie one behind
-- the other.
create table import (
    site_id bigint not null references site (id),
    id bigint not null,
    files text not null,
    n_bytes bigint not null,
    n_arrived bigint not null default 0,
    state text not null constraint import_state check (state in ('arriving', 'looking', 'looked',
        'refused', 'running', 'done', 'stopped', 'undoing', 'undone')),
    format text,
    mappings text not null default '',
    mentions bigint not null default 0,
    reviews bigint not null default 0,
    n_read bigint not null default 0,
    n_done bigint not null default 0,
    summary text,
    problem text,
    n_undone bigint not null default 0,
    n_kept bigint not null default 0,
    created_at bigint not null,
    changed_at bigint not null,
    primary key (site_id, id)
);

create table import_part (
    site_id bigint not null,
    import_id bigint not null,
    kind text not null constraint import_part_kind check (kind in ('file', 'text', 'json')),
    first_byte bigint not null,
    bytes blob not null,
    primary key (site_id, import_id, kind, first_byte),
    foreign key (site_id, import_id) references import (site_id, id)
);

-- What an item of another system became here, so that importing it again adds nothing.
create table source (
    site_id bigint not null,
    format text not null,
    source_id text not null,
    target_id bigint not null,
    import_id bigint,
    primary key (site_id, format, source_id)
) without rowid;

create index source_of_import on source (site_id, import_id, target_id) where import_id is not null;

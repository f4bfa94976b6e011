create table job (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null,
    dedup_key text not null,
    payload text not null,
    state text not null default 'ready' constraint job_state check (state in ('ready', 'done', 'parked')),
    attempts bigint not null default 0,
    run_at bigint not null,
    claimed_until bigint,
    last_error text,
    created_at bigint not null,
    finished_at bigint,
    primary key (site_id, id),
    constraint job_once unique (site_id, kind, dedup_key)
);

create index job_due on job (run_at) where state = 'ready';
create index job_finished on job (finished_at) where finished_at is not null;

-- What belongs to no area: background work, and the servers themselves.

-- claim_token grows with each claim: who held it before cannot end it. Of one lane, one job runs at a time.
-- trace_parent is the span that added it, where an operator wants traces.
create table job (
    site_id bigint not null references site (id),
    id bigint not null,
    kind text not null,
    dedup_key text not null,
    subject text,
    lane bigint,
    payload text not null,
    state text not null default 'ready' constraint job_state check (state in ('ready', 'done', 'parked')),
    attempts bigint not null default 0,
    run_at bigint not null,
    claimed_until bigint,
    claim_token bigint not null default 0,
    last_error text,
    created_at bigint not null,
    finished_at bigint,
    trace_parent text,
    primary key (site_id, id),
    constraint job_once unique (site_id, kind, dedup_key)
);
create index job_due on job (run_at) where state = 'ready';
create index job_finished on job (finished_at) where finished_at is not null;
create index job_parked on job (site_id, finished_at) where state = 'parked';
create index job_due_of_kind on job (kind, run_at) where state = 'ready';
create index job_claimed on job (claimed_until) where claimed_until is not null;
create index job_of_subject on job (site_id, kind, subject) where subject is not null;
create index job_lane on job (kind, site_id, lane, run_at) where state = 'ready' and lane is not null;
create index job_lane_claimed on job (site_id, kind, lane)
    where claimed_until is not null and lane is not null;

-- Servers that make ids: each holds a number that no other has, for as long as it says so.
create table node (
    number bigint not null primary key,
    holder blob not null,
    seen_at bigint not null
);

create index job_due_of_kind on job (kind, run_at) where state = 'ready';
create index job_claimed on job (claimed_until) where claimed_until is not null;

alter table job add column lane bigint;
create index job_lane on job (kind, site_id, lane, run_at) where state = 'ready' and lane is not null;
create index job_lane_claimed on job (site_id, kind, lane)
    where claimed_until is not null and lane is not null;
update job set lane = (
sqlite|    select d.webhook_id from delivery d where d.site_id = job.site_id and d.id = json_extract(payload, '$.delivery')
postgres|    select d.webhook_id from delivery d where d.site_id = job.site_id and d.id = (payload::json ->> 'delivery')::bigint
) where kind = 'webhook' and state = 'ready';

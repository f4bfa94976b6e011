create index job_parked on job (site_id, finished_at) where state = 'parked';

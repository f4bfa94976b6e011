create index event_by_time on event (site_id, at);

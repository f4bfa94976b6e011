alter table delivery add column recording_id bigint;

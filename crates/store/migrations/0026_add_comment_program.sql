-- The API token by which a program posted it.
alter table comment add column program_id bigint;

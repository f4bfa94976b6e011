alter table bell add column is_challenge bigint;

alter table recording add column progress bigint;

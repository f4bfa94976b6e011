alter table recording add column chapters text;

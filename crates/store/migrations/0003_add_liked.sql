-- How many readers gave a comment one of the reactions that its site counts for it.
alter table comment add column liked bigint not null default 0;

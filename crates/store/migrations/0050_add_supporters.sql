-- Whether an author shows that they gave, which follows from their gifts.
alter table author add column is_supporter bigint not null default 0;

-- Whether a campaign's page names those who gave and let everyone know it.
alter table campaign add column names_supporters bigint not null default 0;

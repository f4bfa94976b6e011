-- Servers that make ids: each holds a number that no other has, for as long as it says so.
create table node (
    number bigint not null primary key,
    holder blob not null,
    seen_at bigint not null
);

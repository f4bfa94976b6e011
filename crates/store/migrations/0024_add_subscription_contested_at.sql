-- Since when two people wait for the same address to be confirmed: confirming it says of neither that it
-- is theirs.
alter table subscription add column contested_at bigint;

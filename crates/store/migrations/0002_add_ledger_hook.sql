-- The account at a processor that told of an entry, so that those of two accounts are told apart.
alter table ledger_entry add column hook_id bigint;

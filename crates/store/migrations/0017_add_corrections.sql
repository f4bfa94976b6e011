-- When the program was told that moderators decided otherwise.
alter table late_verdict add column corrected_at bigint;

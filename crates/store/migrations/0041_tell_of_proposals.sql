-- Authors with an account are told what became of their corrections; of those before, they know.
alter table transcript_proposal add column read_at bigint;
update transcript_proposal set read_at = decided_at where decided_at is not null;
create index proposal_decided on transcript_proposal (site_id, author_id, decided_at)
    where decided_at is not null;

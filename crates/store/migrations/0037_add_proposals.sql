create table transcript_proposal (
    site_id bigint not null references site (id),
    id bigint not null,
    recording_id bigint not null,
    revision bigint not null,
    start_ms bigint not null,
    end_ms bigint,
    speaker_before text,
    text_before text,
    speaker text,
    text text not null,
    author_id bigint,
    address_hash blob,
    made_at bigint not null,
    state text not null
        constraint proposal_state
        check (state in ('held', 'open', 'accepted', 'declined', 'outdated')),
    decided_by bigint,
    decided_at bigint,
    reason text,
    primary key (site_id, id),
    foreign key (site_id, recording_id) references recording (site_id, id)
);
create index proposal_of_recording on transcript_proposal (site_id, recording_id, state, start_ms);
create index proposal_of_author on transcript_proposal (site_id, author_id, state);
create index proposal_by_decider on transcript_proposal (site_id, decided_by)
    where decided_by is not null;
create index proposal_by_age on transcript_proposal (site_id, decided_at)
    where state in ('declined', 'outdated');

create table transcript_confirmation (
    site_id bigint not null,
    proposal_id bigint not null,
    author_id bigint not null,
    weight bigint not null,
    address_hash blob,
    at bigint not null,
    primary key (site_id, proposal_id, author_id),
    foreign key (site_id, proposal_id) references transcript_proposal (site_id, id)
) without rowid;
create index confirmation_of_author on transcript_confirmation (site_id, author_id);

create table transcript_lock (
    site_id bigint not null,
    recording_id bigint not null,
    start_ms bigint not null,
    end_ms bigint,
    made_at bigint not null,
    primary key (site_id, recording_id, start_ms),
    foreign key (site_id, recording_id) references recording (site_id, id)
) without rowid;

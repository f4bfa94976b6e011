-- Recordings: audio and video with what is said in them, and the places that comments name.

-- cut_of is the whole recording that this is a shortened version of.
create table recording (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    cut_of bigint,
    title text not null,
    kind text constraint recording_kind check (kind in ('audio', 'video')),
    state text not null
        constraint recording_state check (state in ('arriving', 'waiting', 'ready', 'refused')),
    problem text,
    address text,
    media_type text,
    n_bytes bigint not null default 0,
    n_arrived bigint not null default 0,
    progress bigint,
    duration_ms bigint,
    chapters text,
    revision bigint not null default 1,
    wave_form blob,
    fingerprint blob,
    comparison text,
    created_by bigint,
    created_at bigint not null,
    primary key (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;
create index recording_of_page on recording (site_id, page_id, id);
create index recording_of_whole on recording (site_id, cut_of, id) where cut_of is not null;

-- Its file, in parts.
create table recording_part (
    site_id bigint not null,
    recording_id bigint not null,
    first_byte bigint not null,
    bytes blob not null,
    primary key (site_id, recording_id, first_byte),
    foreign key (site_id, recording_id) references recording (site_id, id)
);

-- What is said in each recording and what it is called, as it is looked for.
create table recording_words (
    site_id bigint not null,
    recording_id bigint not null,
    words text not null,
    primary key (site_id, recording_id),
    foreign key (site_id, recording_id) references recording (site_id, id)
) without rowid;

create table transcript (
    site_id bigint not null,
    recording_id bigint not null,
    revision bigint not null,
    status text not null
        constraint transcript_status check (status in ('draft', 'community', 'approved')),
    language text,
    webvtt text not null,
    author_id bigint,
    made_at bigint not null,
    primary key (site_id, recording_id, revision),
    foreign key (site_id, recording_id) references recording (site_id, id)
);

-- Corrections of a line. read_at is when an author with an account saw what became of it.
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
    read_at bigint,
    primary key (site_id, id),
    foreign key (site_id, recording_id) references recording (site_id, id)
);
create index proposal_of_recording on transcript_proposal (site_id, recording_id, state, start_ms);
create index proposal_of_author on transcript_proposal (site_id, author_id, state);
create index proposal_by_decider on transcript_proposal (site_id, decided_by)
    where decided_by is not null;
create index proposal_by_age on transcript_proposal (site_id, decided_at)
    where state in ('declined', 'outdated');
create index proposal_decided on transcript_proposal (site_id, author_id, decided_at)
    where decided_at is not null;

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

-- Parts of a transcript that take no proposals.
create table transcript_lock (
    site_id bigint not null,
    recording_id bigint not null,
    start_ms bigint not null,
    end_ms bigint,
    made_at bigint not null,
    primary key (site_id, recording_id, start_ms),
    foreign key (site_id, recording_id) references recording (site_id, id)
) without rowid;

-- Places in recordings that comments name, by where the text does.
create table time_reference (
    site_id bigint not null,
    comment_id bigint not null,
    place bigint not null,
    recording_id bigint not null,
    revision bigint not null,
    start_ms bigint not null,
    end_ms bigint,
    from_byte bigint not null,
    to_byte bigint not null,
    primary key (site_id, comment_id, place),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;
create index time_reference_of_recording on time_reference (site_id, recording_id, start_ms);

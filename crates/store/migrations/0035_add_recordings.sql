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
    duration_ms bigint,
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

create table recording_part (
    site_id bigint not null,
    recording_id bigint not null,
    first_byte bigint not null,
    bytes blob not null,
    primary key (site_id, recording_id, first_byte),
    foreign key (site_id, recording_id) references recording (site_id, id)
);

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

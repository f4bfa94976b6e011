-- What is said in each recording and what it is called, as it is looked for.
create table recording_words (
    site_id bigint not null,
    recording_id bigint not null,
    words text not null,
    primary key (site_id, recording_id),
    foreign key (site_id, recording_id) references recording (site_id, id)
) without rowid;

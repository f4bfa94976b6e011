-- What a site signs its challenges with, and the challenges that were solved and used, until they expire.
create table work_key (
    site_id bigint not null primary key references site (id),
    key blob not null
);

create table spent_work (
    site_id bigint not null references site (id),
    challenge text not null,
    expires_at bigint not null,
    primary key (site_id, challenge)
);

create index spent_work_expires on spent_work (site_id, expires_at);

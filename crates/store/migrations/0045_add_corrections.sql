alter table page add column passages text;

create table correction (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    annotation text,
    text text not null,
    proposed text,
    author_id bigint,
    thanks text,
    email text,
    address_hash blob,
    made_at bigint not null,
    state text not null
        constraint correction_state check (state in ('held', 'open', 'accepted', 'declined')),
    decided_by bigint,
    decided_at bigint,
    reason text,
    version bigint,
    awaits_version bigint not null default 0,
    seen_at bigint,
    primary key (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index correction_by_state on correction (site_id, state, id);
create index correction_of_page on correction (site_id, page_id, state, id);
create index correction_of_author on correction (site_id, author_id, state, decided_at);
create index correction_by_decider on correction (site_id, decided_by)
    where decided_by is not null;
create index correction_by_age on correction (site_id, decided_at)
    where state in ('accepted', 'declined');
create index correction_of_email on correction (site_id, email) where email is not null;

create table erratum (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    line text not null,
    thanks text,
    correction_id bigint,
    version bigint,
    made_by bigint,
    made_at bigint not null,
    published_at bigint,
    primary key (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index erratum_of_page on erratum (site_id, page_id, published_at);
create index erratum_by_age on erratum (site_id, published_at) where published_at is not null;
create index erratum_of_correction on erratum (site_id, correction_id)
    where correction_id is not null;
create index erratum_by_maker on erratum (site_id, made_by) where made_by is not null;

-- Passages: the texts of articles, and questions, corrections and sources about parts of them.

-- The texts that an article had. report says what became of the passages that are commented on.
create table article_version (
    site_id bigint not null,
    page_id bigint not null,
    number bigint not null,
    hash blob not null,
    text text not null,
    made_at bigint not null,
    report text,
    primary key (site_id, page_id, number),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index article_version_by_age on article_version (site_id, made_at, page_id);

-- When the text of an article was last fetched from its page, and what came of it.
create table article_fetch (
    site_id bigint not null references site (id),
    page_id bigint not null,
    asked_at bigint not null,
    ended_at bigint,
    outcome text,
    status bigint,
    version bigint,
    primary key (site_id, page_id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index article_fetch_by_age on article_fetch (site_id, asked_at, page_id);

-- What editors ask about a passage.
create table question (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    annotation text not null,
    text text not null,
    asked_by bigint,
    made_at bigint not null,
    edited_at bigint,
    closed_at bigint,
    primary key (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index question_of_page on question (site_id, page_id, id);
create index question_of_asker on question (site_id, asked_by) where asked_by is not null;

-- Comments that answer a question.
create table answer (
    site_id bigint not null,
    comment_id bigint not null,
    question_id bigint not null,
    primary key (site_id, comment_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, question_id) references question (site_id, id)
);
create index answer_of_question on answer (site_id, question_id, comment_id);

-- What readers say is wrong. awaits_version is 1 from being accepted until the article has a new version.
create table correction (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    annotation text,
    text text not null,
    proposed text,
    sources text,
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

-- What an article's list of corrections says. thanked_id is whom a line thanks by name; a correction is
-- forgotten before the line that follows from it.
create table erratum (
    site_id bigint not null references site (id),
    id bigint not null,
    page_id bigint not null,
    line text not null,
    thanks text,
    thanked_id bigint,
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
create index erratum_of_thanked on erratum (site_id, thanked_id) where thanked_id is not null;

-- What readers answer about the sources of a comment.
create table source_answer (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    says text constraint source_answer_says check (says in ('yes', 'partly', 'no')),
    relevant text constraint source_answer_relevant check (relevant in ('yes', 'partly', 'no')),
    address_hash blob,
    answered_at bigint not null,
    primary key (site_id, comment_id, author_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index source_answer_of_author on source_answer (site_id, author_id, comment_id);
create index source_answer_of_address
    on source_answer (site_id, comment_id, address_hash, answered_at);

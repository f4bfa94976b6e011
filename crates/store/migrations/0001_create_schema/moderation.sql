-- Moderation: what was decided and by whom, flags, standing, word lists, groups of pages, and the desk.

-- One row for each change of a comment's standing, under the version of the page that it made.
-- before and after are snapshots in JSON; after_state repeats the state for the checks.
create table decision (
    site_id bigint not null,
    page_id bigint not null,
    version bigint not null,
    comment_id bigint,
    revision bigint,
    actor text not null constraint decision_actor check (actor in ('moderator', 'author', 'rules')),
    moderator_id bigint,
    action text not null,
    before text,
    after text,
    after_state text,
    reason text,
    note text,
    findings text,
    at bigint not null,
    undoes bigint,
    undone_by bigint,
    primary key (site_id, page_id, version),
    foreign key (site_id, page_id) references page (site_id, id)
);
create index decision_of_comment on decision (site_id, comment_id, version);
create index decision_by_time on decision (site_id, at, page_id, version);
create index decision_of_moderator on decision (site_id, moderator_id, at, page_id, version)
    where moderator_id is not null;

-- What came late on each text, so that saying it again is saying it once. corrected_at is when the program
-- was told that moderators decided otherwise.
create table late_verdict (
    site_id bigint not null,
    comment_id bigint not null,
    revision bigint not null,
    phase text not null,
    finding text,
    changed bigint not null,
    at bigint not null,
    corrected_at bigint,
    primary key (site_id, comment_id, revision, phase),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

create table flag (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    revision bigint not null,
    reason text not null,
    note text,
    address_hash blob,
    at bigint not null,
    ended_at bigint,
    ended_by bigint,
    primary key (site_id, comment_id, author_id, revision),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index flag_of_author on flag (site_id, author_id, comment_id);

create table standing (
    site_id bigint not null,
    author_id bigint not null,
    trust text not null default 'plain'
        constraint standing_trust check (trust in ('plain', 'trusted', 'always_held')),
    suspended_until bigint,
    primary key (site_id, author_id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create table standing_change (
    site_id bigint not null,
    id bigint not null,
    author_id bigint not null,
    moderator_id bigint not null,
    action text not null,
    until bigint,
    reason text,
    at bigint not null,
    primary key (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
);
create index standing_change_of_author on standing_change (site_id, author_id, id);

-- An account, a browser's token or a hashed address that may not take part.
create table ban (
    site_id bigint not null,
    kind text not null constraint ban_kind check (kind in ('account', 'token', 'address')),
    value blob not null,
    author_id bigint not null,
    until bigint,
    reason text not null,
    at bigint not null,
    primary key (site_id, kind, value)
) without rowid;
create index ban_of_author on ban (site_id, author_id);

-- words_hash names the contents of the site's word lists; n_bad and n_good count what was taught.
create table site_moderation (
    site_id bigint not null primary key references site (id),
    words_hash blob,
    n_bad bigint not null default 0,
    n_good bigint not null default 0
);

-- An entry of a word list.
create table word (
    site_id bigint not null,
    list text not null constraint word_list check (list in ('banned', 'suspect')),
    word text not null,
    added_at bigint not null,
    primary key (site_id, list, word)
) without rowid;

-- What the site's filter has learned of each word.
create table word_count (
    site_id bigint not null,
    word text not null,
    bad bigint not null,
    good bigint not null,
    primary key (site_id, word)
) without rowid;

-- What the site's filter was taught by each comment.
create table lesson (
    site_id bigint not null,
    comment_id bigint not null,
    kind text not null constraint lesson_kind check (kind in ('bad', 'good')),
    words text not null,
    primary key (site_id, comment_id)
) without rowid;

create table page_group (
    site_id bigint not null references site (id),
    id bigint not null,
    name text not null,
    prefix text,
    mode text constraint page_group_mode check (mode in ('after', 'before')),
    primary key (site_id, id),
    constraint page_group_name unique (site_id, name)
);

create table group_page (
    site_id bigint not null,
    group_id bigint not null,
    page_id bigint not null,
    primary key (site_id, page_id, group_id),
    foreign key (site_id, group_id) references page_group (site_id, id),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;

-- group_id 0 is no group: a limit to nothing, which is left when the last group went.
create table moderator_group (
    site_id bigint not null,
    author_id bigint not null,
    group_id bigint not null,
    primary key (site_id, author_id, group_id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

create table saved_search (
    site_id bigint not null,
    id bigint not null,
    moderator_id bigint not null,
    name text not null,
    query text not null,
    created_at bigint not null,
    primary key (site_id, id),
    foreign key (site_id, moderator_id) references author (site_id, id)
);
create index saved_search_of_moderator on saved_search (site_id, moderator_id, id);

-- Who of the newsroom was told by mail that comments wait: secret stands in the link of these mails,
-- and ended_at says since when they want no more.
create table desk_reader (
    site_id bigint not null,
    author_id bigint not null,
    secret text not null,
    ended_at bigint,
    primary key (site_id, author_id),
    constraint desk_reader_secret unique (site_id, secret),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;

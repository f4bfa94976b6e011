-- Discussion: pages, comments with their texts, votes and reactions, and the cards of what they link to.

-- version counts the page's events. invitation is what it asks its readers while nobody has commented.
create table page (
    site_id bigint not null references site (id),
    id bigint not null,
    key text not null,
    url text,
    title text,
    version bigint not null default 0,
    n_comments bigint not null default 0,
    closed_at bigint,
    mode text constraint page_mode check (mode in ('after', 'before')),
    passages text,
    questions text,
    invitation text,
    created_at bigint not null,
    primary key (site_id, id),
    constraint page_key unique (site_id, key)
);

-- Other keys by which a page is found.
create table page_alias (
    site_id bigint not null,
    key text not null,
    page_id bigint not null,
    primary key (site_id, key),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;

create index page_alias_of_page on page_alias (site_id, page_id);

-- Who wrote the article of a page: accounts that the newsroom says so of.
create table page_author (
    site_id bigint not null,
    page_id bigint not null,
    author_id bigint not null,
    linked_at bigint not null,
    primary key (site_id, page_id, author_id),
    foreign key (site_id, page_id) references page (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index page_author_of_author on page_author (site_id, author_id);

-- What happened to a page, by the version that it made.
create table event (
    site_id bigint not null,
    page_id bigint not null,
    version bigint not null,
    kind text not null,
    comment_id bigint,
    at bigint not null,
    primary key (site_id, page_id, version),
    foreign key (site_id, page_id) references page (site_id, id)
) without rowid;

create index event_by_time on event (site_id, at);

-- What came from another system was HTML there (written_in), and its text is only what that says. html is
-- what the shown form says beyond the text, as discussion/stored.rs writes and reads it: null where it is
-- the words alone, and empty where nothing is shown.
-- program_id is the API token by which a program posted it. decided_revision is the newest revision when a
-- moderator's decision stands on it, and null else. base_up and base_down are the part of up and down that
-- came with an import and has no rows in vote. n_flags is how many readers have flags that no decision has
-- ended. liked is how many readers gave one of the reactions that the site counts for a comment.
create table comment (
    site_id bigint not null,
    id bigint not null,
    page_id bigint not null,
    parent_id bigint,
    root_id bigint not null,
    depth bigint not null,
    author_id bigint not null,
    program_id bigint,
    text text not null,
    written_in text not null default 'markdown'
        constraint comment_written_in check (written_in in ('markdown', 'html')),
    html text constraint comment_html check (html is not null or text <> ''),
    renderer bigint not null,
    annotation text,
    source_check text,
    images text,
    state text not null constraint comment_state
        check (state in ('published', 'held', 'rejected', 'spam', 'removed')),
    reason text,
    revision bigint not null default 1,
    decided_revision bigint,
    created_at bigint not null,
    edited_at bigint,
    closed_at bigint,
    pin bigint,
    featured_at bigint,
    up bigint not null default 0,
    down bigint not null default 0,
    base_up bigint not null default 0,
    base_down bigint not null default 0,
    best bigint not null default 0,
    liked bigint not null default 0,
    n_replies bigint not null default 0,
    n_descendants bigint not null default 0,
    n_flags bigint not null default 0,
    address_hash blob,
    score bigint generated always as (up - down) stored,
    shown bigint generated always as
        (case when state = 'published' or n_replies > 0 then 1 else 0 end) stored,
    primary key (site_id, id),
    constraint comment_counters check
        (up >= base_up and down >= base_down and base_up >= 0 and base_down >= 0
            and n_replies >= 0 and n_descendants >= 0),
    foreign key (site_id, page_id) references page (site_id, id),
    foreign key (site_id, parent_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
);
create index comment_with_images on comment (site_id, author_id) where images is not null;
create index comment_root_by_time on comment (site_id, page_id, id)
    where parent_id is null and shown = 1;
create index comment_root_by_score on comment (site_id, page_id, score, id)
    where parent_id is null and shown = 1;
create index comment_root_by_best on comment (site_id, page_id, best, id)
    where parent_id is null and shown = 1;
create index comment_root_by_replies on comment (site_id, page_id, n_descendants, id)
    where parent_id is null and shown = 1;
create index comment_pinned on comment (site_id, page_id, pin) where pin is not null;
create index comment_reply on comment (site_id, parent_id, shown, id) where parent_id is not null;
create index comment_of_author on comment (site_id, author_id, id);
create index comment_of_page on comment (site_id, page_id, author_id, id);
create index comment_withheld on comment (site_id, state, id) where state <> 'published';
create index comment_unreviewed on comment (site_id, id)
    where state = 'published' and decided_revision is null;
create index comment_approved on comment (site_id, id)
    where state = 'published' and decided_revision is not null;
create index comment_flagged on comment (site_id, id) where n_flags > 0;
create index comment_featured on comment (site_id, page_id, id) where featured_at is not null;
create index comment_published on comment (site_id, page_id, id) where state = 'published';
create index comment_annotated on comment (site_id, page_id, id) where annotation is not null;
create index comment_sourced on comment (site_id, page_id, id) where source_check is not null;

-- The texts that a comment had. The rendered form is kept of those that a moderator may bring back.
create table comment_version (
    site_id bigint not null,
    comment_id bigint not null,
    revision bigint not null,
    text text not null,
    html text,
    sources text,
    replaced_at bigint not null,
    primary key (site_id, comment_id, revision),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

-- Posts that were answered, so that saying them again gets the same answer.
create table idempotency (
    site_id bigint not null,
    key text not null,
    fingerprint blob not null,
    comment_id bigint not null,
    at bigint not null,
    primary key (site_id, key)
) without rowid;
create index idempotency_by_age on idempotency (site_id, at);
create index idempotency_of_comment on idempotency (site_id, comment_id);

-- How far the HTML of comments has been made anew: all of it by a version of the renderer, or up to a
-- comment by the next.
create table rendering (
    version bigint not null,
    site_id bigint not null,
    comment_id bigint not null
);
insert into rendering values (1, 0, 0);

-- Whom a comment mentions, and the comment of theirs to which that leads.
create table mention (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    target_id bigint not null,
    primary key (site_id, comment_id, target_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id),
    foreign key (site_id, target_id) references comment (site_id, id)
) without rowid;
create index mention_of_author on mention (site_id, author_id, comment_id);
create index mention_of_target on mention (site_id, target_id);

create table vote (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    value bigint not null constraint vote_value check (value in (-1, 1)),
    address_hash blob,
    cast_at bigint not null,
    primary key (site_id, comment_id, author_id),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index vote_of_author on vote (site_id, author_id, comment_id);
create index vote_of_address on vote (site_id, comment_id, address_hash, cast_at);

-- Reactions of readers, each once; key is the publisher's word as it is stored.
create table reaction (
    site_id bigint not null,
    comment_id bigint not null,
    author_id bigint not null,
    key text not null,
    address_hash blob,
    made_at bigint not null,
    primary key (site_id, comment_id, author_id, key),
    foreign key (site_id, comment_id) references comment (site_id, id),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index reaction_of_author on reaction (site_id, author_id, comment_id, key);
create index reaction_of_address on reaction (site_id, comment_id, address_hash, made_at);

-- How many there are of each; base is the part that is nobody's any more.
create table reaction_count (
    site_id bigint not null,
    comment_id bigint not null,
    key text not null,
    n bigint not null,
    base bigint not null,
    primary key (site_id, comment_id, key),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;

-- What the last fit of a site found: fit names the one in use, 0 none; why says why there are no sides.
-- A crowd is a page that brought too many of a night's votes.
create table agreement (
    site_id bigint not null primary key references site (id),
    fit bigint not null,
    fitted_at bigint not null,
    why text,
    crowd_page_id bigint,
    crowd_percent bigint,
    crowd_at bigint
);

-- Which side an account is on by a fit: kept until the next fit, shown to nobody, and left out of backups.
create table agreement_side (
    site_id bigint not null,
    author_id bigint not null,
    fit bigint not null,
    side bigint not null constraint agreement_side_side check (side in (0, 1)),
    primary key (site_id, author_id, fit),
    foreign key (site_id, author_id) references author (site_id, id)
) without rowid;
create index agreement_side_of_fit on agreement_side (site_id, fit, author_id);

-- The votes on a comment by the side of the voter, by the fit that the row names.
create table agreement_comment (
    site_id bigint not null,
    comment_id bigint not null,
    page_id bigint not null,
    fit bigint not null,
    up_a bigint not null,
    down_a bigint not null,
    up_b bigint not null,
    down_b bigint not null,
    rank bigint,
    has_badge bigint not null default 0,
    primary key (site_id, comment_id),
    foreign key (site_id, comment_id) references comment (site_id, id)
) without rowid;
create index agreement_comment_ranked on agreement_comment (site_id, page_id, rank, comment_id)
    where rank is not null;
create index agreement_comment_of_page on agreement_comment (site_id, page_id, comment_id);
create index agreement_comment_of_fit on agreement_comment (site_id, fit, comment_id);

create table link_card (
    site_id bigint not null references site (id),
    url text not null,
    state text not null default 'waiting'
        constraint link_card_state check (state in ('waiting', 'good', 'bad')),
    title text not null default '',
    name text,
    author text,
    description text,
    picture_id bigint,
    width bigint,
    height bigint,
    icon_id bigint,
    fetched_at bigint,
    primary key (site_id, url)
);
create index link_card_of_picture on link_card (site_id, picture_id) where picture_id is not null;
create index link_card_of_icon on link_card (site_id, icon_id) where icon_id is not null;

create table link_picture (
    site_id bigint not null references site (id),
    id bigint not null,
    bytes blob not null,
    primary key (site_id, id)
);

-- The pictures that comments carry, as they were made here; what each shows is said in comment.images. One that
-- no comment carries yet is known by its secret alone, and forgotten after a day.
create table comment_image (
    site_id bigint not null references site (id),
    id bigint not null,
    comment_id bigint,
    token_hash blob,
    bytes blob not null,
    width bigint not null,
    height bigint not null,
    made_at bigint not null,
    primary key (site_id, id),
    constraint comment_image_token unique (site_id, token_hash),
    foreign key (site_id, comment_id) references comment (site_id, id)
);
create index comment_image_of_comment on comment_image (site_id, comment_id) where comment_id is not null;
create index comment_image_loose on comment_image (site_id, made_at) where comment_id is null;

create table comment_link (
    site_id bigint not null,
    comment_id bigint not null,
    url text not null,
    place bigint not null,
    is_off bigint not null default 0,
    primary key (site_id, comment_id, url),
    foreign key (site_id, comment_id) references comment (site_id, id)
);
create index comment_link_of_url on comment_link (site_id, url, comment_id);

-- What the last fit of a site found: `fit` names the one in use, 0 none; `why` says why there are no sides.
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

-- Which side an account is on by a fit. It is kept until the next fit, shown to nobody, and left out of backups.
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

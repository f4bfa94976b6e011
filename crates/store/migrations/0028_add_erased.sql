-- What was erased, so that it is erased again from a backup that still holds it: ids and times, and
-- nothing of what was erased. `joined` is a guest who became the account into_id, and goes with it.
create table erased (
    site_id bigint not null references site (id),
    kind text not null constraint erased_kind
        check (kind in ('author', 'joined', 'comment', 'subscription')),
    id bigint not null,
    comments text constraint erased_comments check (comments in ('keep', 'remove')),
    into_id bigint,
    at bigint not null,
    primary key (site_id, kind, id)
);

create index erased_joined on erased (site_id, into_id) where into_id is not null;

insert into erased (site_id, kind, id, at)
    select c.site_id, 'comment', c.id, coalesce(max(d.at), c.created_at) from comment c
    left join decision d on d.site_id = c.site_id and d.comment_id = c.id and d.action = 'delete'
    where c.state = 'removed' and c.reason = 'author' group by c.site_id, c.id, c.created_at;

create index session_by_age on session (site_id, expires_at);

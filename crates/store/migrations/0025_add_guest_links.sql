-- Links by which guests see and take back what is kept of them: of one guest, whose browser asked, or of
-- a mailbox, to which the link was sent. Kept for an hour.
create table guest_link (
    site_id bigint not null references site (id),
    token_hash blob not null,
    author_id bigint,
    mailbox text,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (site_id, token_hash)
) without rowid;

create index guest_link_of_mailbox on guest_link (site_id, mailbox, created_at) where mailbox is not null;
create index guest_link_of_author on guest_link (site_id, author_id) where author_id is not null;
create index guest_link_by_age on guest_link (site_id, expires_at);
create index idempotency_of_comment on idempotency (site_id, comment_id);
create index author_by_guest_email on author (site_id, email) where kind = 'guest' and email is not null;

-- What authors had deleted until now left its texts to the moderators.
delete from comment_version where exists (
    select 1 from comment c where c.site_id = comment_version.site_id
      and c.id = comment_version.comment_id and c.state = 'removed' and c.reason = 'author');
delete from late_verdict where exists (
    select 1 from comment c where c.site_id = late_verdict.site_id
      and c.id = late_verdict.comment_id and c.state = 'removed' and c.reason = 'author');
delete from comment_link where exists (
    select 1 from comment c where c.site_id = comment_link.site_id
      and c.id = comment_link.comment_id and c.state = 'removed' and c.reason = 'author');
update decision set findings = null, note = null
    where (findings is not null or note is not null) and exists (
        select 1 from comment c where c.site_id = decision.site_id
          and c.id = decision.comment_id and c.state = 'removed' and c.reason = 'author');
update comment set address_hash = null where state = 'removed' and reason = 'author';

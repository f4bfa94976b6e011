-- What whoever uses a link may do from then on; null where it was made before this and changes nothing.
alter table sign_in add column role text;
create index sign_in_of_author on sign_in (site_id, author_id);

-- Whom a line thanks by name. A correction is forgotten before the line that follows from it.
alter table erratum add column thanked_id bigint;
update erratum set thanked_id = (
    select c.author_id from correction c where c.site_id = erratum.site_id and c.id = erratum.correction_id
) where thanks is not null;
create index erratum_of_thanked on erratum (site_id, thanked_id) where thanked_id is not null;

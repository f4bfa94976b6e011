alter table job add column subject text;
create index job_of_subject on job (site_id, kind, subject) where subject is not null;

alter table page add column questions text;

-- What a page asks its readers while nobody has commented.
alter table page add column invitation text;

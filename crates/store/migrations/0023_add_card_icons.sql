alter table link_card add column author text;
alter table link_card add column icon_id bigint;

create index link_card_of_icon on link_card (site_id, icon_id) where icon_id is not null;

alter table job add column claim_token bigint not null default 0;

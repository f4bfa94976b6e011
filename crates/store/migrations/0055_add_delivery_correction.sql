alter table delivery add column correction_id bigint;

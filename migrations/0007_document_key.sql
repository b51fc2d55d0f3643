-- 0007_document_key: in which bytes a report came, so that the same bytes are known again before they are unpacked.

alter table report add column document blob;
create index report_by_document on report (document) where document is not null;

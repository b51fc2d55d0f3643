-- Of domains that there are no more, or of other days and settings.
delete from glance where settings <> ?1;

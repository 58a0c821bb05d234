-- What proves a statement: from where it was said, and who wrote it down.
alter table consent
    add column ip          text,
    add column recorded_by uuid;

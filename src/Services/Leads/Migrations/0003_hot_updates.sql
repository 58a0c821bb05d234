-- Nobody looks leads up by their customer. Without the index, remembering the customer touches no index at all: a heap-only update, for which
-- pages keep room.
drop index lead_customer;
alter table lead set (fillfactor = 85);

-- Events may travel by a broker. Cursors, leases, parking and dead letters stay here; a broker's offsets become positions by adding a base, so that
-- positions go on counting when the transport changes, and one never means two events.
alter table head add column base bigint not null default 0;

-- The transport that the positions belong to. The epoch is part of the name of a broker's log: whoever comes back to a broker begins an empty one.
create table transport (
    id    int primary key default 1 check (id = 1),
    name  text not null,
    epoch int not null default 1
);
insert into transport (name) values ('postgres');

/**
 * The timeline: what happened with a client elsewhere. A row belongs to one record of one connection; `client_id` is
 * null while the record's customer is no client yet, and `customer_id` is the provider's id of that customer, by
 * which the row finds its client later. Amounts are larger than 32 bits hold.
 */
export const activities: readonly string[] = [
  `create table activities (
    id text primary key not null,
    org_id text not null,
    connection_id text not null,
    type text not null,
    external_id text not null,
    external_url text,
    client_id text,
    customer_id text,
    title text not null,
    description text,
    occurred_at text not null,
    duration_minutes integer,
    status text,
    amount_minor bigint,
    currency text,
    participants text not null,
    metadata text not null,
    state text not null,
    requested_at text not null,
    created_at text not null,
    updated_at text not null,
    unique (external_id, connection_id, type),
    foreign key (org_id, connection_id) references connections (org_id, id),
    foreign key (org_id, client_id) references clients (org_id, id),
    check ((amount_minor is null) = (currency is null))
  )`,
  "create index activities_client on activities (client_id, occurred_at, id)",
  "create index activities_org on activities (org_id, occurred_at, id)",
  "create index activities_customer on activities (customer_id, connection_id)",
  `create index activities_waiting on activities (connection_id, customer_id)
    where client_id is null and customer_id is not null`,
];

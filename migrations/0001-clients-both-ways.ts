/**
 * Organizations, connections and clients, and all that a two-way sync of clients keeps. The SQL is what SQLite and
 * Postgres have in common: instants are ISO 8601 text in UTC, JSON is text (the same bytes in both, and Postgres's
 * jsonb would refuse what a provider may well send, such as an escaped NUL). Foreign keys take the organization
 * along, so that no row of one can name a row of another. Indexes begin with the column that tells most rows apart:
 * what shares its beginning with every other row of a connection is no way to find one of them.
 */
export const clientsBothWays: readonly string[] = [
  `create table organizations (
    id text primary key not null,
    name text not null unique,
    created_at text not null
  )`,

  `create table connections (
    id text primary key not null,
    org_id text not null references organizations (id),
    name text not null,
    provider text not null,
    type text not null,
    connected_by text,
    account_id text,
    account_name text,
    scopes text not null,
    grant_expires_at text,
    status text not null,
    reason text,
    last_error text,
    last_complete_at text,
    created_at text not null,
    updated_at text not null,
    unique (org_id, name),
    unique (org_id, id)
  )`,

  `create table credentials (
    connection_id text primary key not null references connections (id),
    version integer not null,
    ciphertext text,
    previous text,
    updated_at text not null
  )`,

  `create table master_key (
    id integer primary key not null check (id = 1),
    fingerprint text not null,
    source text not null
  )`,

  `create table clients (
    id text primary key not null,
    org_id text not null references organizations (id),
    revision integer not null,
    email text,
    name text,
    phone text,
    company text,
    address_line1 text,
    address_line2 text,
    city text,
    state text,
    postal_code text,
    country text,
    notes text,
    tags text,
    custom text not null,
    active boolean not null,
    created_at text not null,
    updated_at text not null,
    removed_at text,
    field_times text not null,
    search text not null,
    unique (org_id, id)
  )`,
  `create unique index clients_email on clients (org_id, email)
    where removed_at is null and email is not null`,

  `create table identities (
    org_id text not null,
    kind text not null,
    value text not null,
    client_id text not null,
    primary key (value, kind, org_id),
    foreign key (org_id, client_id) references clients (org_id, id)
  )`,
  `create index identities_client on identities (client_id)`,

  `create table mappings (
    id text primary key not null,
    org_id text not null,
    connection_id text not null,
    collection text not null,
    client_id text not null,
    external_id text,
    external_type text,
    external_url text,
    state text not null,
    state_at text not null,
    remote_version text,
    base text,
    seen text,
    seen_fingerprint text,
    seen_requested_at text,
    last_synced_at text,
    last_direction text,
    missing_run text,
    flips text not null,
    revision integer not null,
    unique (external_id, connection_id, collection),
    unique (org_id, id),
    foreign key (org_id, connection_id) references connections (org_id, id),
    foreign key (org_id, client_id) references clients (org_id, id),
    check (external_id is not null or state in ('creating', 'cancelled'))
  )`,
  `create index mappings_client on mappings (client_id)`,
  `create index mappings_state on mappings (state, connection_id, collection, id)`,
  `create index mappings_missing on mappings (org_id, id) where state = 'missing'`,

  `create table cursors (
    connection_id text not null references connections (id),
    collection text not null,
    cursor text,
    cursor_at text,
    full_at text,
    listing text,
    last_complete_at text,
    settled_rules text,
    primary key (connection_id, collection)
  )`,

  `create table staged (
    id text primary key not null,
    connection_id text not null references connections (id),
    collection text not null,
    listing_id text not null,
    page integer not null,
    place integer not null,
    external_id text not null,
    state text not null,
    fingerprint text,
    observation text,
    bad text,
    done boolean not null,
    unique (external_id, connection_id, collection)
  )`,
  `create index staged_order on staged (connection_id, collection, done, page, place)`,

  `create table outbox (
    id text primary key not null,
    org_id text not null,
    connection_id text not null,
    collection text not null,
    client_id text not null,
    mapping_id text not null,
    action text not null,
    state text not null,
    attempts integer not null,
    next_attempt_at text not null,
    reason text,
    frozen text,
    cause text not null,
    created_at text not null,
    revision integer not null,
    unique (connection_id, collection, client_id),
    foreign key (org_id, connection_id) references connections (org_id, id),
    foreign key (org_id, client_id) references clients (org_id, id),
    foreign key (org_id, mapping_id) references mappings (org_id, id)
  )`,
  `create index outbox_client on outbox (client_id)`,
  `create index outbox_mapping on outbox (mapping_id)`,
  `create index outbox_state on outbox (connection_id, state, id)`,

  `create table parked (
    id text primary key not null,
    org_id text not null,
    connection_id text not null,
    collection text not null,
    external_id text not null,
    reason text not null,
    message text not null,
    fingerprint text not null,
    run_id text,
    parked_at text not null,
    unique (external_id, connection_id, collection),
    foreign key (org_id, connection_id) references connections (org_id, id)
  )`,
  `create index parked_org on parked (org_id, id)`,

  `create table conflicts (
    id text primary key not null,
    org_id text not null,
    connection_id text not null,
    mapping_id text not null,
    client_id text not null,
    field text not null,
    kind text not null,
    local_value text not null,
    remote_value text not null,
    base_value text not null,
    note text,
    opened_at text not null,
    updated_at text not null,
    unique (mapping_id, field),
    foreign key (org_id, connection_id) references connections (org_id, id),
    foreign key (org_id, client_id) references clients (org_id, id),
    foreign key (org_id, mapping_id) references mappings (org_id, id)
  )`,
  `create index conflicts_org on conflicts (org_id, id)`,
  `create index conflicts_client on conflicts (client_id)`,

  `create table runs (
    id text primary key not null,
    org_id text not null references organizations (id),
    started_at text not null,
    ended_at text,
    outcome text,
    connections text not null,
    unique (org_id, id)
  )`,

  `create table changes (
    id text primary key not null,
    org_id text not null references organizations (id),
    run_id text,
    changed_at text not null,
    side text not null,
    action text not null,
    collection text not null,
    client_id text,
    connection_id text,
    external_id text,
    field text,
    before_value text not null,
    after_value text not null,
    lost_value text not null,
    source text not null,
    rule text not null,
    foreign key (org_id, run_id) references runs (org_id, id),
    foreign key (org_id, client_id) references clients (org_id, id),
    foreign key (org_id, connection_id) references connections (org_id, id)
  )`,
  `create index changes_run on changes (org_id, run_id, id)`,
  `create index changes_client on changes (org_id, client_id, id)`,

  `create table leases (
    name text primary key not null,
    holder text,
    epoch integer not null,
    expires_at text not null
  )`,
];

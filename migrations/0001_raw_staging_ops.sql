-- Tables of raw, staging and ops. Text and jsonb are lz4: half the server time of pglz for 5 % more space.

create table raw.searches (
    source text not null,
    search text not null,
    definition jsonb not null,
    primary key (source, search)
);
comment on table raw.searches is 'Last definition of each search, so that raw can be read without the configuration. One row per source and search.';

create table raw.job_postings_raw (
    raw_id uuid primary key,
    source text not null,
    source_job_id text not null check (octet_length(source_job_id) between 1 and 200),
    search text not null,
    payload jsonb compression lz4 not null,
    payload_raw bytea compression lz4,
    payload_hash bytea not null check (octet_length(payload_hash) = 32),
    collected_at timestamptz not null,
    run_id uuid not null,
    unique (source, source_job_id, payload_hash)
);
comment on column raw.job_postings_raw.payload_raw is 'The received bytes, kept when jsonb had to change more than white space, key order and escapes.';

create table staging.posting_presence (
    source text not null,
    source_job_id text not null,
    search text not null,
    raw_id uuid not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    closed_at timestamptz,
    closed_reason text check (closed_reason in ('absent', 'expired')),
    primary key (source, source_job_id),
    check (first_seen_at <= last_seen_at),
    check ((closed_at is null) = (closed_reason is null))
);
comment on column staging.posting_presence.raw_id is 'The content last seen; a posting may return to an older content.';

create table staging.job_sightings (
    source text not null,
    source_job_id text not null,
    hash_key text not null check (length(hash_key) = 32),
    raw_id uuid not null,
    revision text not null,
    job_link text,
    apply_url text,
    requisition_id text,
    posted_at timestamptz,
    text_hash text,
    primary key (source, source_job_id)
);
create index job_sightings_hash_key on staging.job_sightings (hash_key);

create table staging.job_postings_stg (
    hash_key text primary key check (length(hash_key) = 32),
    content_hash text not null,
    source text not null,
    provider_job_id text not null,
    job_title text not null,
    company text not null,
    company_key text not null,
    company_size text,
    location text,
    place_city text,
    place_region text,
    place_country text,
    place_lat double precision,
    place_lon double precision,
    remote_type text not null check (remote_type in ('remote', 'hybrid', 'onsite', 'unknown')),
    contract_type text not null check (contract_type in ('full_time', 'part_time', 'contract', 'intern', 'temp', 'unknown')),
    seniority_raw text,
    salary_min numeric(14, 2),
    salary_max numeric(14, 2),
    salary_currency text check (salary_currency ~ '^[A-Z]{3}$'),
    salary_period text check (salary_period in ('hour', 'day', 'week', 'month', 'year')),
    salary_text text,
    description_text text compression lz4,
    description_html text compression lz4,
    skills_raw text[] not null,
    posted_at timestamptz,
    posted_precision text check (posted_precision in ('second', 'day')),
    expires_at timestamptz,
    apply_url text,
    job_link text,
    requisition_id text,
    flags text[] not null,
    check (salary_min <= salary_max)
);
create index job_postings_stg_company_key on staging.job_postings_stg (company_key);
comment on column staging.job_postings_stg.content_hash is 'md5 over the other columns: an equal row is not written again, and a changed one is enriched and ranked again.';
comment on column staging.job_postings_stg.flags is 'What was mended or dropped on the way, for example posted_in_future.';

create table staging.job_presence (
    hash_key text primary key,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    open_postings integer not null check (open_postings >= 0),
    closed_at timestamptz,
    check ((closed_at is null) = (open_postings > 0))
);

create table staging.companies (
    company_id text primary key,
    company_key text not null unique,
    display_name text not null,
    company_size text
);

create table staging.job_enrichments (
    hash_key text primary key,
    content_hash text not null,
    revision text not null,
    enrichment_hash text not null,
    job_title_std text,
    occupation_code text check (occupation_code ~ '^[0-9]{5}$'),
    seniority text check (seniority in ('intern', 'junior', 'mid', 'senior', 'lead', 'manager', 'director', 'executive')),
    skills text[] not null,
    location_std text,
    location_city text,
    location_region text,
    location_country text check (location_country ~ '^[A-Z]{2}$'),
    location_lat double precision,
    location_lon double precision,
    salary_min_norm numeric(14, 2),
    salary_max_norm numeric(14, 2),
    language text,
    provenance jsonb not null
);
comment on column staging.job_enrichments.content_hash is 'content_hash of the job this was made from.';
comment on column staging.job_enrichments.enrichment_hash is 'md5 over the columns below it.';
comment on column staging.job_enrichments.salary_min_norm is 'CAD per year.';
comment on column staging.job_enrichments.provenance is 'Per column group: {"origin": text, "confidence": 0..1}.';

create table staging.job_rankings (
    profile text not null,
    hash_key text not null,
    input_hash text not null,
    revision text not null,
    rank_score numeric(5, 2) not null check (rank_score between 0 and 100),
    rank_explain jsonb compression lz4 not null,
    primary key (profile, hash_key)
);
create index job_rankings_by_score on staging.job_rankings (profile, rank_score desc, hash_key);
comment on column staging.job_rankings.input_hash is 'md5 of the content_hash, the enrichment_hash and the company size it was made from.';

-- Ledgers.

create table ops.pipeline (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null
);
insert into ops.pipeline (epoch) values (0);
comment on table ops.pipeline is 'The fence: a run takes the next epoch, and every write transaction checks that it still holds it. One row.';

create table ops.runs (
    run_id uuid primary key,
    epoch bigint not null unique,
    logical_date date not null,
    as_of timestamptz not null,
    status text not null check (status in ('running', 'ok', 'partial', 'failed', 'interrupted', 'abandoned')),
    failed_stage text,
    error text,
    started_at timestamptz not null,
    finished_at timestamptz,
    rows_written bigint not null default 0,
    code_version text not null,
    host text not null,
    pid integer not null,
    arguments text not null
);
create index runs_logical_date on ops.runs (logical_date desc, started_at desc);

create table ops.run_stages (
    run_id uuid not null references ops.runs,
    stage text not null,
    source text not null default '',
    status text not null check (status in ('ok', 'partial', 'failed', 'skipped', 'interrupted')),
    in_count bigint not null,
    out_count bigint not null,
    duplicate_count bigint not null,
    rejected_count bigint not null,
    rows_written bigint not null,
    duration_ms bigint not null,
    error text,
    primary key (run_id, stage, source),
    constraint conservation check (in_count = out_count + duplicate_count + rejected_count)
);

create table ops.rejects (
    reject_id bigint generated always as identity primary key,
    stage text not null,
    source text not null,
    search text not null,
    source_job_id text,
    place text not null,
    revision text not null,
    content_hash bytea not null,
    code text not null,
    detail text not null,
    content bytea compression lz4,
    run_id uuid not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    tries integer not null default 1,
    unique (stage, source, content_hash, code, revision)
);
comment on column ops.rejects.place is 'Where it stood: the page and the ordinal, for example page 2, record 17.';
comment on column ops.rejects.content is 'The rejected bytes, at most 1 MiB of them; null when raw holds them.';

create table ops.source_health (
    run_id uuid not null references ops.runs,
    source text not null,
    status text not null check (status in ('ok', 'partial', 'failed', 'skipped')),
    searches integer not null,
    searches_failed integer not null,
    requests integer not null,
    pages integer not null,
    bytes bigint not null,
    records bigint not null,
    fill_rates jsonb not null,
    error text,
    primary key (run_id, source)
);
comment on column ops.source_health.fill_rates is 'Per field of a posting, the share of records 0..1 that filled it.';

create table ops.quota (
    source text not null,
    month date not null check (extract(day from month) = 1),
    used integer not null check (used >= 0),
    primary key (source, month)
);

create table ops.outbox (
    message_id uuid primary key,
    endpoint text not null,
    run_id uuid not null references ops.runs,
    logical_date date not null,
    status text not null,
    body text not null,
    created_at timestamptz not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    claim_token uuid,
    lease_until timestamptz,
    sent_at timestamptz,
    disabled_at timestamptz,
    maybe_sent boolean not null default false,
    last_error text
);
comment on column ops.outbox.endpoint is 'Name of the endpoint; its address is a secret and stays in the environment.';

create table ops.publications (
    logical_date date not null,
    path text not null,
    content_hash text not null,
    sha256 text not null,
    rows bigint not null,
    bytes bigint not null,
    run_id uuid not null,
    published_at timestamptz not null,
    primary key (logical_date, path)
);

create table ops.config_versions (
    kind text not null,
    hash text not null,
    content text not null,
    first_used_at timestamptz not null,
    primary key (kind, hash)
);
comment on table ops.config_versions is 'Every configuration a run used, and the model files the views were made from (kind views).';

-- Duplicates: what is kept of a job for comparison, which jobs are one opening and why, and what a reader keeps apart.

create table staging.job_blocks (
    company_key text not null,
    parts smallint not null check (parts >= 1),
    part smallint not null check (part >= 0),
    input_hash text not null,
    revision text not null,
    primary key (company_key, parts, part),
    check (part < parts)
);
comment on table staging.job_blocks is 'Jobs that are signed together, since what all postings of an employer share says nothing about any of them: a company, or a share of a very large one. One row per block.';
comment on column staging.job_blocks.input_hash is 'md5 over everything that is read of its jobs; another one re-enters the whole block.';

create table staging.job_signatures (
    hash_key text primary key check (length(hash_key) = 32),
    signature bytea not null
);
comment on column staging.job_signatures.signature is 'What is compared of the job; holds no text of it.';

create table staging.job_clusters (
    hash_key text primary key check (length(hash_key) = 32),
    cluster_id text not null check (length(cluster_id) = 32),
    is_canonical boolean not null,
    is_repost boolean not null,
    is_republished boolean not null,
    cluster_size integer not null check (cluster_size >= 1),
    why text check (why in ('same_link', 'same_requisition', 'same_posting', 'edited_repost', 'agency_copy')),
    similarity real check (similarity between 0 and 1),
    check ((why is null) = (cluster_size = 1)),
    check ((why is null) = (similarity is null))
);
create index job_clusters_cluster_id on staging.job_clusters (cluster_id);
comment on table staging.job_clusters is 'Jobs that are one opening. Takes nothing from a job: without its row it stands alone again. One row per job.';
comment on column staging.job_clusters.cluster_id is 'The smallest hash_key of the cluster.';
comment on column staging.job_clusters.is_repost is 'Whether another member had advertised the opening before.';
comment on column staging.job_clusters.is_republished is 'Whether its text carries the mark of a republisher, such as #J-18808-Ljbffr.';
comment on column staging.job_clusters.why is 'The strongest link that ties it to the cluster; null alone.';

create table staging.job_links (
    left_hash_key text not null,
    right_hash_key text not null,
    why text not null check (why in ('same_link', 'same_requisition', 'same_posting', 'edited_repost', 'agency_copy')),
    verdict text not null check (verdict in ('merged', 'retained')),
    similarity real not null check (similarity between 0 and 1),
    title_similarity real not null check (title_similarity between 0 and 1),
    text_similarity real check (text_similarity between 0 and 1),
    primary key (left_hash_key, right_hash_key),
    check (left_hash_key < right_hash_key)
);
create index job_links_right_hash_key on staging.job_links (right_hash_key);
comment on table staging.job_links is 'Pairs of jobs that were compared: one opening (merged), or near and yet two (retained). One row per pair.';
comment on column staging.job_links.text_similarity is 'Of the texts without what all postings of the employer share; null where one has no text of its own.';

create table staging.job_clustering (
    only_row boolean primary key default true check (only_row),
    input_hash text not null,
    revision text not null
);
comment on table staging.job_clustering is 'What the clusters and links were made from: the blocks and the pairs kept apart. One row.';

create table staging.cluster_reposts (
    cluster_id text primary key,
    reposts integer not null check (reposts >= 1)
);
comment on table staging.cluster_reposts is 'How often an opening was advertised again. One row per cluster that was.';

create table app.kept_apart (
    left_hash_key text not null check (length(left_hash_key) = 32),
    right_hash_key text not null check (length(right_hash_key) = 32),
    noted_at timestamptz not null,
    note text,
    primary key (left_hash_key, right_hash_key),
    check (left_hash_key < right_hash_key)
);
comment on table app.kept_apart is 'Pairs of jobs that a reader called different; no run touches it. One row per pair.';

-- Runs of an orchestrator: one invocation per stage, sources extracted side by side, and the configuration each used.

alter table ops.runs add column parent_run_id text check (octet_length(parent_run_id) between 1 and 300);
alter table ops.runs add column lane text not null default '';
alter table ops.runs add column config_version text;
alter table ops.runs add column is_backfill boolean not null default false;
alter table ops.runs drop constraint runs_epoch_key;
alter table ops.runs add constraint runs_lane_epoch_key unique (lane, epoch);
create index runs_parent_run_id on ops.runs (parent_run_id) where parent_run_id is not null;
comment on column ops.runs.parent_run_id is 'Run of the orchestrator that this invocation is one task of; null for a whole `job-etl run`.';
comment on column ops.runs.lane is 'The source whose extract this was alone; empty for a run that excludes all others.';
comment on column ops.runs.is_backfill is 'Whether it filled in a past day, for which less is asked than for the present one.';
comment on column ops.runs.config_version is 'Which files of ops.config_sets it ranked and enriched by.';

alter table ops.run_stages add column ranked_jobs bigint check (ranked_jobs >= 0);
alter table ops.run_stages add column matched_jobs bigint check (matched_jobs between 0 and ranked_jobs);
comment on column ops.run_stages.ranked_jobs is 'Of stage rank: jobs scored for profile default, while out_count counts the scores of every profile.';
comment on column ops.run_stages.matched_jobs is 'Of them, jobs that nothing hides from its lists.';

create table ops.lanes (
    lane text primary key,
    epoch bigint not null
);
create sequence ops.lane_epochs;
comment on table ops.lanes is 'The fence of each source that is extracted alone, beside the one of ops.pipeline. One row per source.';

-- A missed deadline is told although no run is to blame.
alter table ops.outbox alter column run_id drop not null;

alter table ops.config_versions alter column content set compression lz4;

create table ops.config_sets (
    version text not null,
    kind text not null,
    hash text not null,
    primary key (version, kind),
    foreign key (kind, hash) references ops.config_versions
);
comment on table ops.config_sets is 'Which ranking and taxonomy files a version of the configuration is made of. One row per version and file.';

create table ops.config_activations (
    activation_id bigint generated always as identity primary key,
    version text,
    activated_at timestamptz not null
);
comment on column ops.config_activations.version is 'The version that runs use from then on; null: the files of the configuration folder.';

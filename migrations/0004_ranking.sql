-- What hides a job from the lists of a profile, and the reader's own block and boost lists.

alter table staging.job_rankings
    add column hidden_by text[] not null default '{}';
-- Lists say how many jobs are hidden, and must not read every explanation to count them.
create index job_rankings_hidden on staging.job_rankings (profile, hash_key) where hidden_by <> '{}';
comment on column staging.job_rankings.hidden_by is 'Every rule of the profile that hides the job, such as filters.countries or block.company: Acme.';

create table app.ranking_marks (
    profile text not null,
    kind text not null check (kind in ('block', 'boost')),
    subject text not null check (subject in ('company', 'title', 'keyword', 'skill')),
    value text not null check (length(value) between 1 and 200),
    points numeric(5, 2) check (points between -20 and 20 and points <> 0),
    noted_at timestamptz not null,
    primary key (profile, kind, subject, value),
    check ((kind = 'boost') = (points is not null))
);
comment on table app.ranking_marks is 'What a reader blocked or boosted by hand; no run writes here. One row per profile, kind, subject and value.';
comment on column app.ranking_marks.profile is 'Name of a profile, or * for all of them.';

-- What enrichment finds beyond the first columns: occupations in two classifications, years asked for, where each skill
-- stands, every place, who may work remotely from where, and pay as it was read.

alter table staging.job_enrichments
    drop constraint job_enrichments_seniority_check;
-- Rows of an earlier revision are made again by the next run; until then they say nothing about the level.
update staging.job_enrichments set seniority = 'intermediate' where seniority = 'mid';
alter table staging.job_enrichments
    add constraint job_enrichments_seniority_check check (seniority in
        ('intern', 'junior', 'intermediate', 'senior', 'lead', 'manager', 'director', 'executive')),
    add column teer smallint generated always as (substr(occupation_code, 2, 1)::smallint) stored,
    add column esco_code text,
    add column years_asked smallint check (years_asked between 0 and 60),
    add column skill_mentions jsonb compression lz4 not null default '[]',
    add column places jsonb compression lz4 not null default '[]',
    add column remote_type text not null default 'unknown'
        check (remote_type in ('remote', 'hybrid', 'onsite', 'unknown')),
    add column remote_countries text[] not null default '{}',
    add column salary_min numeric(14, 2),
    add column salary_max numeric(14, 2),
    add column salary_currency text check (salary_currency ~ '^[A-Z]{3}$'),
    add column salary_period text check (salary_period in ('hour', 'day', 'week', 'month', 'year'));
comment on column staging.job_enrichments.teer is 'Training, education, experience and responsibilities category of the NOC 2021: the second digit of the code.';
comment on column staging.job_enrichments.esco_code is 'Code of the ESCO occupation, for example 2511.3.';
comment on column staging.job_enrichments.years_asked is 'Fewest years of experience that the posting asks for.';
comment on column staging.job_enrichments.skill_mentions is 'List of {skill, where: title, text or tag, start, end: bytes, section}.';
comment on column staging.job_enrichments.places is 'List of {city, region, country, lat, lon}, the first one being that of the location_ columns.';
comment on column staging.job_enrichments.remote_type is 'From the flags, the title, the place and the text.';
comment on column staging.job_enrichments.remote_countries is 'ISO 3166-1 alpha-2 codes of the countries a remote job is open to; empty when not stated.';
comment on column staging.job_enrichments.salary_min is 'Pay as read, in salary_currency per salary_period: the fields of the source, else its words.';

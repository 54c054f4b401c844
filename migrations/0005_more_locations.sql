-- A job may have several places: a board lists offices beside the one that it displays.
alter table staging.job_postings_stg add column more_locations text[] not null default '{}';
comment on column staging.job_postings_stg.more_locations is 'Further places as displayed, beside location.';
comment on column staging.job_enrichments.places is 'List of {city, region, country, lat, lon}: that of the location_ columns first, if there is one, then every other that the source lists or its text names. A country alone has no coordinates.';
comment on column staging.job_enrichments.remote_countries is 'ISO 3166-1 alpha-2 codes of the countries a remote job is open to, sorted; {*} for all; empty when not stated.';

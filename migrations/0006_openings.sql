-- Two openings of one company, headline and place are two jobs where their texts differ.

alter table staging.job_sightings add column shared_key text check (length(shared_key) = 32);
update staging.job_sightings set shared_key = hash_key;
alter table staging.job_sightings alter column shared_key set not null;
create index job_sightings_shared_key on staging.job_sightings (shared_key);
comment on column staging.job_sightings.shared_key is 'md5 of company, title and location: the hash_key of the opening that was seen first, and what its further openings are told apart under.';

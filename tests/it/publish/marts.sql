-- Stand-ins for the published marts, with the columns that dbt promises, and values that have broken exports before.

create schema marts;

create table marts.fact_jobs (
    job_id text, hash_key text, source text, provider_job_id text, job_title text, job_title_std text,
    company text, company_id text, company_size text,
    location text, location_std text, location_city text, location_region text, location_country text,
    location_lat double precision, location_lon double precision,
    remote_type text, contract_type text, seniority text, occupation_code text, language text,
    salary_min numeric(14, 2), salary_max numeric(14, 2), salary_currency text, salary_period text,
    salary_min_norm numeric(14, 2), salary_max_norm numeric(14, 2), salary_currency_norm text,
    skills text[], skills_raw text[], description_text text, description_html text,
    posted_at timestamptz, posted_precision text, expires_at timestamptz,
    apply_url text, job_link text, requisition_id text, openings int, open_postings int,
    first_seen_at timestamptz, last_seen_at timestamptz, closed_at timestamptz, is_open boolean,
    rank_score numeric(5, 2), rank_explain jsonb, ingested_at timestamptz,
    esco_code text, teer int, years_asked int, places jsonb, remote_countries text[], salary_origin text,
    hidden_by text[], cluster_id text, is_canonical boolean, cluster_size int, cluster_why text, reposts int,
    is_listed boolean
);

create table marts.dim_companies (
    company_id text, company_key text, display_name text, company_size text,
    jobs int, open_jobs int, first_seen_at timestamptz, last_seen_at timestamptz
);

-- Every column null but the key, then every column filled.
insert into marts.fact_jobs (job_id, hash_key) values ('nothing', 'nothing');
insert into marts.fact_jobs values (
    'everything', 'everything', 'greenhouse', '4012345678901234567890', 'Sr. Widget Engineer', 'Widget Engineer',
    'Acme "Rockets", Inc.', 'acme', '51-200',
    'Toronto, ON, Canada', 'Toronto, Ontario, CA', 'Toronto', 'ON', 'CA', 43.6532, -79.3832,
    'hybrid', 'full_time', 'senior', '21232', 'en',
    -0.05, 999999999999.99, 'CAD', 'year', 0.01, 123456.70, 'CAD',
    array['rust', null, 'C++', 'a; b'], array[]::text[], E'First line\nsecond "line"\r\n\tthird', '<p>never published</p>',
    '2026-03-08 06:59:59.123456+00', 'second', '9999-12-31 23:59:59.999999+00',
    'https://jobs.example/apply?a=1&b=2', 'https://jobs.example/1', 'R-1', 2147483647, 0,
    '0001-01-01 00:00:00+00', '1969-12-31 23:59:59.999999+00', 'infinity', true,
    100.00, '{"title": {"points": 25.00, "evidence": "\"quoted\", – ünïcode 🚀"}}', '2026-11-01 05:30:00-04',
    '2512.4', 1, 5, '[{"city": "Toronto", "country": "CA"}]', array['CA', 'US'], 'stated', array['block.company: A; B'],
    'everything', true, 3, 'same_link', 2147483647, false
);

-- Texts that a spreadsheet would run, or that a careless writer breaks.
insert into marts.fact_jobs (job_id, hash_key, job_title, company, description_text, rank_score, is_open)
select 'nasty-' || ordinal, 'nasty-' || ordinal, value, value, value, ordinal, ordinal % 2 = 0
from unnest(array[
    '=HYPERLINK("http://x.example","click")', '+1', '-1+1', '@sum(1)', E'\t=1', E'\r=1', E'\n=1', ' =1', E'\u00a0=1',
    E'\ufeff=1', '', ' ', '"', '""', ',', E'\n', E'\r\n', 'a,b', E'a\nb', 'NULL', '\N', '\.', '''=1', '0012', '1e5',
    '日本語の求人', '👩‍👩‍👧‍👦 family', E'e\u0301', E'\u202eright to left', '<script>alert(1)</script>', repeat('long text ', 200000)
]) with ordinality as texts (value, ordinal);

insert into marts.fact_jobs (
    job_id, hash_key, source, job_title, company_id, location_lat, salary_min, salary_min_norm, skills, posted_at, openings,
    is_open, rank_score, rank_explain, first_seen_at
)
select
    md5(n::text), md5(n::text), 'lever', 'Job ' || n, 'company-' || n % 7, n / 7.0, n * 1.37, case when n % 3 = 0 then n * 100.01 end,
    case when n % 5 > 0 then array['skill ' || n, 'sql'] end, timestamptz '2026-01-01+00' + n * interval '1 hour 1 microsecond', n,
    case when n % 4 > 0 then n % 2 = 0 end, case when n % 9 > 0 then n % 101 end, jsonb_build_object('n', n), '2026-11-22 11:00:00+00'
from generate_series(1, 500) as n;

insert into marts.dim_companies values
    ('acme', 'acme rockets', 'Acme "Rockets", Inc.', '51-200', 1, 1, '2026-11-01 00:00:00+00', '2026-11-22 00:00:00+00'),
    ('empty', '', '', null, 0, 0, null, null);
insert into marts.dim_companies
select 'company-' || n, 'company ' || n, 'Company ' || n, null, n, 0, '2026-11-01 00:00:00+00', null from generate_series(0, 6) as n;

-- Run once by the container of docker-compose.yml, after bootstrap_db.sql: the role job-etl logs in as, with the
-- password of the secret. It is no superuser; it owns and writes through the group roles it is granted.
-- The superuser keeps no password, so it can only log in on the socket inside the container.
\getenv password POSTGRES_PASSWORD
create role job_etl login password :'password';
grant job_etl_owner, job_etl_writer, job_etl_marts, job_etl_quality to job_etl;
alter role postgres password null;

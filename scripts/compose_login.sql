-- Run once by the container of docker-compose.yml, after bootstrap_db.sql: the roles that programs log in as, with the
-- passwords of the secrets, and the database of Airflow. None is a superuser; job_etl owns and writes through the group
-- roles it is granted, airflow owns its own database and sees no other.
-- The superuser keeps no password, so it can only log in on the socket inside the container.
\getenv password POSTGRES_PASSWORD
create role job_etl login password :'password';
grant job_etl_owner, job_etl_writer, job_etl_marts, job_etl_quality to job_etl;

\getenv password AIRFLOW_DATABASE_PASSWORD
create role airflow login password :'password';
create database airflow owner airflow;
revoke all on database airflow, job_etl from public;
grant connect on database job_etl to job_etl, job_etl_app;

alter role postgres password null;

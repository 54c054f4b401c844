-- Schemas and roles: the one place that makes them. Plain SQL, so that psql, a container's init folder and job-etl itself
-- can all run it; running it again changes nothing. Run it in the job-etl database as a role that may create roles.
--
-- Group roles own and write; a person or service logs in as a role of their own and is granted one of them.
--   job_etl_owner   owns raw, staging, ops, app and migrates them
--   job_etl_writer  writes rows of raw, staging, ops; never alters a table
--   job_etl_marts   owns the views of intermediate and marts; reads staging and ops
--   job_etl_reader  reads marts, for BI tools
--   job_etl_app     writes rows of app, the reader's own marks; no run takes it
--   job_etl_quality reads everything but app, for the gate of folder quality; writes nothing

do $$
declare
    name text;
begin
    foreach name in array array[
        'job_etl_owner', 'job_etl_writer', 'job_etl_marts', 'job_etl_reader', 'job_etl_app', 'job_etl_quality'
    ] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then
                null; -- another database of this server is being bootstrapped at the same moment
            end;
        end if;
        if not pg_has_role(current_user, name, 'usage') then
            execute format('grant %I to current_user', name);
        end if;
    end loop;
end
$$;

revoke all on schema public from public;

create schema if not exists raw authorization job_etl_owner;
create schema if not exists staging authorization job_etl_owner;
create schema if not exists ops authorization job_etl_owner;
create schema if not exists app authorization job_etl_owner;
create schema if not exists intermediate authorization job_etl_marts;
create schema if not exists marts authorization job_etl_marts;

grant usage on schema raw, staging, ops to job_etl_writer;
grant usage on schema marts, app to job_etl_writer;
grant usage on schema staging, ops, app to job_etl_marts;
grant usage on schema marts to job_etl_reader;
grant usage on schema app, marts to job_etl_app;
grant usage on schema raw, staging, ops, marts to job_etl_quality;

do $$
begin
    execute format('grant create, connect, temporary on database %I to job_etl_owner', current_database());
    execute format('grant connect, temporary on database %I to job_etl_writer', current_database());
    execute format('grant create, connect, temporary on database %I to job_etl_marts', current_database());
    execute format('grant connect on database %I to job_etl_reader, job_etl_quality', current_database());
end
$$;

alter default privileges for role job_etl_owner in schema raw, staging, ops
    grant select, insert, update, delete on tables to job_etl_writer;
alter default privileges for role job_etl_owner in schema raw, staging, ops
    grant usage, select on sequences to job_etl_writer;
alter default privileges for role job_etl_owner in schema staging, ops, app
    grant select on tables to job_etl_marts;
alter default privileges for role job_etl_owner in schema app
    grant select on tables to job_etl_writer;
alter default privileges for role job_etl_owner in schema app
    grant select, insert, update, delete on tables to job_etl_app;
alter default privileges for role job_etl_marts in schema marts
    grant select on tables to job_etl_reader, job_etl_writer, job_etl_app, job_etl_quality;
alter default privileges for role job_etl_owner in schema raw, staging, ops
    grant select on tables to job_etl_quality;

-- A database older than this role has its tables already. Views of marts are made anew with every change, and granted then.
grant select on all tables in schema raw, staging, ops to job_etl_quality;

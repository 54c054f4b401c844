{#
    Replaces a view in place. dbt's own way renames the old view and drops it with cascade, which for some seconds takes
    away every view above it, and for good every view of somebody else's that reads it, and every grant made by hand.
    Columns that were renamed, moved or removed cannot be replaced in place: `job-etl migrate` does that in one
    transaction, or `dbt run --full-refresh`.
#}
{% materialization view, adapter='postgres' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% if existing_relation is not none and (should_full_refresh() or not existing_relation.is_view) %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% call statement('main') -%}
        create or replace view {{ target_relation }} as (
            {{ sql }}
        )
    {%- endcall %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

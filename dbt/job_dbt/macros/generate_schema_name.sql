{# The schema a model names is the schema it gets: no prefix with the schema of the profile. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

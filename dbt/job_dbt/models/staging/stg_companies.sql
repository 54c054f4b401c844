select
    company_id,
    company_key,
    display_name,
    company_size
from {{ source('staging', 'companies') }}

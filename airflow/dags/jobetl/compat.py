"""Names that moved between Airflow 3.0, which Amazon's managed service runs, and the newest."""

try:
    from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException
    from airflow.sdk.log import mask_secret
except ImportError:
    from airflow.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException
    from airflow.sdk.execution_time.secrets_masker import mask_secret

__all__ = ["AirflowException", "AirflowFailException", "AirflowNotFoundException", "mask_secret"]

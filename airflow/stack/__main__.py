"""`make airflow`: Airflow with the DAGs on this machine, without containers, until Ctrl-C."""

import os
import signal
import sys
import time
from pathlib import Path

from components import USER, Airflow

DEFAULT_PORT = 8080


def main():
    """Start everything, say where it is, wait for Ctrl-C or for a component that ends."""
    began = time.monotonic()
    airflow = Airflow(
        home(),
        int(os.environ.get("JOB_ETL_AIRFLOW_PORT") or DEFAULT_PORT),
        say=lambda words: print(f"[{time.monotonic() - began:3.0f} s] {words}", flush=True),
    )
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        airflow.start()
        print(f"\nAirflow is at {airflow.address}   user {USER}, password {airflow.password()}")
        print("DAGs begin paused; their toggle starts them. Ctrl-C stops everything.\n", flush=True)
        while True:
            airflow.check()
            time.sleep(1)
    except KeyboardInterrupt:
        print("\nstopping")
        return 0
    except (RuntimeError, TimeoutError, OSError) as error:
        print(f"airflow: {error}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        airflow.stop()


def home():
    """Return the folder of this installation, JOB_ETL_AIRFLOW_HOME or one in the data folder."""
    own = os.environ.get("JOB_ETL_AIRFLOW_HOME")
    if own:
        return Path(own).resolve()
    if os.environ.get("JOB_ETL_HOME"):
        return Path(os.environ["JOB_ETL_HOME"]).resolve() / "airflow"
    if os.getuid() == 0:
        return Path("/var/lib/job-etl/airflow")
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "job-etl/airflow"


def _interrupt(_signal, _frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

"""Airflow's REST API, as far as starting it and testing the DAGs need it."""

import json
import time
import urllib.error
import urllib.request
from urllib.parse import quote

#: How long one answer may take.
ANSWER_SECONDS = 60
PAUSE_SECONDS = 0.5


class Rest:
    """A client that logs in once."""

    def __init__(self, address, user, password):
        """Name the server and the login."""
        self.address = address
        self.login = {"username": user, "password": password}
        self.token = None

    def log_in(self):
        """Take a token, and say whether there was one: a starting server answers with other things first."""
        try:
            self.token = self.call("POST", "/auth/token", self.login).get("access_token")
        except (OSError, ValueError):
            self.token = None
        return self.token is not None

    def unhealthy(self):
        """Return the components that do not say they are healthy."""
        try:
            health = self.call("GET", "/api/v2/monitor/health")
        except (OSError, ValueError):
            return ["api-server"]
        names = ("metadatabase", "scheduler", "triggerer", "dag_processor")
        return [name for name in names if (health.get(name) or {}).get("status") != "healthy"]

    def call(self, method, path, body=None):
        """Return the parsed answer of one call."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is ours
            f"{self.address}{path}", content, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            detail = error.read().decode(errors="replace")[:500]
            raise ApiError(f"{method} {path}: {error.code} {detail}", error.code) from None

    def run(self, dag, conf=None, run_id=None):
        """Unpause a DAG, start a run of it by hand and return its id."""
        self.call("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})
        body = {"logical_date": None, "conf": conf or {}}
        if run_id:
            body["dag_run_id"] = run_id
        return self.call("POST", f"/api/v2/dags/{dag}/dagRuns", body)["dag_run_id"]

    def run_state(self, dag, run_id):
        """Return the state of a run."""
        return self.call("GET", f"/api/v2/dags/{dag}/dagRuns/{quote(run_id)}")["state"]

    def tasks(self, dag, run_id):
        """Return the tasks of a run, by id; a mapped one has its index behind the id."""
        listed = self.call("GET", f"/api/v2/dags/{dag}/dagRuns/{quote(run_id)}/taskInstances?limit=500")
        found = {}
        for task in listed["task_instances"]:
            index = task["map_index"]
            found[task["task_id"] + ("" if index < 0 else f"[{index}]")] = task
        return found

    def xcom(self, dag, run_id, task, index=-1):
        """Return what a task left, or None."""
        path = f"/api/v2/dags/{dag}/dagRuns/{quote(run_id)}/taskInstances/{task}/xcomEntries/return_value"
        try:
            value = self.call("GET", f"{path}?map_index={index}")["value"]
            # Older versions give the text of it.
            return json.loads(value) if isinstance(value, str) else value
        except ApiError as error:
            if error.code == 404:
                return None
            raise


class ApiError(ValueError):
    """An answer that is an error."""

    def __init__(self, message, code):
        """Keep the status beside the words."""
        super().__init__(message)
        self.code = code


def wait_until(is_so, seconds, what, alive=lambda: None):
    """Ask until it is so; after that many seconds say what is not. `alive` may raise, to give up early."""
    ends = time.monotonic() + seconds
    while not (answer := is_so()):
        alive()
        if time.monotonic() > ends:
            raise TimeoutError(f"after {seconds} s: {what}")
        time.sleep(PAUSE_SECONDS)
    return answer

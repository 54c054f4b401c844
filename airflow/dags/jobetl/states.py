"""How the tasks of a run stand, by Airflow's Task SDK: a task cannot reach the metadata database."""

import logging

from .compat import AirflowFailException

log = logging.getLogger(__name__)


def task_states(ti):
    """Return the state of each task of the run of `ti`; a mapped one has `_` and its index behind its id."""
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    return {task: str(getattr(state, "value", state)) for task, state in states.items()}


def failed_tasks(ti):
    """Return the ids of the failed tasks of this run, with spaces between them.

    Tasks that did not run because of them are consequences and left out. Where the states cannot be had
    the answer is `unknown`, since a message that nothing failed would be a guess.
    """
    try:
        states = task_states(ti)
    except Exception:
        log.exception("the states of the tasks of this run cannot be read; the message will name `unknown`")
        return "unknown"
    return " ".join(sorted(task for task, state in states.items() if state == "failed"))


def require_one(ti, tasks):
    """Fail unless one of these tasks succeeded: `all_done` alone would go on when every source failed."""
    if not tasks:
        return
    states = task_states(ti)
    if not any(states.get(task) == "success" for task in tasks):
        raise AirflowFailException(
            f"none of {', '.join(tasks)} succeeded, so there is nothing new to publish: "
            "look at their logs, then clear them to run again"
        )

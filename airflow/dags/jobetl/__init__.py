"""What the DAG files share: how a task is run, where its keys come from, dates, sources and alerts."""

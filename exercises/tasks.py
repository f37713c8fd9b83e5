"""Celery tasks: ids in, delegate, nothing else."""

from celery import shared_task

from exercises import checking, grading, sweeping


@shared_task(name="exercises.judge_run", acks_late=True)
def judge_run(run_id: int) -> None:
    """Queue grading. Delivered twice or late it does no harm: exercises.grading claims the run first."""
    grading.grade(run_id)


@shared_task(name="exercises.sweep_runs")
def sweep_runs() -> None:
    """Queue batch, every three seconds."""
    sweeping.sweep()


@shared_task(name="exercises.check_exercise")
def check_exercise(check_id: int) -> None:
    """Queue batch."""
    checking.run_check(check_id)

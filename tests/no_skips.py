"""A pytest plugin for `make test`: a run in which a test was skipped, or was expected to fail, is a failed run.

A test that cannot run here says what is missing and fails; otherwise a machine without a browser would look healthy.
"""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn success into failure where something was left out."""
    if session.exitstatus == pytest.ExitCode.OK and _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say why the run failed although no test did; the names stand in pytest's own summary."""
    count = _left_out(config)
    if count:
        terminalreporter.write_line(f"{count} skipped or expected to fail: this run counts as failed.", red=True)


def _left_out(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert isinstance(reporter, pytest.TerminalReporter)
    return len(reporter.stats.get("skipped", ())) + len(reporter.stats.get("xfailed", ()))

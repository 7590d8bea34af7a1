"""`manage.py sandbox`: it says where it is, ends on a signal, and names what is in its way."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.integration.sandbox.conftest import ROOT, address, start


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_even_with_a_stream_open(name: signal.Signals) -> None:
    process = start("--speed", "0")
    connection = http.client.HTTPConnection(urlsplit(address(process)).netloc, timeout=20)
    body = {"model": "glm-4.7", "stream": True, "messages": [{"role": "user", "content": "/sandbox stall"}]}
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Authorization": "Bearer k"})
    assert connection.getresponse().read(10) == b'data: {"id'
    process.send_signal(name)
    output, _ = process.communicate(timeout=20)
    connection.close()
    assert process.returncode == 0
    assert output.endswith("The sandbox has stopped.\n")
    assert "Traceback" not in output


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "manage.py", "sandbox", "--port", port]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in found.stderr
    assert "Traceback" not in found.stderr


def test_a_cut_reaches_the_client_as_a_broken_connection(served: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(served).netloc, timeout=20)
    body = {"model": "glm-4.7", "stream": True, "messages": [{"role": "user", "content": "/sandbox cut"}]}
    connection.request("POST", "/api/paas/v4/chat/completions", json.dumps(body), {"Authorization": "Bearer k"})
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    assert broken.value.partial.endswith("断".encode()[:2])
    connection.close()

"""A process that sends at a budget: run by tests/integration/budgets/test_many_processes.py, several at once.

Sends from as many threads as it is told, all at one moment, on the test's own database, and prints what became of each
send. With "settle" a thread ends its run at once, with less than it held back, so that others find room meanwhile; with
"die" the process ends itself the hard way when all have sent.
"""

import json
import os
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from playground.accounts.models import User  # noqa: E402
from playground.conversations import progress  # noqa: E402
from playground.conversations.models import Generation  # noqa: E402
from playground.conversations.progress import Settlement  # noqa: E402
from playground.conversations.run_settings import RunSettings  # noqa: E402
from playground.conversations.turns import append_turn  # noqa: E402
from playground.errors import Refused  # noqa: E402
from playground.wire.usage import Usage  # noqa: E402


def main(user: int, offer: str, max_tokens: int, count: int, then: str, go: Path) -> None:
    """`go` is a file: all threads wait until it is there."""
    sender = User.objects.get(pk=user)
    settings = RunSettings(offer=uuid.UUID(offer), max_tokens=max_tokens)

    def send(number: int) -> str:
        while not go.exists():
            time.sleep(0.005)
        try:
            turn = append_turn(
                user=sender,
                conversation=None,
                parent_id=None,
                client_id=uuid.uuid4().hex,
                text="hello",
                settings=settings,
                owner=f"spender-{os.getpid()}",
            )
            if then == "settle":
                usage = Usage(prompt_tokens=5, completion_tokens=number % 20)
                done = Settlement(turn.generation_id, Generation.State.FINISHED, "x", "", 1, usage=usage)
                progress.settle(done, owner=None)
        except Refused as refused:
            return refused.code
        except Exception as error:  # whatever it is, the test wants to read it
            return repr(error)
        finally:
            connection.close()
        return "begun"

    with ThreadPoolExecutor(count) as pool:
        sending = [pool.submit(send, number) for number in range(count)]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        said = [one.result() for one in sending]
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    if then == "die":
        os._exit(9)


if __name__ == "__main__":
    user, offer, max_tokens, count, then, go = sys.argv[1:]
    main(int(user), offer, int(max_tokens), int(count), then, Path(go))

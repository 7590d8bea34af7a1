"""Pages as people reach them who use no mouse, zoom in, see little, or read Chinese: fixtures of the chat page."""

from tests.browser.chat.conftest import (
    _running_server,  # noqa: F401 - pytest finds fixtures by their names here
    browser_of_user,  # noqa: F401
    noise,  # noqa: F401
    page,  # noqa: F401
    server,  # noqa: F401
)

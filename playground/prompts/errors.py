"""What this floor refuses. Refused > PromptRefused > Unusable, TemplateFileError."""

from playground.errors import Refused


class PromptRefused(Refused):
    """An act on a prompt template that was refused: `moved`, `archived`, `nothing_live`, `bad_template`, `bad_file`."""


class Unusable(PromptRefused):
    """One field of a template, or one value for a variable, that cannot be used; `field` names it."""

    def __init__(self, field: str, message: object) -> None:
        super().__init__("bad_template", message)
        self.field = field


class TemplateFileError(PromptRefused):
    """A file that cannot be read as templates; the message says where and why."""

    def __init__(self, message: object) -> None:
        super().__init__("bad_file", message)

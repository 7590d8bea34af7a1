"""Reads a file of conversations: our own JSON, ChatGPT's export (JSON or zip), or OpenAI's `messages`. Pure.

Nothing of a file is believed: sizes are limited before anything is parsed, and an error says what is wrong and where.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import orjson
from django.utils.translation import gettext as _

from playground.conversations.files.chatgpt import is_chatgpt, read_chatgpt
from playground.conversations.files.imported import BadFile, Imported, ImportedMessage, chain, moment
from playground.conversations.files.tool_rounds import asks, calls_of, take_result

LARGEST = 50_000_000  # bytes, unpacked
MOST = 1_000  # conversations
MOST_MESSAGES = 10_000  # of one conversation
FORMAT = "trial-center.conversation"
ROLES = ("user", "assistant")
SCHEMA = Path(__file__).with_name("conversation.schema.json")
_EXPORT = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")


def read_conversations(content: bytes) -> list[Imported]:
    """All conversations of a file that have any message. Raises BadFile."""
    if len(content) > LARGEST:
        raise _too_large()
    documents = [one for text in _texts(content) for one in _documents(text)]
    if len(documents) > MOST:
        raise BadFile(_("A file may hold %(most)s conversations; this one has %(count)s.") % {
            "most": f"{MOST:,}", "count": f"{len(documents):,}"
        })  # fmt: skip
    found = [_read(document, number) for number, document in enumerate(documents, 1)]
    found = [one for one in found if one.messages]
    if not found:
        raise BadFile(_("There is no conversation with messages in this file."))
    return found


def _texts(content: bytes) -> Iterable[bytes]:
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        members = [member for member in packed.infolist() if _EXPORT.fullmatch(member.filename)]
        if not members:
            raise BadFile(_("There is no conversations.json in this zip file."))
        if sum(member.file_size for member in members) > LARGEST:
            raise _too_large()
        try:
            return [_unpacked(packed, member) for member in members]
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise BadFile(_("This zip file cannot be unpacked.")) from error


def _unpacked(packed: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with packed.open(member) as stream:  # what the directory says of its size need not be true
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _too_large()
    return content


def _documents(text: bytes) -> list[Any]:
    """The conversations of a JSON document or of JSON lines."""
    text = text.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = text.splitlines()
        if len(lines) < 2 or not lines[0].startswith(b"{"):
            raise BadFile(_("This is no JSON: %(why)s") % {"why": error}) from error
        return [_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    return whole if isinstance(whole, list) else [whole]


def _line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadFile(_("Line %(number)s is no JSON: %(why)s") % {"number": number, "why": error}) from error


def _read(document: object, number: int) -> Imported:
    try:
        if isinstance(document, dict) and document.get("format") == FORMAT:
            imported = _own(document)
        elif is_chatgpt(document):
            imported = _chatgpt(document)
        elif isinstance(document, dict) and isinstance(document.get("messages"), list):
            imported = _openai(document)
        else:
            raise BadFile(
                _("It is none of the known kinds: an export of this trial center or of ChatGPT, or “messages”.")
            )
        if len(imported.messages) > MOST_MESSAGES:
            raise BadFile(_("It has more than %(most)s messages.") % {"most": f"{MOST_MESSAGES:,}"})
    except BadFile as error:
        raise BadFile(_("Conversation %(number)s: %(why)s") % {"number": number, "why": error.message}) from error
    return imported


def _chatgpt(document: Any) -> Imported:
    try:
        return read_chatgpt(document)
    except (AttributeError, TypeError, ValueError) as error:  # nobody documents the shape: any part may be another
        raise BadFile(_("Its messages are not as ChatGPT writes them.")) from error


def _own(document: Mapping[str, Any]) -> Imported:
    error = jsonschema.exceptions.best_match(_validator().iter_errors(document))
    if error is not None:
        raise BadFile(_("%(path)s: %(why)s") % {"path": error.json_path, "why": error.message[:300]})
    messages = [
        ImportedMessage(
            id=row["id"],
            parent=row.get("parent"),
            role=row["role"],
            content=row["content"],
            reasoning_content=row.get("reasoning_content", ""),
            tool_calls=row.get("tool_calls", []),
            results=row.get("results", []),
            web_search=row.get("web_search", []),
            created_at=moment(row.get("created_at")),
            model=str((row.get("run") or {}).get("model") or row.get("written_by", "")),
            sums_up=row["role"] == "user" and row.get("sums_up", False),
        )
        for row in document["messages"]
    ]
    _check_tree(messages)
    model = document.get("model") or {}
    return Imported(
        title=document["title"],
        messages=messages,
        leaf=document.get("leaf"),
        system_prompt=document.get("system_prompt", ""),
        settings=document.get("settings", {}),
        provider=str(model.get("provider", "")),
        model=str(model.get("name", "")),
        created_at=moment(document.get("created_at")),
    )


def _check_tree(messages: Iterable[ImportedMessage]) -> None:
    seen: set[str] = set()
    for message in messages:
        if message.id in seen:
            raise BadFile(_("Two messages have the id %(id)s.") % {"id": message.id})
        if message.parent is not None and message.parent not in seen:
            raise BadFile(_("The message %(id)s stands before its parent.") % {"id": message.id})
        seen.add(message.id)


def _openai(document: Mapping[str, Any]) -> Imported:
    """`messages` as a request to a chat completion has them, and as fine-tuning files do."""
    system: list[str] = []
    messages: list[ImportedMessage] = []
    for place, row in enumerate(document["messages"]):
        if not isinstance(row, dict) or not isinstance(row.get("role"), str):
            raise BadFile(_("%(path)s is no message.") % {"path": f"$.messages[{place}]"})
        text = _text(row.get("content"))
        if row["role"] in ("system", "developer"):
            system.append(text)
        elif row["role"] in ("tool", "function"):
            take_result(messages, place, row, text)
        elif row["role"] in ROLES and (text or asks(row)):
            messages.append(_said(document, place, row, text))
    title = document.get("title")
    return Imported(
        title=title if isinstance(title, str) else "",
        messages=chain(messages),
        leaf=messages[-1].id if messages else None,
        system_prompt="\n\n".join(part for part in system if part),
        model=str(document.get("model") or ""),
    )


def _said(document: Mapping[str, Any], place: int, row: Mapping[str, Any], text: str) -> ImportedMessage:
    thought, wrote = row.get("reasoning_content"), document.get("model")
    is_answer = row["role"] == "assistant"
    return ImportedMessage(
        str(place),
        None,
        row["role"],
        text,
        thought if isinstance(thought, str) else "",
        tool_calls=calls_of(row, place) if is_answer else (),
        model=wrote if is_answer and isinstance(wrote, str) else "",
    )


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _too_large() -> BadFile:
    return BadFile(_("The file is too large: %(most)s MB at most.") % {"most": LARGEST // 1_000_000})

"""The table of a new batch: a file, or text that was pasted."""

from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from playground.batches.table import MOST_BYTES, Table, check_size, read_file, read_text
from playground.errors import Refused
from playground.web.forms.dress import Dressed


class TableForm(Dressed, forms.Form):
    """One of the two; what is in it is judged by `batches.table`."""

    refusals: ClassVar = {"bad_table": "file"}

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        help_text=_("CSV with the columns’ names in the first line, or JSON Lines. Up to 10,000 rows and 20 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.jsonl,.ndjson,.json"}),
    )
    pasted = forms.CharField(
        label=_("or paste the rows"),
        required=False,
        strip=False,
        help_text=_("With the same limits as a file."),
        widget=forms.Textarea(
            attrs={"rows": 6, "class": "tc-mono", "spellcheck": "false", "placeholder": "city,country\nOslo,Norway"}
        ),
    )
    table: Table | None = None

    def __init__(self, data: QueryDict | None = None, files: Any = None, **kwargs: Any) -> None:
        long = files.get("pasted") if files else None
        if data is not None and long is not None:  # long texts travel as a file (batch-new.js): a field has 4 MB
            data = data.copy()
            data["pasted"] = long.read(MOST_BYTES + 1).decode(errors="replace")
        super().__init__(data, files, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Read the table; what is wrong with it is said at the field it came from."""
        cleaned = super().clean() or {}
        file: UploadedFile[bytes] | None = cleaned.get("file")
        pasted: str = cleaned.get("pasted") or ""
        if self.errors:
            return cleaned
        if file is None and not pasted.strip():
            raise forms.ValidationError(_("Choose a file, or paste rows."))
        try:
            self.table = _read(file) if file is not None else _read_pasted(pasted)
        except Refused as error:
            self.add_error("file" if file is not None else "pasted", error.message)
        return cleaned

    @property
    def title(self) -> str:
        """What the batch is called until somebody changes it."""
        file: UploadedFile[bytes] | None = self.cleaned_data.get("file")
        name = file.name if file is not None and file.name else ""
        return name.rpartition(".")[0] or name or str(_("Pasted rows"))


def _read_pasted(text: str) -> Table:
    check_size(len(text.encode(errors="replace")))
    return read_text(text)


def _read(file: "UploadedFile[bytes]") -> Table:
    check_size(file.size or 0)
    return read_file(file.read())

"""A file of conversations to be brought in."""

from typing import ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from playground.conversations.files.read import LARGEST
from playground.web.forms.dress import Dressed


class ImportForm(Dressed, forms.Form):
    """One file; what is in it is judged by `conversations.files`."""

    refusals: ClassVar = {"bad_file": "file"}

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "An export of a trial center (.json, .jsonl), of ChatGPT (.zip, .json), or “messages” as OpenAI has them."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.jsonl,.zip"}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        """Refuse by the size before anything is read."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(
                _("The file is too large: %(most)s MB at most."), params={"most": LARGEST // 1_000_000}
            )
        return file

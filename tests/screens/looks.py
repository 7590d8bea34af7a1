"""In which themes, languages and widths pictures are made."""

import itertools
from dataclasses import dataclass

HEIGHTS = {1440: 900, 1024: 768, 390: 844}
SHOWN = {1440: 800, 1024: 720, 390: 390}  # pixels of the picture's width
THEMES = ("light", "dark")
LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}  # ours, and the browser's word for it


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    width: int
    language: str
    theme: str

    @property
    def name(self) -> str:
        """The end of file names."""
        return f"{self.width}-{self.language[:2]}-{self.theme}"

    @property
    def words(self) -> str:
        """The head of a column."""
        return f"{self.width} px, {'Chinese' if self.language == 'zh-hans' else 'English'}, {self.theme}"

    @property
    def height(self) -> int:
        """Pixels of the window."""
        return HEIGHTS[self.width]

    @property
    def shown(self) -> int:
        """Pixels of the picture's width."""
        return SHOWN[self.width]

    @property
    def thumbnail(self) -> int:
        """Pixels on the contact sheet."""
        return 120 if self.width == 390 else 240

    @property
    def is_phone(self) -> bool:
        """Whether fingers are used."""
        return self.width == 390


ALL = tuple(Look(*parts) for parts in itertools.product(HEIGHTS, LANGUAGES, THEMES))
# Kept in the repository, which has to stay small: both themes, both languages and the three widths of every screen.
KEPT = (
    Look(1440, "en", "light"),
    Look(1440, "zh-hans", "dark"),
    Look(1024, "en", "dark"),
    Look(390, "zh-hans", "light"),
)

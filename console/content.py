"""Where content is looked for: dialogs, articles, templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk.messages import FRONT

PACKAGED = Path(__file__).resolve().parent.parent
TEMPLATES, DIALOGS, ARTICLES = PACKAGED / "templates", PACKAGED / "intake" / "dialogs", PACKAGED / "kb" / "articles"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where content is looked for: the provider's folder, then the desk's, then the packaged one."""

    root: Path
    packaged: bool

    def of(self, provider: str, kind: str, packaged: Path) -> list[Path]:
        """Search order for "dialogs", "articles" or "templates"."""
        own = [self.root / "providers" / provider / kind] if provider and provider != FRONT else []
        return [*own, self.root / kind, *([packaged] if self.packaged else [])]

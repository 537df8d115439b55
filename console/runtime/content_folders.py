"""Where content is looked for: dialogs, articles, templates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk.model.messages import FRONT
from desk.model.settings import Settings

PACKAGED = Path(__file__).resolve().parent.parent.parent
TEMPLATES, DIALOGS, ARTICLES = PACKAGED / "templates", PACKAGED / "intake" / "dialogs", PACKAGED / "kb" / "articles"


@dataclass(frozen=True, slots=True)
class ContentSearchPath:
    """Where content is looked for: the provider's folder, then the desk's, then the packaged one."""

    settings: Settings

    def of(self, provider: str, packaged: Path) -> list[Path]:
        """The search order beside and above one of the packaged folders: `DIALOGS`, `ARTICLES` or `TEMPLATES`."""
        root, kind = self.settings.root, packaged.name
        own_folder = [root / "providers" / provider / kind] if provider and provider != FRONT else []
        return [*own_folder, root / kind, *([packaged] if self.settings.packaged_content else [])]

"""The templates' room: which alerts are prepared, and who set them."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from hub.access import audit
from hub.alerts.targets import Targets
from hub.errors import Refusal
from hub.storage.database import Database
from hub.storage.writer import Change
from hub.templates.messages import FIRST, Template, Templates, TemplatesSet
from hub.templates.tables import template_lists

_LIST_ID = 1


class TemplateRoom:
    """Keeps the templates of the community."""

    def __init__(self, database: Database, targets: Targets) -> None:
        self._database = database
        self._targets = targets

    async def all(self) -> tuple[Template, ...]:
        """In the order in which the console shows them; those the hub begins with until somebody sets others."""
        kept = await self._database.read(
            lambda connection: connection.execute(sa.select(template_lists.c.templates)).scalar_one_or_none()
        )
        return FIRST if kept is None else msgspec.json.decode(kept, type=tuple[Template, ...])

    async def set_all(self, templates: Templates, by: str) -> tuple[Template, ...]:
        """Have these and no others. Raises Refusal for two of one name, and for an unknown target."""
        names = tuple(one.name.strip() for one in templates)
        twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
        if twice is not None:
            words = (f"模板“{twice}”有两个", f"there are two templates {twice}")
            raise Refusal("template_twice", *words, field="name")
        for template, name in zip(templates, names, strict=True):
            if not name or not template.text.strip():
                raise Refusal("empty_text", "名称和内容不能为空", "a template has a name and words", field="text")
            self._targets.radios(template.target)

        def change(open_change: Change) -> None:
            row = {"templates": msgspec.json.encode(templates), "set_by": by, "set_at_us": open_change.at_us}
            open_change.connection.execute(sa.delete(template_lists))
            open_change.connection.execute(sa.insert(template_lists).values(list_id=_LIST_ID, **row))
            audit.record(open_change, by, audit.Action.SET_TEMPLATES, detail=TemplatesSet(names=names))

        await self._database.write(change)
        return templates

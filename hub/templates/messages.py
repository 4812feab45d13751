"""What a template is, and the four that the hub begins with."""

from __future__ import annotations

from typing import Annotated

import msgspec

from devices.protocol.messages import AlertStatus, Severity
from hub.alerts.messages import Target, TargetKind

MOST = 30
"""Templates in all: each is a key of the console."""


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One prepared alert; ``text`` has blanks such as ``{衣着}``, which whoever sends it fills."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    severity: Severity
    status: AlertStatus = AlertStatus.ACTUAL
    target: Target = msgspec.field(default_factory=lambda: Target(kind=TargetKind.ALL))


Templates = Annotated[tuple[Template, ...], msgspec.Meta(max_length=MOST)]
"""All of them, in the order in which the console shows them."""


class TemplatesSet(msgspec.Struct, frozen=True, kw_only=True):
    """Detail of the audit record ``set_templates``: the names of all that there are now."""

    names: tuple[str, ...]


FIRST: tuple[Template, ...] = (
    Template(
        name="走失儿童",
        text="走失儿童：{衣着}，身高{身高}，最后出现：{地点}。请立即查看门口和监控，看到请按键回报，找到请留住孩子。",
        severity=Severity.EXTREME,
    ),
    Template(
        name="可疑人员",
        text="可疑人员：{特征}，最后出现：{地点}。请留意出入口，看到请按键回报，不要单独上前。",
        severity=Severity.SEVERE,
    ),
    Template(
        name="疏散",
        text="疏散：{地点}发生{情况}。请立即组织人员从安全出口离开，打开消防通道，完成后按键回报。",
        severity=Severity.EXTREME,
    ),
    Template(
        name="演练",
        text="演练：{内容}。请按真实情况处置，确认请按键。",
        severity=Severity.SEVERE,
        status=AlertStatus.EXERCISE,
    ),
)

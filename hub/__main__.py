"""``python -m hub``: the same as the command ``qianshao``."""

from __future__ import annotations

from hub.cli import main

main()

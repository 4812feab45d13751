"""``python -m hub.footage.recorder FOLDER``."""

from __future__ import annotations

from hub.footage.recorder.process import end_now, main

end_now(main())

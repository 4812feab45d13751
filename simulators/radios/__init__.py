"""Many talkback radios in one process, on the real radio core, with guards who behave like people."""

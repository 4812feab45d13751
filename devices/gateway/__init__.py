"""The gateway: a donor handset on a sound card, with a push-to-talk line, is a radio of a talk group."""

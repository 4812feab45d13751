"""The recorder: the one process that reads every camera, writes its segments and hands its pictures on."""

"""Transcoding: what a browser cannot decode becomes H.264, in child processes, a bounded number of them."""

"""Teaching: the descriptor learns from the site's own tracks, without names and without outside weights."""

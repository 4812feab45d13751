"""How venues and grids did their duties, by day, week and month."""

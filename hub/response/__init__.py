"""Two-way response: the grid calls and police answer, police whistle and the grid answers; one machine, one clock."""

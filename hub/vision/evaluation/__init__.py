"""How well the pipeline finds, follows and describes, against labels and against the simulated truth."""

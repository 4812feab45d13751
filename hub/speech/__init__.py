"""Speech: a text spoken by an engine, and sound of any form brought into the form in which voice goes over the air."""

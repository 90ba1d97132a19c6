"""The intermediate form and what is asked of it: core, types, build, query, check, show."""

"""From the intermediate form to Python text: what is written inside its use, names, statements, text."""

"""`python -m adjgen` is the command `adjgen`."""

from adjgen.cli import main

if __name__ == "__main__":
    main(prog_name="adjgen")

"""`python -m torg` is the command `torg`."""

from torg.cli import main

main()

"""``python -m bascule`` runs the same command as ``bascule``."""

from bascule.cli import main

if __name__ == "__main__":
    main()

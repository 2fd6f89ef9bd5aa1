"""``python -m printflow``: the command line."""

from printflow.cli import main

if __name__ == "__main__":
    main()

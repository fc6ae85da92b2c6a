"""`python -m flows` is the `longspan` command."""

from flows.command_line import main

if __name__ == "__main__":
    main()

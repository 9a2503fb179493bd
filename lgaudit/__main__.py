"""`python -m lgaudit` is `lgaudit`."""

from lgaudit.cli.main import main

if __name__ == "__main__":
    main()

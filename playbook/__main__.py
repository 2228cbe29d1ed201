"""``python -m playbook``: the same as the ``playbook`` command."""

from playbook.cli import main

if __name__ == "__main__":
    main()

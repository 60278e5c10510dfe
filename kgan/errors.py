"""The one exception whose message is meant for the person at the keyboard."""


class UserError(ValueError):
    """Bad input, told in one line: what was expected, what was found, what to do.

    The command line prints the message alone and exits with code 2; in Python it is a `ValueError`.
    """

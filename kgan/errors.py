"""The one exception whose message is meant for the person at the keyboard."""


class UserError(ValueError):
    """Bad input, told in one line: what was expected, what was found, what to do.

    The command line prints the message alone and exits with code 2; in Python it is a `ValueError`.
    """


def is_own(error):
    """Whether an exception was raised by a check of kgan's, and not by a network, a callback or a library inside.

    Only what kgan says itself is bad input; whatever else happens is a fault, and keeps its traceback.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] == "kgan"

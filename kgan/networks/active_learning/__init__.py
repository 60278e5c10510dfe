"""Networks that code pictures in order to say which of them are unlike those that have labels."""

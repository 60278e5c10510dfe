"""Networks whose features train or measure others. None that is trained here."""

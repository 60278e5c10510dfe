"""Networks whose features train or measure others, and how they are had. None that is trained here."""

"""What tests of the apps share."""

import pytest


@pytest.fixture(scope="module")
def load_once():
    """Verbs of one test after the other use one model, loaded once: most of their time is tracing it."""
    from kgan.app.run import loading

    kept, load = {}, loading.load_model
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load_model", lambda path: kept.get(path) or kept.setdefault(path, load(path)))
        yield

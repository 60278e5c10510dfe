"""What a small object with settings needs in order to be saved with a model."""

import inspect


class Configured:
    """Keeps its constructor's arguments under their own names; its config is read off the signature.

    A subclass is registered with `keras.saving.register_keras_serializable("kgan.penalties")` and
    writes neither `get_config` nor `from_config`.
    """

    def get_config(self):
        return {key: getattr(self, key) for key in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_config().items())})"

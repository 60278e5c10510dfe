"""Spectral normalization: a layer computed with its weights divided by their largest singular value."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kgan.layers")
class SpectralNormalization(keras.layers.Wrapper):
    """Runs a layer with `W / sigma(W)` in the place of its kernel `W`.

    Spectral Normalization for Generative Adversarial Networks (Miyato et al. 2018, arXiv:1802.05957, alg. 1):

        v = normalize(W.T @ u);  u = normalize(W @ v)      # before_update, once per update
        sigma = u.T @ W @ v                                # in every call, u and v constant, W not
        outputs = layer(inputs) with W / sigma

    A call changes nothing: `W` stays as the optimizer left it and the power iteration moves only in
    `before_update`, which `AdversarialModel` calls once before each update of the
    discriminator side. So the generator's turn sees the discriminator that was updated, and inference is
    deterministic. The gradient flows through `sigma` (eq. 9 there); as `W / sigma` does not change with the
    length of `W`, it is orthogonal to `W`. `keras.layers.SpectralNormalization` does neither: it writes `W /
    sigma` over `W` in every training call, and lets no gradient through `sigma`.

    The matrix has one row for each output channel (of a transposed convolution too) and one column for
    everything else. Other weights, such as the bias, are left alone. Different from the paper, u and v start
    after `warm_up` iterations on the initial weights rather than from noise, so that the first updates are
    normalized as well; `u` and `v` are saved with the model.

    Under a mixed policy the kernel is read in the compute type, as the layer itself would; `sigma` is
    computed in float32, and the power iteration on the float32 kernel.

    Args:
        layer: a layer with a `kernel` (Dense, Conv1D to Conv3D, their transposes) or with `embeddings`.
        power_iterations: how many per discriminator update, >= 1.
        warm_up: how many on the initial weights, >= 1.
        seed: of the initial u.

    Raises:
        ValueError: for a layer without kernel or embeddings.

    Example:
        `x = SpectralNormalization(keras.layers.Conv2D(64, 4, strides=2))(images)`
    """

    def __init__(self, layer, power_iterations: int = 1, warm_up: int = 15, seed: int = 0, **options) -> None:
        if isinstance(layer, keras.layers.Layer):
            options.setdefault("dtype", layer.dtype_policy)
        super().__init__(layer, **options)
        if min(power_iterations, warm_up) < 1:
            raise ValueError(
                f"Expected power_iterations and warm_up >= 1, received {power_iterations} and {warm_up}."
            )
        self.power_iterations, self.warm_up, self.seed = power_iterations, warm_up, seed

    def build(self, input_shape=None):
        super().build(input_shape)
        if not isinstance(self._weight, keras.Variable):
            raise ValueError(
                "Expected a layer with a kernel or embeddings (Dense, a convolution, Embedding), received "
                f"{type(self.layer).__name__} {self.layer.name!r}; leave it out of spectral normalization."
            )
        matrix_shape = self._matrix(self._weight).shape
        for name, size in (("u", matrix_shape[0]), ("v", matrix_shape[1])):
            variable = self.add_weight(
                name=name,
                shape=(size,),
                dtype="float32",
                initializer=self._initial(name),
                trainable=False,
                autocast=False,
                aggregation="mean",
            )
            setattr(self, name, variable)
        self.built = True

    def _initial(self, name):
        """An initializer: the singular vector after `warm_up` iterations on the weights as they are now."""

        def initialize(shape, dtype=None):
            matrix = self._matrix(self._weight)
            u = keras.random.normal((matrix.shape[0],), seed=self.seed)
            u, v = _iterate(matrix, u, self.warm_up)
            return ops.cast(u if name == "u" else v, dtype or "float32")

        return initialize

    @property
    def _weight(self):
        return getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))

    def _matrix(self, weight):
        """`weight` as a float32 matrix (output channels, the rest)."""
        weight = ops.cast(weight, "float32")
        transposes = (
            keras.layers.Conv1DTranspose,
            keras.layers.Conv2DTranspose,
            keras.layers.Conv3DTranspose,
        )
        if isinstance(self.layer, transposes):
            weight = ops.swapaxes(weight, -1, -2)
        return ops.transpose(ops.reshape(weight, (-1, weight.shape[-1])))

    def sigma(self):
        """`u.T @ W @ v`: the current estimate of the largest singular value, a scalar differentiable in W."""
        u, v = (_normalize(ops.stop_gradient(ops.convert_to_tensor(vector))) for vector in (self.u, self.v))
        return ops.sum(u * ops.matmul(self._matrix(self._weight), v))

    def before_update(self):
        """`power_iterations` steps of u and v towards the first singular vectors of the kernel."""
        u, v = _iterate(self._matrix(self._weight), ops.convert_to_tensor(self.u), self.power_iterations)
        self.u.assign(u)
        self.v.assign(v)

    def call(self, inputs):
        # The scope lends the layer another kernel for this call. Scopes do not nest, so what an outer one
        # (a moving average of the weights, say) has for the layer's other variables is passed on.
        lent = [
            (variable, variable.value) for variable in self.layer.variables if variable is not self._weight
        ]
        weight = ops.cast(self._weight, "float32")
        lent.append((self._weight, weight / ops.maximum(self.sigma(), 1e-12)))
        with keras.StatelessScope(state_mapping=lent):
            return self.layer(inputs)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)

    def get_config(self) -> dict:
        own = {"power_iterations": self.power_iterations, "warm_up": self.warm_up, "seed": self.seed}
        return {**super().get_config(), **own}


def _normalize(vector):
    """`vector / norm(vector)`; a zero vector stays zero."""
    return vector / ops.maximum(ops.sqrt(ops.sum(ops.square(vector))), 1e-12)


def _iterate(matrix, u, count):
    for _ in range(count):
        v = _normalize(ops.matmul(ops.transpose(matrix), u))
        u = _normalize(ops.matmul(matrix, v))
    return u, v

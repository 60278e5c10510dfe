"""How far around a pixel a network looks, and how much memory a pixel takes: what tiles need to know."""

import dataclasses
import math

import keras

from kgan import backend


@dataclasses.dataclass(frozen=True)
class Reach:
    """What `reach` found, all of it in pixels of the network's input.

    Args:
        radius: how many pixels away an input pixel can still change an output pixel; infinite where a layer
            looks at the whole image.
        multiple: windows must start at multiples of this to be halved as the whole image is.
        values: most numbers that one layer holds (its inputs and its output), per input pixel.
        everywhere: names of the layers that look at the whole image.
        around: as `radius`, where whole holes are filled: a smooth filling looks at what lies around its hole.
    """

    radius: float
    multiple: int
    values: float
    everywhere: tuple[str, ...]
    around: float


@dataclasses.dataclass(frozen=True)
class _Map:
    """One tensor on the way: input pixels per step, reach, and the largest step so far."""

    step: float
    radius: float
    around: float
    coarsest: float


def reach(network: keras.Model) -> Reach:
    """Follows a functional network from its outputs back to its inputs.

    Convolutions with padding, poolings and enlargements add up as usual; normalisations that take statistics
    of the image, dense layers over all pixels and global poolings look at the whole image. Layers with a
    `kernel_size` count as convolutions, others without as working pixel by pixel.

    Args:
        network: functional model, images in and out.

    Returns:
        A `Reach`.

    Example:
        >>> reach(srresnet.generator(4, blocks=1)).radius
        9.875
    """
    known, everywhere, values = {}, {}, [0.0]

    def follow(tensor):
        if id(tensor) in known:
            return known[id(tensor)]
        layer, given = backend.origin_of(tensor)
        sources = [source for source in given if len(source.shape) in (2, 4)]
        if isinstance(layer, keras.layers.InputLayer) or not sources:
            found = _Map(1.0, 0.0, 0.0, 1.0)
        else:
            before = [follow(source) for source in sources]
            # The second input of a crop says how much to crop, and nothing else.
            considered = before[:1] if type(layer).__name__ == "CropLike" else before
            widest = max(considered, key=lambda one: one.radius)
            coarsest = max(one.coarsest for one in before)
            step, added = _through(layer, considered[0].step)
            around = added
            if isinstance(layer, keras.Model):
                inner = reach(layer)
                around = considered[0].step * inner.around
                everywhere.update(dict.fromkeys(inner.everywhere))
                coarsest = max(coarsest, considered[0].step * inner.multiple)
                values.append(inner.values / considered[0].step ** 2)
            elif math.isinf(added):
                everywhere[layer.name] = None
            if type(layer).__name__ == "SmoothFill":
                # The hole's border, seen in the coarsest pixels of its pyramid.
                around = 2 * step * 2**layer.levels
            around += max(one.around for one in considered)
            found = _Map(step, widest.radius + added, around, max(coarsest, step, 1.0))
            held = sum(_channels(s) / one.step**2 for s, one in zip(sources, before, strict=True))
            values.append(held + _channels(tensor) / step**2)
        known[id(tensor)] = found
        return found

    ends = [follow(tensor) for tensor in network.outputs]
    return Reach(
        radius=max(end.radius for end in ends),
        multiple=math.ceil(max(end.coarsest for end in ends)),
        values=max(values),
        everywhere=tuple(everywhere),
        around=max(end.around for end in ends),
    )


def _channels(tensor):
    return tensor.shape[-1] or 1


def _through(layer, step):
    """The step of a layer's output, and what the layer adds to the radius, from the step of its input."""
    if isinstance(layer, keras.Model):
        return step * _step(layer), step * reach(layer).radius
    inner = getattr(layer, "layer", None)
    if isinstance(inner, keras.layers.Layer):
        return _through(inner, step)
    if _sees_everything(layer):
        return step, math.inf
    if isinstance(layer, keras.layers.UpSampling2D):
        after = step / layer.size[0]
        return after, _shift(step, after) if layer.interpolation == "nearest" else step
    if type(layer).__name__ in ("BicubicUpsampling2D", "NearestUpsampling", "PixelShuffle"):
        after = step / layer.scale
        around = 2 * step if type(layer).__name__ == "BicubicUpsampling2D" else 0
        return after, around + _shift(step, after)
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if kernel is None:
        return step, 0.0
    kernel, stride = _side(kernel), _side(getattr(layer, "strides", 1))
    if isinstance(layer, keras.layers.Conv2DTranspose):
        return step / stride, step * math.ceil(kernel / stride)
    dilation = _side(getattr(layer, "dilation_rate", 1))
    # With an even kernel the padding is larger on one side.
    return step * stride, step * dilation * math.ceil((kernel - 1) / 2) + _shift(step, step * stride)


def _shift(before, after):
    """How far the centre of a pixel lies from that of the pixel that it came from, or went into."""
    return abs(before - after) / 2


def _sees_everything(layer):
    if isinstance(layer, keras.layers.LayerNormalization):
        return layer.axis not in (-1, [-1], 3, [3])
    everything = (
        keras.layers.GroupNormalization,
        keras.layers.Flatten,
        keras.layers.GlobalAveragePooling2D,
        keras.layers.GlobalMaxPooling2D,
    )
    # A smooth filling reaches as far as its hole is wide; a picture's spectrum is made of all of it.
    names = ("ChannelwiseDense", "SmoothFill", "FourierUnit")
    return isinstance(layer, everything) or type(layer).__name__ in names


def _step(network):
    """How many input pixels an output pixel of a nested network stands for."""
    before = keras.tree.map_structure(lambda x: keras.KerasTensor((1, 256, 256, x.shape[-1])), network.input)
    return 256 / network.compute_output_spec(before).shape[1]


def _side(value):
    return max(value) if isinstance(value, tuple | list) else value

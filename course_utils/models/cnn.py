"""A small convolutional network with a switch for each of its parts, and what it can see."""

from collections.abc import Sequence

from course_utils.machine import quiet_import

with quiet_import():
    import keras

layers = keras.layers


def build_cnn(
    classes: int,
    size: int = 24,
    width: int = 16,
    depth: int = 3,
    batch_norm: bool = True,
    dropout: float = 0.0,
    l2: float = 0.0,
    residual: bool = False,
    momentum: float = 0.9,
) -> keras.Model:
    """A CNN for square grey pictures; its outputs are scores, not probabilities.

    Args:
        classes: number of outputs.
        size: side of the pictures in pixels; the input has shape (n, size, size, 1).
        width: filters of the first block; each block has twice as many as the one before.
        depth: number of blocks; each halves the side, so 2**depth must not exceed size.
        batch_norm: normalise after each convolution.
        dropout: share of the pooled features that is set to zero in training, in [0, 1).
        l2: price of the squared weights of convolutions and dense layer.
        residual: two convolutions a block, with a link around them.
        momentum: share of the old moving statistics kept in a step of training.

    Returns:
        Model with layers named block1, block2, ... after their activation, and `features`.

    Raises:
        ValueError: the pictures are too small for the depth.

    Taught in: 03.
    """
    if depth < 0 or 2**depth > size:
        raise ValueError(
            f"{depth} halvings need pictures of at least {2**depth} pixels, not {size}"
        )
    price = keras.regularizers.L2(l2) if l2 else None
    x = inputs = keras.Input((size, size, 1))
    for k in range(depth):
        norm = momentum if batch_norm else None
        x = block(x, width * 2**k, f"block{k + 1}", norm, price, residual)
        x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    return keras.Model(inputs, layers.Dense(classes, kernel_regularizer=price, name="scores")(x))


def block(
    x: keras.KerasTensor,
    filters: int,
    name: str,
    norm: float | None = 0.9,
    price: keras.regularizers.Regularizer | None = None,
    residual: bool = False,
) -> keras.KerasTensor:
    """Convolution 3 x 3, batch normalisation and ReLU; with a residual link if asked for.

    Args:
        x: feature maps (n, y, x, c).
        filters: number of output maps.
        name: of the last activation.
        norm: momentum of the batch normalisation; None leaves it out.
        price: regulariser of the weights.
        residual: a second convolution, and the input (by a 1 x 1 convolution) added to it.

    Taught in: 03.
    """
    y = normed_convolution(x, filters, 3, norm, price)
    if residual:
        y = layers.ReLU()(y)
        y = normed_convolution(y, filters, 3, norm, price)
        y = layers.Add()([y, normed_convolution(x, filters, 1, norm, price)])
    return layers.ReLU(name=name)(y)


def normed_convolution(
    x: keras.KerasTensor,
    filters: int,
    kernel: int,
    norm: float | None,
    price: keras.regularizers.Regularizer | None,
) -> keras.KerasTensor:
    """Convolution with padding, and batch normalisation if `norm` is its momentum. Used in: 03."""
    y = layers.Conv2D(
        filters, kernel, padding="same", use_bias=norm is None, kernel_regularizer=price
    )(x)
    return y if norm is None else layers.BatchNormalization(momentum=norm)(y)


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """Side in pixels of what one value behind a stack of layers can see.

    Args:
        layers: (kernel, stride) of each layer, from the picture on; a pooling of 2 is (2, 2), a
            kernel of 3 with dilation 2 counts as 5.

    Taught in: 03.
    """
    side, jump = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * jump
        jump *= stride
    return side

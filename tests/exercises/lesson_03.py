"""Answers to the exercises of lesson 03: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import math

import keras
import numpy as np
import scipy.ndimage
import scipy.signal
from skimage.measure import block_reduce


def slide_with_loops(image, kernel, stride=1):
    height, width = kernel.shape
    rows = (image.shape[0] - height) // stride + 1
    columns = (image.shape[1] - width) // stride + 1
    result = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            top, left = r * stride, c * stride
            result[r, c] = (image[top : top + height, left : left + width] * kernel).sum()
    return result


def slide_by_shifting(image, kernel, stride=1):
    height, width = kernel.shape
    total = 0
    for i in range(height):
        for j in range(width):
            moved = image[i : image.shape[0] - height + i + 1, j : image.shape[1] - width + j + 1]
            total = total + kernel[i, j] * moved
    return total[::stride, ::stride]


def slide_with_lists(image, kernel, stride=1):
    h, w = kernel.shape
    return [
        [
            np.vdot(image[r : r + h, c : c + w], kernel)
            for c in range(0, image.shape[1] - w + 1, stride)
        ]
        for r in range(0, image.shape[0] - h + 1, stride)
    ]


def slide_forgets_the_step(image, kernel, stride=1):
    height, width = kernel.shape
    rows = (image.shape[0] - height) // stride + 1
    columns = (image.shape[1] - width) // stride + 1
    result = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            result[r, c] = (image[r : r + height, c : c + width] * kernel).sum()
    return result


def slide_one_short(image, kernel, stride=1):
    h, w = kernel.shape
    rows, columns = (image.shape[0] - h) // stride, (image.shape[1] - w) // stride
    result = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            y, x = r * stride, c * stride
            result[r, c] = np.sum(image[y : y + h, x : x + w] * kernel)
    return result


def slide_over_ranges(image, kernel, stride=1):
    h, w = kernel.shape
    rows = range(0, image.shape[0] - h, stride)
    columns = range(0, image.shape[1] - w, stride)
    return np.array([[(image[r : r + h, c : c + w] * kernel).sum() for c in columns] for r in rows])


def slide_along(down, right):
    def answer(image, kernel, stride=1):
        result = slide_with_loops(image, kernel, stride)
        for r, c in np.ndindex(result.shape):
            y, x = r * stride if down else r, c * stride if right else c
            result[r, c] = (image[y : y + kernel.shape[0], x : x + kernel.shape[1]] * kernel).sum()
        return result

    return answer


def slide_in_integers(image, kernel, stride=1):
    right = slide_by_shifting(image, kernel, stride)
    result = np.zeros(right.shape, dtype=int)
    result[:] = right
    return result


def size_by_counting(n, kernel, stride, padding, dilation):
    places, first = 0, 0
    last_weight = dilation * (kernel - 1)
    while first + last_weight < n + 2 * padding:
        places, first = places + 1, first + stride
    return places


def size_by_range(n, kernel, stride, padding, dilation):
    wide = (kernel - 1) * dilation + 1
    return len(range(0, n + 2 * padding - wide + 1, stride))


def pool_with_loops(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    result = np.zeros((rows, columns, x.shape[2]))
    for r in range(rows):
        for c in range(columns):
            block = x[r * size : (r + 1) * size, c * size : (c + 1) * size]
            result[r, c] = block.max(axis=(0, 1))
    return result


def pool_by_library(x, size):
    fits = x[: x.shape[0] // size * size, : x.shape[1] // size * size]
    return block_reduce(fits, (size, size, 1), np.max)


def pool_by_offsets(x, size):
    rows, columns = x.shape[0] // size * size, x.shape[1] // size * size
    parts = [x[i:rows:size, j:columns:size] for i in range(size) for j in range(size)]
    return np.max(parts, axis=0)


def pool_from_zero(x, size):
    result = np.zeros((x.shape[0] // size, x.shape[1] // size, x.shape[2]))
    for r, c, k in np.ndindex(*result.shape):
        for i in range(size):
            for j in range(size):
                result[r, c, k] = max(result[r, c, k], x[r * size + i, c * size + j, k])
    return result


def pool_all_channels(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    result = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            result[r, c] = x[r * size : (r + 1) * size, c * size : (c + 1) * size].max()
    return result


def pool_overlapping(x, size):
    rows, columns = x.shape[0] - size + 1, x.shape[1] - size + 1
    return np.array(
        [
            [x[r : r + size, c : c + size].max(axis=(0, 1)) for c in range(columns)]
            for r in range(rows)
        ]
    )


def norm_channel_by_channel(x, gamma, beta, eps=1e-3):
    channels = []
    for k in range(x.shape[-1]):
        values = x[..., k]
        unit = (values - values.mean()) / (values.var() + eps) ** 0.5
        channels.append(gamma[k] * unit + beta[k])
    return np.stack(channels, axis=-1)


def norm_flat(x, gamma, beta, eps=1e-3):
    flat = x.reshape(-1, x.shape[-1])
    variance = (flat**2).mean(0) - flat.mean(0) ** 2
    return ((flat - flat.mean(0)) / np.sqrt(variance + eps) * gamma + beta).reshape(x.shape)


def norm_by_scale_and_shift(x, gamma, beta, eps=1e-3):
    scale = gamma / np.sqrt(np.var(x, axis=(0, 1, 2)) + eps)
    return x * scale + (beta - scale * np.mean(x, axis=(0, 1, 2)))


def norm_in_32_bits(x, gamma, beta, eps=1e-3):
    x, gamma, beta, eps = (np.asarray(part, np.float32) for part in (x, gamma, beta, eps))
    return norm_by_scale_and_shift(x, gamma, beta, eps)


def norm_by_keras(x, gamma, beta, eps=1e-3):
    layer = keras.layers.BatchNormalization(epsilon=eps)
    layer.build(x.shape)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    return layer(x, training=True)


def norm(x, gamma, beta, eps, axis):
    mean, var = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def norm_in_place(x, gamma, beta, eps=1e-3):
    x -= x.mean(axis=(0, 1, 2))
    return gamma * x / np.sqrt(x.var(axis=(0, 1, 2)) + eps) + beta


def field_backwards(layers):
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side


def field_by_products(layers):
    strides = [stride for _, stride in layers]
    return 1 + sum((k - 1) * math.prod(strides[:i]) for i, (k, _) in enumerate(layers))


def field_by_marking(layers):
    seen = {0}
    for kernel, stride in reversed(layers):
        seen = {place * stride + i for place in seen for i in range(kernel)}
    return max(seen) - min(seen) + 1


def field_counts_kernel(layers):
    side, jump = 1, 1
    for kernel, stride in layers:
        side += kernel * jump
        jump *= stride
    return side


def field_jump_first(layers):
    side, jump = 1, 1
    for kernel, stride in layers:
        jump *= stride
        side += (kernel - 1) * jump
    return side


def field_adds_strides(layers):
    side, jump = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * jump
        jump += stride
    return side


RIGHT = {
    "03.1": [
        slide_with_loops,
        slide_by_shifting,
        slide_with_lists,
        lambda i, k, stride=1: scipy.signal.correlate2d(i, k, mode="valid")[::stride, ::stride],
    ],
    "03.2": [
        size_by_counting,
        size_by_range,
        lambda n, kernel, stride, padding, dilation: (
            math.floor((n + 2 * padding - (dilation * (kernel - 1) + 1)) / stride) + 1
        ),
    ],
    "03.3": [pool_with_loops, pool_by_library, pool_by_offsets],
    "03.4": [
        norm_channel_by_channel,
        norm_flat,
        norm_by_scale_and_shift,
        lambda x, gamma, beta, eps: norm_channel_by_channel(x.astype("float32"), gamma, beta, eps),
        norm_in_32_bits,
        norm_by_keras,
    ],
    "03.5": [field_backwards, field_by_products, field_by_marking],
}


def pool_all_maps_at_once(x, size):
    rows, columns = x.shape[0] // size, x.shape[1] // size
    result = np.zeros((rows, columns, x.shape[2]))
    for r in range(rows):
        for c in range(columns):
            result[r, c] = x[r * size : (r + 1) * size, c * size : (c + 1) * size].max()
    return result


def field_multiplied(stack):
    side = 1
    for kernel, stride in stack:
        side += kernel - 1
        side *= stride
    return side


WRONG = {
    "03.1": [
        (
            lambda i, k, s=1: scipy.signal.convolve2d(i, k, mode="valid")[::s, ::s],
            "half a turn",
        ),
        (lambda i, k, s=1: scipy.signal.correlate2d(i, k, mode="same")[::s, ::s], "border"),
        (slide_forgets_the_step, "only one pixel"),
        (lambda i, k, s=1: slide_by_shifting(i, k), "only one pixel"),
        (lambda i, k, s=1: slide_by_shifting(i, k)[::s], "one axis"),
        (slide_one_short, "missing"),
        (slide_over_ranges, "add 1"),
        (slide_along(True, False), "one axis"),
        (slide_along(False, True), "one axis"),
        (lambda i, k, s=1: slide_by_shifting(i, k, s).astype(i.dtype), "decimals"),
        (lambda i, k, s=1: slide_by_shifting(i, k, s) / k.size, "mean"),
        (slide_in_integers, "decimals"),
        (lambda i, k, s=1: slide_by_shifting(i, np.flipud(k), s), "mirrored"),
        (
            lambda i, k, s=1: (
                np.lib.stride_tricks.sliding_window_view(i, k.shape)[::s, ::s].sum((2, 3)) * k.sum()
            ),
            "two sums",
        ),
        (lambda i, k, s=1: slide_by_shifting(i, k.T, s), "Shape"),
    ],
    "03.2": [
        (lambda n, k, s, p, d: (n + 2 * p - k - (k - 1) * d) // s + 1, "free between"),
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) // s, "One too few"),
        (lambda n, k, s, p, d: (n + p - d * (k - 1) - 1) // s + 1, "both sides"),
        (lambda n, k, s, p, d: (n - d * (k - 1) - 1) // s + 1, "padding is missing"),
        (lambda n, k, s, p, d: (n + 2 * p - k) // s + 1, "dilation is missing"),
        (lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1, "kernel · dilation"),
        (lambda n, k, s, p, d: n + 2 * p - d * (k - 1), "stride is missing"),
        (lambda n, k, s, p, d: math.ceil((n + 2 * p - d * (k - 1) - 1) / s) + 1, "rounded up"),
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1) - 1) / s + 1, "Half a place"),
        (lambda n, k, s, p, d: (n + 2 * p - d * (k - 1)) // s, "first place"),
        (lambda n, k, s, p, d: n // s, "you got"),
    ],
    "03.3": [
        (pool_all_maps_at_once, "without `axis`"),
        (lambda x, size: block_reduce(x, (size, size, 1), np.max), "incomplete"),
        (lambda x, size: pool_by_library(x, size).mean(axis=-1), "Shape"),
        (
            lambda x, size: np.mean(
                [
                    x[i : x.shape[0] // size * size : size, j : x.shape[1] // size * size : size]
                    for i in range(size)
                    for j in range(size)
                ],
                axis=0,
            ),
            "average",
        ),
        (pool_from_zero, "Negative"),
        (pool_all_channels, "over the maps"),
        (pool_overlapping, "overlap"),
        (
            lambda x, size: x[
                : x.shape[0] // size * size : size, : x.shape[1] // size * size : size
            ],
            "upper left",
        ),
        (
            lambda x, size: (
                x[: x.shape[0] // size * size, : x.shape[1] // size * size]
                .reshape(x.shape[0] // size, x.shape[1] // size, size, size, -1)
                .max((2, 3))
            ),
            "strips",
        ),
        (lambda x, size: -pool_by_library(-x, size), "smallest"),
    ],
    "03.4": [
        (lambda x, g, b, e: norm(x, g, b, e, 0), "axis=0"),
        (lambda x, g, b, e: g * (x - x.mean()) / np.sqrt(x.var() + e) + b, "everything"),
        (lambda x, g, b, e: norm(x, g, b, e, (1, 2)), "instance"),
        (lambda x, g, b, e: norm(x, g, b, e, -1), "leave out"),
        (
            lambda x, g, b, e: g * (x - x.mean((0, 1, 2))) / x.std((0, 1, 2)) + b,
            "missing",
        ),
        (
            lambda x, g, b, e: g * (x - x.mean((0, 1, 2))) / (x.std((0, 1, 2)) + e) + b,
            "under the root",
        ),
        (
            lambda x, g, b, e: g * (x - x.mean((0, 1, 2))) / (x.var((0, 1, 2)) + e) + b,
            "take the root",
        ),
        (lambda x, g, b, e: norm(x, b, g, e, (0, 1, 2)), "places"),
        (lambda x, g, b, e: norm(x, 1, 0, e, (0, 1, 2)), "γ multiply"),
        (lambda x, g, b, e: g * norm(x, 1, b, e, (0, 1, 2)), "Add β last"),
        (norm_in_place, "changes its input"),
    ],
    "03.5": [
        (field_multiplied, "multiplied the side"),
        (lambda layers: 1 + sum(k - 1 for k, _ in layers), "two pixels of the picture"),
        (lambda layers: sum(k for k, _ in layers), "added the kernels"),
        (lambda layers: math.prod(k for k, _ in layers), "multiplied the kernels"),
        (field_jump_first, "order"),
        (lambda layers: 1 + sum((k - 1) * s for k, s in layers), "own stride"),
        (field_counts_kernel, "kernel − 1"),
        (lambda layers: field_backwards(layers) - 1, "One too few"),
        (field_adds_strides, "added the strides"),
        (lambda layers: field_by_products(layers[::-1]), "begin at the picture"),
        (lambda layers: math.prod(s for _, s in layers), "the jump at the end"),
        (lambda layers: sum(k * s for k, s in layers), "you got"),
    ],
}

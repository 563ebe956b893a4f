"""Answers to the exercises of lesson 00: right ones written differently, and usual mistakes."""

import numpy as np

RIGHT = {
    "00.1": [
        lambda pixels, pixel_size: pixel_size * pixels,
        lambda pixels, pixel_size: np.multiply(pixels, pixel_size),
        lambda pixels, pixel_size: (
            [p * pixel_size for p in np.ravel(pixels)] if np.ndim(pixels) else pixels * pixel_size
        ),
    ],
}
WRONG = {
    "00.1": [
        (lambda pixels, pixel_size: pixels / pixel_size, "divided"),
        (lambda pixels, pixel_size: np.rint(pixels * pixel_size), "rounded"),
        (lambda pixels, pixel_size: np.round(pixels * pixel_size, 3), "rounded"),
        (lambda pixels, pixel_size: np.floor(pixels * pixel_size), "cut off"),
        (lambda pixels, pixel_size: pixels * pixel_size * pixel_size, "area"),
        (lambda pixels, pixel_size: 0.645 * pixels, "0.645"),
        (lambda pixels, pixel_size: 1e3 * pixels * pixel_size, "nanometres"),
        (lambda pixels, pixel_size: print(pixels * pixel_size), "return"),
        (lambda pixels: pixels, "TypeError"),
        (lambda pixels, pixel_size: pixels, "31"),
    ],
}

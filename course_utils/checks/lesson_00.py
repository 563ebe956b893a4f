"""Self-check of lesson 00: one exercise, to practise the way exercises work."""

import numpy as np

from course_utils.checks import Exercise

EXERCISES = {
    "00.1": Exercise(
        right=lambda pixels, pixel_size: pixels * pixel_size,
        cases=[(31.0, 0.645), (np.array([10.0, 0.0, 200.0]), 0.10833)],
        praise="Pixels are the camera's unit, micrometres the cell's.",
        mistakes=[
            (
                lambda pixels, pixel_size: pixels / pixel_size,
                "You divided. One pixel covers 0.645 µm, so 31 pixels cover less than 31 µm: "
                "multiply.",
            ),
            (
                tuple(
                    lambda pixels, pixel_size, digits=digits: np.round(pixels * pixel_size, digits)
                    for digits in range(4)
                ),
                "Right, but rounded. Leave the number as it is; round it when you print it.",
            ),
            (
                lambda pixels, pixel_size: np.asarray(pixels * pixel_size).astype(int),
                "Right, but cut off to whole micrometres. Leave the number as it is.",
            ),
            (
                lambda pixels, pixel_size: pixels * pixel_size**2,
                "The square of the pixel size turns an *area* in pixels into µm². This is a "
                "length: multiply once.",
            ),
            (
                lambda pixels, pixel_size: pixels * 0.645,
                "You wrote 0.645 into the function. Use the argument `pixel_size`, so that it "
                "works for every microscope.",
            ),
            (
                lambda pixels, pixel_size: pixels * pixel_size * 1000,
                "These are nanometres. The course writes lengths in µm.",
            ),
        ],
    ),
}

"""Rooms where the judgement is ill, not the training; and two rooms with two faults at once."""

from dataclasses import replace
from functools import partial

from course_utils.models.museum import steps
from course_utils.models.museum.exhibit import (
    Exhibit,
    Sign,
    from_recipes,
    last_loss,
    number,
    refused,
    too_good,
)
from course_utils.models.museum.recipe import HEALTHY, change, train, twice

JUDGING = "assessing performance"
RECALL = number("mean recall in use")
PLAIN = replace(HEALTHY, network=steps.flat, rate=0.001)
HEART = replace(PLAIN, draw=steps.eight_nuclei)
FATE = replace(
    PLAIN, question=steps.divides_later, turning=steps.as_taken, count=800, rate=0.003, epochs=12
)
RARE = replace(HEALTHY, draw=steps.as_in_the_film)
PROMISES = "validation accuracy minus mean recall in use"
FEW_STEPS = replace(HEALTHY, epochs=2)

BY_HEART = from_recipes(
    HEART,
    PLAIN,
    name="learned by heart",
    clinic="overfitting",
    story="Labels are dear, so it got four nuclei of each kind, in all orientations.",
    sign=Sign(
        "validation loss at the end", lambda run: run.history["val_loss"][-1], (0.85, 99), (0, 0.78)
    ),
    shows="train/validation gap",
    choices={
        "learned by heart": "Perfect on eight nuclei, and each epoch makes it surer of mistakes on "
        "others: the validation loss rises while the training loss goes to zero.",
        "labels shuffled": "Then the validation would be at chance. It is well above. Look at how "
        "far the two curves part.",
        "learning rate too high": "The training loss falls smoothly to zero. What rises is the "
        "other.",
        "batch norm not settled": "This network has none, and in use it is right on all that it "
        "was trained with.",
    },
)

IMBALANCE = from_recipes(
    RARE,
    replace(RARE, class_weight=steps.rare_ones_more),
    name="class imbalance",
    clinic="class imbalance",
    story="96 % accuracy on the pictures as they come. The clinic that bought it is not happy.",
    sign=Sign("mean recall in use", RECALL, (0, 0.65), (0.75, 1)),
    shows="class collapse",
    also=("train/validation gap",),
    choices={
        "class imbalance": "It always says 'rests', and is right 24 times in 25. Weights "
        "N/(C n) let the few dividing nuclei weigh as much as all others together.",
        "learned by heart": "It has not even learned the dividing nuclei of its training pictures. "
        "What does it answer, and how often?",
        "learning rate too low": "The loss fell a long way: to that of someone who always says "
        "'no'.",
        "preprocessing mismatch": "Both parts were prepared alike. Count its answers.",
    },
)

PROMISE = from_recipes(
    HEALTHY,
    replace(HEALTHY, precision_on=steps.as_in_the_film),
    name="precision of another mixture",
    clinic="class imbalance",
    story="Promised: nine of ten alarms are right. In the laboratory most of them are false.",
    sign=Sign(
        "precision promised minus precision in use",
        lambda run: run.numbers["precision promised"] - run.numbers["precision in use"],
        (0.15, 1),
        (-0.12, 0.12),
    ),
    seen=("validation accuracy", "precision promised", "precision in use"),
    choices={
        "precision of another mixture": "Promised on a sample that is half dividing. In the film "
        "one in twelve divides, so the same share of false alarms outnumbers the hits.",
        "learned by heart": "The validation nuclei were never trained on, and recall is the same "
        "in "
        "use. Only the precision is not. What does precision depend on, and recall not?",
        "class imbalance": "In training both classes were alike, and the recall is fine. It is the "
        "*measurement* that used another mixture than the film.",
        "leakage by frame": "No cell stands on both sides. Recall keeps its promise. Count "
        "classes.",
    },
)

LEAK = from_recipes(
    replace(FATE, split=steps.by_frame),
    FATE,
    name="leakage by frame",
    clinic=JUDGING,
    story="Will this resting cell divide within the film? It knows, says the validation.",
    classes=("never", "later"),
    sign=Sign(PROMISES, too_good, (0.25, 1), (-0.2, 0.2)),
    also=("train/validation gap",),
    choices={
        "leakage by frame": "Odd and even frames show *the same cells*. It recognises the cell and "
        "repeats its fate. For cells of another region it guesses; the mend only says so.",
        "learned by heart": "Then the validation would suffer. It shines, and only other cells do "
        "not work. Who are the cells in the validation frames?",
        "validation on training pictures": "The curves differ, so the pictures do. But do the "
        "cells?",
        "preprocessing mismatch": "The new pictures come from the same film, prepared alike.",
    },
)

SAME_SET = from_recipes(
    replace(HEART, watch=steps.training_again),
    HEART,
    name="validation on training pictures",
    clinic=JUDGING,
    story="Perfect on validation, in the end. A colleague's cells are another matter.",
    sign=Sign(PROMISES, too_good, (0.08, 1), (-0.2, 0.07)),
    also=("train/validation gap",),
    choices={
        "validation on training pictures": "Both curves are the same curve: `validation_data` got "
        "the arrays of the training. A validation that equals the training to the digit is one.",
        "leakage by frame": "Related pictures would give related curves. These are the same.",
        "learned by heart": "That too, but it should have shown in the validation. Why did it not?",
        "preprocessing mismatch": "The colleague's pictures are from the same film and scaled "
        "alike.",
    },
)

MISMATCH = from_recipes(
    replace(HEALTHY, scale_in_use=steps.as_16_bit),
    HEALTHY,
    name="preprocessing mismatch",
    clinic=JUDGING,
    story="Validated with care on cells never seen. Since it runs on the microscope, it fails.",
    sign=Sign(PROMISES, too_good, (0.2, 1), (-0.1, 0.1)),
    choices={
        "preprocessing mismatch": "Trained on standardised logarithms; on the microscope counts "
        "are divided by 65,535. There all pictures are nearly zero, and answered alike.",
        "leakage by frame": "Validation and use show the same nuclei here. Compare the *numbers* "
        "that reach the network: mean and deviation of a few pictures.",
        "learned by heart": "Validated on other cells, with success. What is different in use?",
        "dropout left on": "It has none. Compare the pictures, as numbers.",
    },
)

DROPOUT = from_recipes(
    replace(HEALTHY, dropout=0.5, answer=steps.still_training),
    replace(HEALTHY, dropout=0.5),
    name="dropout left on",
    clinic=JUDGING,
    story="The same picture, twice: dividing. Not dividing. It depends on the day.",
    sign=Sign(
        "answers that change when asked twice",
        number("answers that change when asked twice"),
        (0.015, 1),
        (0, 0),
    ),
    seen=("validation accuracy", "mean recall in use", "answers that change when asked twice"),
    choices={
        "dropout left on": "`model(x, training=True)` throws half of the features away at random, "
        "each time others. In use dropout must rest.",
        "no seed": "A seed would freeze the dice, not take them away. The trained network should "
        "not throw any.",
        "preprocessing mismatch": "The same array went in twice. What is random *inside*?",
        "batch norm not settled": "It has none, and moving statistics do not change by asking.",
    },
)

AXES = from_recipes(
    replace(HEALTHY, axes=steps.channels_first),
    HEALTHY,
    name="channels first",
    clinic="dimension mismatch",
    story="The arrays were written by another library. Now there is no curve at all.",
    sign=Sign("stopped with an error", refused, (1, 1), (0, 0)),
    seen=(),
    choices={
        "channels first": "The network wants (n, 24, 24, 1) and got (n, 1, 24, 24). Move the axis "
        "with `np.moveaxis(x, 1, -1)`.",
        "wrong picture size": "24 and 24 are both there. In which order do the axes come?",
        "labels of the wrong shape": "The message speaks of the input of a layer, not of the loss.",
        "too many pictures": "The first axis may have any length: the message writes it as None.",
    },
)

NO_SEED = Exhibit(
    name="no seed",
    clinic="software engineering",
    story="Yesterday it was better. Nothing has been changed since, they swear.",
    broken=twice(replace(FEW_STEPS, start=steps.left_to_chance)),
    repaired=twice(FEW_STEPS),
    change=change(replace(FEW_STEPS, start=steps.left_to_chance), FEW_STEPS),
    sign=Sign(
        "difference between two runs", number("difference between two runs"), (1e-3, 9), (0, 1e-5)
    ),
    also=(
        "loss does not move",
        "class collapse",
        "constant output",
    ),
    seen=("validation accuracy", "difference between two runs"),
    choices={
        "no seed": "First weights and order of the batches were drawn anew. With a seed, two runs "
        "on one machine agree to the last digit; without, every comparison is one of dice.",
        "learning rate too high": "Large steps make runs wild, not different: from one start along "
        "one order of batches they would be equally wild.",
        "dropout left on": "It has none. And these are two *trainings*, not two answers.",
        "other versions": "That happens too, in the seventh digit to begin with. Here both ran in "
        "one session. What was drawn at random?",
    },
)

SLOW_AND_WRONG = replace(HEALTHY, rate=1e-6, loss=steps.cross_entropy_of_probabilities)
TWO_IN_TRAINING = from_recipes(
    SLOW_AND_WRONG,
    HEALTHY,
    name="wrong loss and learning rate too low",
    clinic="training performance",
    story="A loss like a ruler. They mended one thing, and nothing changed; so they put it back.",
    sign=Sign("training loss at the end", last_loss, (0.6, 1e30), (0, 0.5)),
    shows="scores where probabilities are expected",
    also=(
        "loss does not move",
        "class collapse",
        "loss starts far above ln C",
    ),
    partly={
        "wrong loss": partial(train, replace(SLOW_AND_WRONG, loss=HEALTHY.loss)),
        "learning rate too low": partial(train, replace(SLOW_AND_WRONG, rate=HEALTHY.rate)),
    },
    choices={
        "wrong loss and learning rate too low": "Either alone keeps the loss where it is, so "
        "neither "
        "mend seems to help. Keep what is right on paper, and go on looking.",
        "wrong loss": "True, and not all. With the right loss it still does not move.",
        "learning rate too low": "True, and not all. At the right rate it still does not learn.",
        "labels shuffled": "Look at the pictures: labels and nuclei agree.",
    },
)

RARE_AND_OTHER = replace(RARE, scale_in_use=steps.as_16_bit)
TWO_IN_USE = from_recipes(
    RARE_AND_OTHER,
    replace(RARE, class_weight=steps.rare_ones_more),
    name="class imbalance and preprocessing mismatch",
    clinic="assessing performance",
    story="On the microscope it finds nothing. The weights were put right; it still does not work.",
    sign=Sign("mean recall in use", RECALL, (0, 0.7), (0.75, 1)),
    shows="class collapse",
    also=("train/validation gap",),
    partly={
        "class imbalance": partial(
            train, replace(RARE_AND_OTHER, class_weight=steps.rare_ones_more)
        ),
        "preprocessing mismatch": partial(train, RARE),
    },
    choices={
        "class imbalance and preprocessing mismatch": "The first shows in its answers, the second "
        "only in the pictures that it gets. One mended fault uncovers the other.",
        "class imbalance": "True, and not all: with weights the validation is fine, the use is "
        "not.",
        "preprocessing mismatch": "True, and not all: on the right pictures it still says 'no'.",
        "learned by heart": "It has not even learned the dividing nuclei that it was shown.",
    },
)

ROOMS = (BY_HEART, IMBALANCE, PROMISE, LEAK, SAME_SET, MISMATCH, DROPOUT, AXES, NO_SEED)
MIXED = (TWO_IN_TRAINING, TWO_IN_USE)

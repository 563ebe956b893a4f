"""Rooms where the training itself is ill: it does not learn, or learns something else."""

from dataclasses import replace

from course_utils.models.museum import steps
from course_utils.models.museum.exhibit import (
    Exhibit,
    Sign,
    from_recipes,
    largest_probability,
    last_loss,
    loss_fall,
    number,
)
from course_utils.models.museum.masks import MaskRecipe, left_behind, train_masks
from course_utils.models.museum.recipe import HEALTHY, change

CLINIC, TUNING = "training performance", "hyper-parameter optimisation"
RECALL = number("mean recall in use")
PLAIN = replace(HEALTHY, network=steps.flat, descent=steps.momentum, rate=0.01)
DEEP = replace(HEALTHY, network=steps.deep, descent=steps.momentum, rate=0.05)
NORMED = replace(HEALTHY, norm=0.9, batch=64, epochs=4, rate=0.01)
SURE = replace(HEALTHY, loss=steps.cross_entropy_of_probabilities, ends=steps.softmax)
GUESSING = Sign(
    "training loss at the end (ln 2 = 0.69 is guessing)", last_loss, (0.6, 1e30), (0, 0.5)
)

UNSCALED = from_recipes(
    replace(PLAIN, scale=steps.raw_counts),
    PLAIN,
    name="unscaled input",
    clinic=CLINIC,
    story="A student's first network. The pictures come straight from the camera's files.",
    sign=Sign("mean recall in use", RECALL, (0, 0.65), (0.75, 1)),
    shows="unscaled input",
    also=(
        "not a number",
        "exploding loss",
        "loss starts far above ln C",
        "dead layer",
        "constant output",
        "loss does not move",
        "class collapse",
    ),
    choices={
        "unscaled input": "Counts of hundreds times weights made for ones: the loss before the "
        "first step was far above ln 2, and one step threw the weights where no gradient is left.",
        "labels shuffled": "With shuffled labels the loss would start near ln 2 and stay there. "
        "This one began far above. What was wrong before anything was learned?",
        "learning rate too high": "Near: the step was too large *for these inputs*. But look at "
        "the "
        "loss before the first step, when no rate had acted yet.",
        "class imbalance": "Half of the training pictures divide. Look at the loss at the start.",
    },
)

TOO_FAST = from_recipes(
    replace(HEALTHY, rate=1.0),
    HEALTHY,
    name="learning rate too high",
    clinic=TUNING,
    story="To save time, the steps were made larger.",
    sign=GUESSING,
    shows="exploding loss",
    also=(
        "not a number",
        "dead layer",
        "constant output",
        "loss does not move",
        "class collapse",
        "vanishing gradient",
    ),
    choices={
        "learning rate too high": "It started at ln 2 as it should, and the first epoch threw it "
        "into the thousands. It came back to guessing with its units dead.",
        "unscaled input": "Then the loss before the first step would be off as well. It was 0.7, "
        "as it should be. The trouble came with the first steps.",
        "learning rate too low": "Too small steps leave the loss where it was. Here it leapt up.",
        "vanishing gradient": "A gradient that vanishes moves nothing. Something moved far too "
        "much.",
    },
)

TOO_SLOW = from_recipes(
    replace(HEALTHY, rate=1e-6),
    HEALTHY,
    name="learning rate too low",
    clinic=TUNING,
    story="The rate was taken over from a paper that fine-tuned a trained network.",
    sign=Sign("fall of the training loss", loss_fall, (-0.05, 0.05), (0.2, 1)),
    shows="loss does not move",
    also=("class collapse",),
    choices={
        "learning rate too low": "Everything is sound: the loss starts at ln 2, gradients flow, it "
        "even sinks, in the third decimal. A thousand times larger, and it learns.",
        "labels shuffled": "Possible from the curve alone! But shuffled labels can be learned by "
        "heart: 16 pictures, many steps. Here not even those would move. Try the rate first.",
        "nothing to train": "Then the loss would be the same to the last digit. It does sink.",
        "vanishing gradient": "A good thought, but three convolutions with ReLU do not lose a "
        "gradient. Eight layers of sigmoids would.",
    },
)

SHUFFLED = from_recipes(
    replace(HEALTHY, labels=steps.out_of_step),
    HEALTHY,
    name="labels shuffled",
    clinic=CLINIC,
    story="Pictures and labels were sorted into two files, and read back.",
    sign=Sign("mean recall in use", RECALL, (0, 0.72), (0.8, 1)),
    shows="loss does not move",
    also=(
        "class collapse",
        "train/validation gap",
    ),
    choices={
        "labels shuffled": "No number tells it from a hopeless task. Pictures do: under 'divides' "
        "stand resting nuclei. Look at twenty pairs as the network gets them, every time.",
        "learning rate too low": "The rate is that of the healthy network, whose loss falls below "
        "0.3. Look at the pictures under their labels.",
        "unscaled input": "The pictures run from -1.4 to 4.2 and the loss starts at ln 2. Look "
        "again, at what stands over each picture.",
        "network too small": "The same network learns this task when pictures and labels belong "
        "together. Look at the pictures first, then change the network.",
    },
)

SOFTMAX = from_recipes(
    replace(SURE, ends=steps.softmax_twice),
    SURE,
    name="softmax twice",
    clinic=CLINIC,
    story="It works, says its owner. Only it is never sure of anything.",
    sign=Sign("largest probability in use", largest_probability, (0.5, 0.7321), (0.85, 1)),
    shows="softmax of a softmax",
    choices={
        "softmax twice": "A softmax of numbers between 0 and 1 can reach e/(e + 1) = 0.73 and no "
        "more, so the loss never falls below 0.31. The answers are right, the probabilities not.",
        "learning rate too low": "The loss fell quickly and then stopped at a wall. A low rate has "
        "no wall. What is the most certain answer that it ever gives?",
        "learned by heart": "Training and validation agree. Nothing was learned by heart.",
        "labels partly wrong": "Wrong labels do put a floor under the loss. But then some answers "
        "would still be certain. Here none is above 0.73.",
    },
)

WRONG_LOSS = from_recipes(
    replace(HEALTHY, loss=steps.cross_entropy_of_probabilities),
    HEALTHY,
    name="wrong loss",
    clinic=CLINIC,
    story="The lines were put together from two examples that each ran well.",
    sign=GUESSING,
    shows="scores where probabilities are expected",
    also=(
        "loss does not move",
        "loss starts far above ln C",
        "class collapse",
        "constant output",
        "dead layer",
        "vanishing gradient",
    ),
    choices={
        "wrong loss": "The network hands over scores, the loss takes their logarithm as if they "
        "were probabilities. Negative scores are cut off, and with them their gradient.",
        "learning rate too low": "Then the loss would creep. It stands still at ln 2 while the "
        "network's outputs have gone far. Which numbers does the loss take?",
        "labels shuffled": "Look at the pictures: labels and nuclei agree. Labels are one half "
        "of a "
        "loss; look at the other, at what the last layer hands over.",
        "class imbalance": "Half of the training pictures divide. What does the last layer give?",
    },
)

SIGMOIDS = from_recipes(
    replace(DEEP, activation="sigmoid"),
    DEEP,
    name="vanishing gradient",
    clinic=CLINIC,
    story="Deeper is better, they had read: eight dense layers, as in the textbook of 1995.",
    sign=GUESSING,
    shows="vanishing gradient",
    also=(
        "loss does not move",
        "constant output",
        "class collapse",
    ),
    choices={
        "vanishing gradient": "The slope of a sigmoid is at most 1/4. Eight of them leave the "
        "first "
        "layer less than a ten-thousandth of what the last one feels.",
        "learning rate too low": "Try it: a hundred times larger changes the last layer only. "
        "Compare the gradients of the first and of the last layer.",
        "dead layer": "A sigmoid is never zero, so it cannot die as a ReLU does. But how steep "
        "is it?",
        "network too small": "More layers are exactly what it has. Each passes on a quarter at "
        "most.",
    },
)

BATCH_NORM = from_recipes(
    replace(NORMED, norm=0.99),
    NORMED,
    name="batch norm not settled",
    clinic=CLINIC,
    story="In training it is brilliant. Everywhere else it is not, even on pictures that it knows.",
    sign=Sign("mean recall in use", RECALL, (0, 0.78), (0.82, 1)),
    shows="batch norm not settled",
    also=(
        "class collapse",
        "constant output",
    ),
    choices={
        "batch norm not settled": "In training each batch is normalised by itself, in use by "
        "moving "
        "statistics. With momentum 0.99 these have hardly left their start after 28 steps.",
        "learned by heart": "So it looks: good on training, bad on validation. But ask it about "
        "the "
        "*training* pictures in use, and it fails on them too. Nothing was learned by heart.",
        "preprocessing mismatch": "Both parts were prepared alike. But something does differ "
        "between "
        "training and use, inside the network.",
        "too few cells": "More cells would not help: it fails on those that it was trained with.",
    },
)

FROZEN = from_recipes(
    replace(HEALTHY, trainable=False),
    HEALTHY,
    name="nothing to train",
    clinic=CLINIC,
    story="A line was left over from the lesson on transfer learning.",
    sign=Sign("fall of the training loss", loss_fall, (-0.02, 0.02), (0.2, 1)),
    shows="nothing to train",
    also=(
        "loss does not move",
        "class collapse",
    ),
    choices={
        "nothing to train": "The loss is the same in every epoch, to the last digit. All weights "
        "are "
        "frozen. `model.summary()` says so in its last lines.",
        "learning rate too low": "Then the third digit would move. This loss does not move at all.",
        "dead layer": "Dead units give zeros, and pictures would be answered alike. Count the "
        "weights that may change.",
        "labels shuffled": "A network can at least begin to learn shuffled labels by heart. This "
        "one does not move at all.",
    },
)

MASKS = Exhibit(
    name="masks left behind",
    clinic=CLINIC,
    story="Find the nuclei. The windows are turned at random, since cells have no up.",
    broken=lambda seed: train_masks(MaskRecipe(left_behind), seed),
    repaired=lambda seed: train_masks(MaskRecipe(), seed),
    change=change(MaskRecipe(left_behind), MaskRecipe()),
    sign=Sign("overlap with the masks", number("overlap with the masks"), (0, 0.6), (0.7, 1)),
    also=(
        "loss does not move",
        "train/validation gap",
    ),
    seen=("overlap with the masks",),
    choices={
        "masks left behind": "The picture was turned, its mask was not. One mask in eight lies "
        "right by luck, so no pixel gets more than 0.4, and at a threshold of 0.5 nothing is left.",
        "threshold too high": "At 0.25 the nuclei do come back: a symptom treated. Why is no pixel "
        "ever given more than 0.4? Draw the outlines on a *training* window.",
        "network too small": "The same network finds nuclei well once it is shown them. What was "
        "it "
        "shown? Draw the outlines on a training window.",
        "learned by heart": "Then the training windows would be right. Draw the outlines on one.",
    },
)

ROOMS = (
    UNSCALED,
    SHUFFLED,
    SOFTMAX,
    WRONG_LOSS,
    SIGMOIDS,
    BATCH_NORM,
    FROZEN,
    MASKS,
    TOO_FAST,
    TOO_SLOW,
)

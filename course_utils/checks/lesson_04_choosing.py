"""Self-checks of lesson 04: choosing a layer without looking at the test, and freezing."""

import numpy as np

from course_utils.checks import Exercise

INNER = np.array(
    [
        [0.80, 0.96, 0.83, 0.86, 0.88],
        [0.88, 0.85, 0.90, 0.84, 0.90],
        [0.85, 0.87, 0.86, 0.95, 0.82],
    ]
)
OUTER = np.array(
    [
        [0.90, 0.76, 0.85, 0.80, 0.83],
        [0.81, 0.92, 0.84, 0.95, 0.86],
        [0.86, 0.88, 0.95, 0.89, 0.91],
    ]
)
SCORES = [(INNER, OUTER), (OUTER[:, ::-1].copy(), INNER[::-1].copy())]
BN = "BatchNormalization"
LAYERS = [
    ("Conv1", "Conv2D", 864),
    ("bn_Conv1", BN, 128),
    ("block_2_expand", "Conv2D", 3456),
    ("block_2_BN", BN, 576),
    ("block_13_project", "Conv2D", 92160),
    ("block_13_BN", BN, 640),
    ("block_14_expand", "Conv2D", 153600),
    ("block_14_BN", BN, 3840),
    ("block_14_depthwise", "DepthwiseConv2D", 8640),
    ("block_14_project", "Conv2D", 153601),
    ("Conv_1_stats", BN, 5120),
    ("head", "Dense", 7686),
]
NETWORKS = [(LAYERS, "block_14_expand"), (LAYERS, "block_2_expand"), (LAYERS, "block_13_BN")]


def place(layers, name):
    """Row of the layer with a name."""
    return [row[0] for row in layers].index(name)


def weights(layers, keep=lambda kind: kind != BN):
    """Sum of the weights of the layers whose kind is kept."""
    return sum(n for _, kind, n in layers if keep(kind))


def everything(kind):
    """Keeps batch normalisation too."""
    return True


CHOOSING = {
    "04.4": Exercise(
        right=lambda i, o: np.mean([o[i[:, f].argmax(), f] for f in range(i.shape[1])]),
        cases=SCORES,
        praise="The part that is scored had no say in the choice.",
        mistakes=[
            (
                lambda i, o: o.mean(1).max(),
                "You took the layer that does best on the test parts. That is choosing on the "
                "test. In each fold, let that fold's column of `inner` choose.",
            ),
            (
                (
                    lambda i, o: o[i.argmax() // i.shape[1]].mean(),
                    lambda i, o: o.ravel()[i.argmax()],
                ),
                "`argmax()` without `axis` looks for the largest entry of the whole table, so one "
                "fold chooses for all. Each fold's own column chooses: `argmax(axis=0)`.",
            ),
            (
                lambda i, o: o.max(0).mean(),
                "You took the best test score of each fold. Nobody knows beforehand which layer "
                "that is: `inner` has to choose, `outer` only to score.",
            ),
            (
                lambda i, o: i.max(0).mean(),
                "You return what the winners scored where they were chosen. Of many tries the "
                "best is partly luck: look up the winner's score in `outer`.",
            ),
            (
                lambda i, o: i.mean(1).max(),
                "That is the best inner mean: chosen and scored on the same numbers. Look up "
                "each fold's winner in `outer`.",
            ),
            (
                lambda i, o: o[i.mean(1).argmax()].mean(),
                "One layer for all folds, chosen on the mean of `inner` over the folds. But the "
                "other folds' training pictures include this fold's test pictures. Choose "
                "separately in each column.",
            ),
            (
                lambda i, o: np.mean([o[f, i[f].argmax()] for f in range(len(i))]),
                "You chose the best *fold* of each layer. Folds are columns, layers are rows: "
                "`argmax(axis=0)`.",
            ),
            (
                lambda i, o: np.array([o[i[:, f].argmax(), f] for f in range(i.shape[1])]),
                "One score a fold, and each of them right. Asked for is their mean.",
            ),
            (
                lambda i, o: o[i.argmax(0)].mean(),
                "`outer[rows]` takes whole rows, all folds of each winner. Pair them: "
                "`outer[rows, np.arange(folds)]`.",
            ),
            (
                lambda i, o: np.mean([i[o[:, f].argmax(), f] for f in range(i.shape[1])]),
                "Turned round: `outer` chose and `inner` scored.",
            ),
            (
                lambda i, o: o.mean(),
                "That is the mean over all layers: nothing was chosen.",
            ),
            (
                lambda i, o: i.argmax(0),
                "These are the winners' rows. Now look up their scores in `outer`.",
            ),
        ],
    ),
    "04.5": Exercise(
        right=lambda layers, first: weights(layers[place(layers, first) :]),
        cases=NETWORKS,
        praise="What is below the cut and what counts statistics stays as it was.",
        mistakes=[
            (
                lambda layers, first: weights(layers[place(layers, first) :], everything),
                "Batch normalisation is in your sum. It stays frozen wherever it stands: leave out "
                'the kind "BatchNormalization".',
            ),
            (
                (
                    lambda layers, first: weights(
                        layers[place(layers, first) :], lambda kind: kind in ("Conv2D", "Dense")
                    ),
                    lambda layers, first: weights(
                        layers[place(layers, first) :], lambda kind: kind == "Conv2D"
                    ),
                ),
                "You listed the kinds that count, and one of the network is not in your list. Only "
                '"BatchNormalization" is to be left out: ask `!=`.',
            ),
            (
                lambda layers, first: weights(
                    [row for row in layers[place(layers, first) :] if "bn" not in row[0].lower()],
                    everything,
                ),
                "You know batch normalisation by its name. Names are free, and one of these has no "
                '"bn" in it: look at the kind, the second entry.',
            ),
            (
                lambda layers, first: weights(layers[place(layers, first) + 1 :]),
                "The layer `first` is missing: it is the first one that is trained.",
            ),
            (
                lambda layers, first: weights(layers[place(layers, first) + 1 :], everything),
                "The layer `first` is missing, and batch normalisation is in your sum.",
            ),
            (
                (
                    lambda layers, first: weights(layers[: place(layers, first)]),
                    lambda layers, first: weights(layers[: place(layers, first)], everything),
                    lambda layers, first: weights(layers[: place(layers, first) + 1]),
                ),
                "You counted what lies *below* the cut. That part is frozen; train from `first` "
                "upwards.",
            ),
            (
                (
                    lambda layers, first: weights(layers),
                    lambda layers, first: weights(layers, everything),
                ),
                "You counted the whole network. Which layers come before `first`?",
            ),
            (
                (
                    lambda layers, first: weights([row for row in layers if row[0] >= first]),
                    lambda layers, first: weights(
                        [row for row in layers if row[0] >= first], everything
                    ),
                ),
                "You compared names as text, and there block_2 comes after block_14. Their "
                "*place in the list* is the order of the network.",
            ),
            (
                (
                    lambda layers, first: weights([row for row in layers if row[0] == first]),
                    lambda layers, first: weights(
                        [row for row in layers if row[0] == first], everything
                    ),
                ),
                "You counted the layer `first` alone. Everything above it is trained too.",
            ),
            (
                (
                    lambda layers, first: sum(
                        kind != BN for _, kind, _ in layers[place(layers, first) :]
                    ),
                    lambda layers, first: len(layers[place(layers, first) :]),
                ),
                "You counted layers. Asked for is the sum of their weights, the third entry.",
            ),
            (
                lambda layers, first: weights(
                    layers[place(layers, first) :], lambda kind: kind == BN
                ),
                "You summed batch normalisation and left out the rest: `!=`, not `==`.",
            ),
        ],
    ),
}

"""Answers to the exercises of lesson 11: right ones written differently, and usual mistakes.

A wrong answer comes with a word of the advice that must name it.
"""

import hashlib
import json
import pickle

import joblib
import numpy as np


def alike_by_allclose(a, b, tolerance):
    return a.shape == b.shape and np.allclose(a, b, rtol=tolerance, atol=tolerance)


def alike_by_largest(a, b, tolerance):
    if a.shape != b.shape:
        return False
    return bool(np.max(np.abs(a - b) / (1 + np.abs(b))) <= tolerance)


def alike_in_a_loop(a, b, tolerance):
    if np.shape(a) != np.shape(b):
        return False
    for x, y in zip(a.ravel(), b.ravel(), strict=True):
        if not abs(x - y) <= tolerance * (1 + abs(y)):
            return False
    return True


def alike_with_isnan(a, b, tolerance):
    if a.shape != b.shape or np.isnan(a).any() or np.isnan(b).any():
        return False
    return not np.any(np.abs(b - a) > tolerance + tolerance * np.abs(b))


def alike_and_stretched(a, b, tolerance):
    return np.allclose(a, b, tolerance, tolerance)


def alike_with_any(a, b, tolerance):
    if a.shape != b.shape:
        return False
    return not (np.abs(a - b) > tolerance * (1 + np.abs(b))).any()


def alike_nan_in_a(a, b, tolerance):
    if a.shape != b.shape or np.isnan(a).any():
        return False
    return not (abs(a - b) > tolerance * (1 + abs(b))).any()


def alike_nan_in_b(a, b, tolerance):
    if a.shape != b.shape or np.isnan(b).any():
        return False
    return not (abs(a - b) > tolerance * (1 + abs(b))).any()


def alike_by_length(a, b, tolerance):
    return len(a) == len(b) and np.all(abs(a - b) <= tolerance * (1 + abs(b)))


def alike_without_sign(a, b, tolerance):
    return a.shape == b.shape and np.all(abs(abs(a) - abs(b)) <= tolerance * (1 + abs(b)))


def alike_by_the_larger(a, b, tolerance):
    if a.shape != b.shape:
        return False
    return all(
        abs(x - y) <= tolerance * max(1, abs(y)) for x, y in zip(a.flat, b.flat, strict=True)
    )


def alike_by_two_largest(a, b, tolerance):
    return a.shape == b.shape and np.max(abs(a - b)) <= tolerance * (1 + np.max(abs(b)))


def key_by_json(image, settings):
    text = json.dumps([str(image.dtype), image.shape, settings], sort_keys=True)
    return hashlib.md5(text.encode() + image.tobytes()).hexdigest()


def key_by_update(image, settings):
    digest = hashlib.blake2b(digest_size=16)
    for part in (image.dtype, image.shape, sorted(settings.items())):
        digest.update(repr(part).encode())
    digest.update(np.ascontiguousarray(image))
    return digest.hexdigest()


def key_in_plain_text(image, settings):
    settings = ", ".join(f"{name}={settings[name]!r}" for name in sorted(settings))
    return f"{image.dtype} {image.tolist()} {settings}"


def key_of_two_hashes(image, settings):
    pixels = hashlib.sha1(image.tobytes()).hexdigest()
    about = json.dumps(settings | {"shape": image.shape, "dtype": image.dtype.str}, sort_keys=True)
    return pixels + hashlib.sha1(about.encode()).hexdigest()


def key_by_joblib(image, settings):
    return joblib.hash((np.ascontiguousarray(image), sorted(settings.items())))


def key_salted(image, settings):
    return str(hash((image.dtype.str, image.shape, image.tobytes(), *sorted(settings.items()))))


def salted_text(thing):
    return str(hash(thing))


def key_salted_in_a_helper(image, settings):
    return salted_text((image.tobytes(), image.shape, image.dtype, *sorted(settings.items())))


def key_salted_in_a_generator(image, settings):
    parts = (image.tobytes(), image.shape, image.dtype, tuple(sorted(settings.items())))
    return "-".join(str(hash(part)) for part in parts)


def key_salted_by_lambda(image, settings):
    salt = lambda thing: hash(thing)  # noqa: E731
    return f"{salt(image.tobytes())} {image.shape} {image.dtype} {sorted(settings.items())}"


def key_salted_by_method(image, settings):
    pixels = image.tobytes().__hash__()
    return f"{pixels} {image.shape} {image.dtype} {sorted(settings.items())}"


def key_as_object(image, settings):
    about = repr((image.dtype, image.shape, sorted(settings.items())))
    return hashlib.sha256(image.tobytes() + about.encode())


def key_in_memory_order(image, settings):
    about = repr((image.dtype, image.shape, sorted(settings.items())))
    return hashlib.sha256(image.tobytes("A") + about.encode()).hexdigest()


def key_by_strides(image, settings):
    about = repr((image.dtype, image.shape, image.strides, sorted(settings.items())))
    return hashlib.sha256(image.tobytes() + about.encode()).hexdigest()


def key_by_sorted_pickle(image, settings):
    return hashlib.sha256(pickle.dumps((image, sorted(settings.items())))).hexdigest()


def key_by_plain_pickle(image, settings):
    return hashlib.sha256(pickle.dumps((image, settings))).hexdigest()


def key_by_pickle(image, settings):
    return hashlib.sha256(pickle.dumps((np.ascontiguousarray(image), settings))).hexdigest()


def key_of_pixels(image, settings):
    return hashlib.sha256(image.tobytes()).hexdigest()


def key_in_order(image, settings):
    text = f"{image.dtype}{image.shape}{settings}"
    return hashlib.sha256(text.encode() + image.tobytes()).hexdigest()


def key_without_shape(image, settings):
    text = json.dumps(settings, sort_keys=True)
    return hashlib.sha256(text.encode() + image.tobytes()).hexdigest()


def key_of_text(image, settings):
    text = f"{image}{image.shape}{image.dtype}{sorted(settings.items())}"
    return hashlib.sha256(text.encode()).hexdigest()


def key_of_sum(image, settings):
    text = f"{image.sum()}{image.shape}{image.dtype}{sorted(settings.items())}"
    return hashlib.sha256(text.encode()).hexdigest()


def key_as_bytes(image, settings):
    about = repr((image.dtype, image.shape, sorted(settings.items())))
    return hashlib.sha256(image.tobytes() + about.encode()).digest()


def gains_by_place(scores):
    nothing, masks, links, divisions, everything = scores.values()
    single = [masks - nothing, links - nothing, divisions - nothing]
    return PARTS[int(np.argmax(single))], sum(single) - (everything - nothing)


def gains_by_slice(scores):
    single = list(scores.values())[1:4]
    return PARTS[int(np.argmax(single))], gains_by_numpy(scores)[1]


def gains_of_nothing(scores):
    gain = {name: scores[name] - scores["nothing"] for name in scores if name != "all"}
    return max(gain, key=gain.get), sum(gain.values()) - (scores["all"] - scores["nothing"])


PARTS = ("masks", "links", "divisions")


def gains_by_dictionary(scores):
    gain = {name: scores[name] - scores["nothing"] for name in ("masks", "links", "divisions")}
    return max(gain, key=gain.get), sum(gain.values()) - (scores["all"] - scores["nothing"])


def gains_by_numpy(scores):
    gain = np.array([scores[name] for name in PARTS]) - scores["nothing"]
    return PARTS[int(gain.argmax())], gain.sum() - scores["all"] + scores["nothing"]


def gains_in_one_sum(scores):
    best = sorted(PARTS, key=lambda name: scores[name])[-1]
    return [best, sum(scores[name] for name in PARTS) - 2 * scores["nothing"] - scores["all"]]


def keep_on_by_dictionary(function, names):
    good, bad = {}, {}
    for name in names:
        try:
            good[name] = function(name)
        except Exception as error:
            bad[name] = error
    return list(good.values()), [f"{name}: {error}" for name, error in bad.items()]


def keep_on_with_else(function, names):
    results, told = [], []
    for name in names:
        try:
            result = function(name)
        except Exception as error:
            told.append(name + ": " + str(error))
        else:
            results.append(result)
    return [results, told]


def keep_on_and_raise_stop(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            told.append(f"{name}: {error}")
    return results, told


def keep_on_bare(function, names):
    import sys

    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except:  # noqa: E722
            told.append(f"{name}: {sys.exc_info()[1]}")
    return results, told


def keep_on_until_stopped(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except KeyboardInterrupt:
            break
        except Exception as error:
            told.append(f"{name}: {error}")
    return results, told


def keep_on_after_stop(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except KeyboardInterrupt:
            continue
        except Exception as error:
            told.append(f"{name}: {error}")
    return results, told


def keep_on_and_tell_of_stop(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except Exception as error:
            told.append(f"{name}: {error}")
        except KeyboardInterrupt as error:
            told.append(f"{name}: {error}")
            return results, told
    return results, told


def keep_on_with_args(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except Exception as error:
            told.append(f"{name}: {error.args[0]}")
    return results, told


def keep_on_outside(function, names):
    results, told = [], []
    try:
        for name in names:
            results.append(function(name))
    except Exception as error:
        told.append(f"{name}: {error}")
    return results, told


def keep_on_in_silence(function, names):
    results = []
    for name in names:
        try:
            results.append(function(name))
        except Exception:
            continue
    return results, []


def keep_on_nameless(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except Exception as error:
            told.append(str(error))
    return results, told


def keep_on_with_none(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except Exception as error:
            results.append(None)
            told.append(f"{name}: {error}")
    return results, told


def keep_on_some(function, names):
    results, told = [], []
    for name in names:
        try:
            results.append(function(name))
        except (ValueError, OSError, ZeroDivisionError) as error:
            told.append(f"{name}: {error}")
    return results, told


def keep_on_without_try(function, names):
    return [function(name) for name in names], []


RIGHT = {
    "11.1": [alike_by_allclose, alike_by_largest, alike_in_a_loop, alike_with_isnan],
    "11.2": [
        key_by_json,
        key_by_update,
        key_in_plain_text,
        key_of_two_hashes,
        key_as_bytes,
        key_by_joblib,
    ],
    "11.3": [gains_by_dictionary, gains_by_numpy, gains_in_one_sum],
    "11.4": [keep_on_by_dictionary, keep_on_with_else, keep_on_and_raise_stop],
}

WRONG = {
    "11.1": [
        (alike_and_stretched, "stretches"),
        (alike_with_any, "NaN slips through"),
        (lambda a, b, t: a.shape == b.shape and np.allclose(a, b, t, t, equal_nan=True), "NaN"),
        (lambda a, b, t: a.shape == b.shape and ((a - b) <= t * (1 + abs(b))).all(), "upwards"),
        (lambda a, b, t: a.shape == b.shape and (abs(a - b) <= t).all(), "beside 3 and"),
        (lambda a, b, t: a.shape == b.shape and (abs(a - b) <= t * abs(b)).all(), "no difference"),
        (lambda a, b, t: a.shape == b.shape and abs(a - b).mean() <= t, "mean"),
        (lambda a, b, t: a.shape == b.shape and (a == b).all(), "last digit"),
        (lambda a, b, t: a.shape == b.shape and (abs(a - b) <= t * (1 + b)).all(), "negative"),
        (lambda a, b, t: np.isclose(a, b, rtol=t, atol=t), "each pixel"),
        (lambda a, b, t: a.size == b.size and np.allclose(a, b, t, t), "not yet the same shape"),
        (lambda a, b, t: a.shape == b.shape and np.allclose(b, a, t, t), "excuses itself"),
        (lambda a, b, t: a.shape == b.shape and (abs(a - b) < t * (1 + abs(b))).all(), "at most"),
        (alike_by_two_largest, "excuses all the small ones"),
        (alike_nan_in_a, "in one of the two"),
        (alike_nan_in_b, "in one of the two"),
        (alike_by_length, "`len`"),
        (alike_without_sign, "3 and -3"),
        (alike_by_the_larger, "their sum"),
    ],
    "11.2": [
        (key_salted, "salted"),
        (key_salted_in_a_helper, "salted"),
        (key_salted_in_a_generator, "salted"),
        (key_salted_by_lambda, "salted"),
        (key_salted_by_method, "salted"),
        (key_as_object, ".hexdigest()"),
        (key_in_memory_order, "memory order"),
        (key_by_strides, "memory order"),
        (key_by_sorted_pickle, "memory order"),
        (key_by_plain_pickle, "Two things"),
        (lambda i, s: f"{id(i)} {sorted(s.items())}", "`id` says"),
        (lambda i, s: f"{np.random.default_rng().random()} {i} {s}", "got two keys"),
        (key_of_pixels, "settings are not in"),
        (key_in_order, "sort them"),
        (key_by_pickle, "sort them"),
        (key_without_shape, "shape and dtype"),
        (key_of_text, "three dots"),
        (key_of_sum, "change places"),
        (lambda i, s: hashlib.md5(i.tobytes() + str(s).encode()).hexdigest(), "Two things"),
        (lambda i, s: key_by_json(i, s.get("weights", s)), "Only some"),
    ],
    "11.3": [
        (lambda s: (gains_by_numpy(s)[0], -gains_by_numpy(s)[1]), "sign"),
        (lambda s: (gains_by_numpy(s)[0], sum(s[n] for n in PARTS) - s["all"]), "added up scores"),
        (lambda s: (max(s, key=s.get), gains_by_numpy(s)[1]), "no single swap"),
        (gains_by_place, "by their place"),
        (gains_by_slice, "by their place"),
        (gains_of_nothing, "is no swap"),
        (lambda s: gains_by_numpy(s)[0], "Return two"),
        (lambda s: gains_by_numpy(s)[::-1], "exchanged"),
        (
            lambda s: (gains_by_numpy(s)[0], sum(s[n] - s["nothing"] for n in PARTS)),
            "sum of single gains",
        ),
        (
            lambda s: (gains_by_numpy(s)[0], sum(s[n] - s["nothing"] for n in PARTS) - s["all"]),
            "*score* of",
        ),
    ],
    "11.4": [
        (keep_on_bare, "Nobody can stop"),
        (keep_on_after_stop, "Nobody can stop"),
        (keep_on_until_stopped, "must reach the caller"),
        (keep_on_and_tell_of_stop, "must reach the caller"),
        (keep_on_with_args, "number 28"),
        (keep_on_outside, "inside"),
        (keep_on_in_silence, "without a word"),
        (keep_on_nameless, "Which file"),
        (keep_on_with_none, "None stands"),
        (keep_on_without_try, "stopped with ValueError"),
        (keep_on_some, "stopped with NoLightError"),
        (lambda f, n: keep_on_with_else(f, n)[::-1], "exchanged"),
        (lambda f, n: keep_on_with_else(f, n)[0], "two lists"),
    ],
}

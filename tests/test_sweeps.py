"""The fingerprint of stored long runs: stale when code changes, not when words do."""

import pytest
from sweeps import without_words

CODE = '''"""What it is."""

SIZE = 3  # pixels


def area(side: int) -> int:
    """Of a square. Used in: 03."""
    return side**2
'''


@pytest.mark.parametrize(
    "words",
    [
        CODE.replace("Used in: 03", "Used in: 03, 04"),
        CODE.replace("What it is.", "What\n\nit does."),
        CODE.replace("\n\n\n", "\n\n# a remark\n\n"),
    ],
)
def test_other_words_leave_stored_runs_valid(words):
    assert words != CODE and without_words(words) == without_words(CODE)


@pytest.mark.parametrize("code", [CODE.replace("**2", "**3"), CODE.replace("= 3", "= 4")])
def test_other_code_makes_stored_runs_stale(code):
    assert without_words(code) != without_words(CODE)

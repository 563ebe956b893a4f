"""The validity card: what a model may be used for, filled in by whoever trained it."""

from dataclasses import dataclass
from pathlib import Path

QUESTIONS = {
    "paints": "What does it paint, from which light?",
    "learned_from": "Which cells, microscope, objective, how many fields?",
    "tested_on": "Which fields, never learned from or chosen on?",
    "likeness": "How alike are picture and stain there, over how many seeds?",
    "nuclei": "How many nuclei are found, and how far are the counts off?",
    "floor": "What do a simple rule and the real stain score?",
    "not_there": "Where not to believe it: which mask, with which precision and recall?",
    "input_check": "Which pictures does it refuse, and how many wrong ones does that catch?",
    "never_for": "Which measurements are not to be made on it?",
    "check_again": "When must it be tested again?",
}


@dataclass(frozen=True)
class ValidityCard:
    """A model's card; displayed as a table, `save` writes it beside the weights."""

    name: str
    answers: dict[str, str]

    @property
    def missing(self) -> list[str]:
        """Fields without an answer."""
        return [key for key in QUESTIONS if not self.answers.get(key, "").strip()]

    def __str__(self) -> str:
        lines = [f"# {self.name}", "", "| question | answer |", "| --- | --- |"]
        for key, question in QUESTIONS.items():
            answer = self.answers.get(key, "").strip().replace("|", "/").replace("\n", " ")
            lines.append(f"| {question} | {answer or f'**not known** (`{key}`)'} |")
        state = (
            f"{len(self.missing)} of {len(QUESTIONS)} questions are open: do not publish with it"
        )
        lines += ["", state if self.missing else "All questions are answered."]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return str(self)

    def save(self, path: str | Path) -> Path:
        """Write the card as Markdown and return its path. Taught in: 09."""
        path = Path(path)
        path.write_text(f"{self}\n", encoding="utf-8")
        return path


def validity_card(name: str, **answers: str) -> ValidityCard:
    """What a model may be used for, from your answers; open questions stay visible.

    Args:
        name: of the model.
        **answers: field -> your words; `QUESTIONS` has the fields and what each asks.

    Raises:
        ValueError: a field that the card does not have.

    Source: after Mitchell et al. 2019, model cards. Taught in: 09.
    """
    if unknown := set(answers) - set(QUESTIONS):
        raise ValueError(f"the card has no field {sorted(unknown)}; it has {list(QUESTIONS)}")
    return ValidityCard(name, {key: str(text) for key, text in answers.items()})

"""A tour of the museum: choose a room, look, diagnose, repair; each button is a function too."""

import ipywidgets
import keras

from course_utils.models.museum import GALLERY, MUSEUM, Exhibit, Run
from course_utils.widgets.lesson_06_views import show_repair, show_run

ROOMS: dict[int, Exhibit] = {**MUSEUM, **GALLERY}
UNDECIDED = "..."


def enter(room: int, seed: int) -> Run:
    """Train the broken exhibit of a room and show what its owner sees.

    Args:
        room: its number.
        seed: of the training.

    Raises:
        KeyError: no such room; the message says which there are.

    Used in: 06.
    """
    exhibit = find_room(room)
    keras.backend.clear_session()
    print(f"Room {room}. {exhibit.story}")
    run = exhibit.broken(seed)
    show_run(exhibit, run, f"Room {room}")
    print("Is it:", *sorted(exhibit.choices), sep="\n  - ")
    return run


def guess(room: int, diagnosis: str) -> None:
    """Print what the museum replies to a diagnosis of a room.

    Raises:
        KeyError: no such room, or a diagnosis that is not offered there.

    Used in: 06.
    """
    print(find_room(room).answer(diagnosis))


def repair(room: int, broken: Run, seed: int) -> Run:
    """Train the repaired exhibit of a room and show it beside the broken run.

    Used in: 06.
    """
    exhibit = find_room(room)
    repaired = exhibit.repaired(seed)
    show_repair(exhibit, broken, repaired)
    return repaired


def find_room(room: int) -> Exhibit:
    """The exhibit of a room; KeyError says which rooms there are. Used in: 06."""
    if room not in ROOMS:
        raise KeyError(f"the museum has rooms 1 to {len(ROOMS)}, not {room!r}")
    return ROOMS[room]


def tour(seed: int, start: int) -> ipywidgets.VBox:
    """Choose a room, look at its broken run, choose a diagnosis, press the button for the repair.

    Args:
        seed: of all trainings.
        start: number of the first room.

    Returns a box to display; `box.room.value = 7`, `box.diagnosis.value = "..."` and
    `box.repair.click()` do what the mouse does, `box.run` is the broken run. Used in: 06.
    """
    room, diagnosis, button = controls(start)
    view, answer, mend = (ipywidgets.Output() for _ in range(3))
    box = ipywidgets.VBox([room, view, diagnosis, answer, button, mend])

    def look(change: dict | None = None) -> None:
        for output in (view, answer, mend):
            output.clear_output()
        with view:
            box.run = enter(room.value, seed)
        diagnosis.options = [UNDECIDED, *sorted(find_room(room.value).choices)]
        diagnosis.value = UNDECIDED

    def reply(change: dict) -> None:
        answer.clear_output()
        if change["new"] not in (None, UNDECIDED):
            with answer:
                guess(room.value, change["new"])

    def mended(pressed: ipywidgets.Button) -> None:
        mend.clear_output()
        with mend:
            repair(room.value, box.run, seed)

    room.observe(look, "value")
    diagnosis.observe(reply, "value")
    button.on_click(mended)
    look()
    box.room, box.diagnosis, box.repair, box.answer = room, diagnosis, button, answer
    return box


def controls(start: int) -> tuple[ipywidgets.Dropdown, ipywidgets.Dropdown, ipywidgets.Button]:
    """The menus of rooms and diagnoses, and the button for the repair. Used in: 06."""
    room = ipywidgets.Dropdown(options=sorted(ROOMS), value=start, description="room")
    diagnosis = ipywidgets.Dropdown(description="diagnosis", layout={"width": "32em"})
    return room, diagnosis, ipywidgets.Button(description="run the repair")

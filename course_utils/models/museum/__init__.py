"""The museum of broken trainings: small real trainings that each fail in one way, and their mends.

`MUSEUM` has a room for each fault, numbered so that a number gives nothing away; `GALLERY` has two
rooms with two faults at once.
"""

from course_utils.models.museum import judging_rooms, training_rooms
from course_utils.models.museum.exhibit import CLINICS as CLINICS
from course_utils.models.museum.exhibit import Exhibit as Exhibit
from course_utils.models.museum.exhibit import Sign as Sign
from course_utils.models.museum.recipe import HEALTHY as HEALTHY
from course_utils.models.museum.recipe import Recipe as Recipe
from course_utils.models.museum.recipe import Run as Run
from course_utils.models.museum.recipe import change as change
from course_utils.models.museum.recipe import train as train

_ROOMS = (*training_rooms.ROOMS, *judging_rooms.ROOMS)
MUSEUM: dict[int, Exhibit] = {1 + 8 * i % len(_ROOMS): exhibit for i, exhibit in enumerate(_ROOMS)}
GALLERY: dict[int, Exhibit] = {
    len(_ROOMS) + i: exhibit for i, exhibit in enumerate(judging_rooms.MIXED, 1)
}

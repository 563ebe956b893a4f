"""Readers of public layouts, and of a learner's own folder: one line, checked, in plain words.

`from_folder` looks and says what it found; the others open one layout each. Whatever is wrong
with a file ends in a ReadError that names the file, the problem and the mend; what had to be
decided on the way is told as a ReadWarning.
"""

from course_utils.data.readers.channels import read_channel_pair
from course_utils.data.readers.convert import to_float, to_labels, to_uint
from course_utils.data.readers.ctc import read_ctc, read_frames
from course_utils.data.readers.ctc_write import write_ctc
from course_utils.data.readers.dsb import read_dsb2018
from course_utils.data.readers.errors import ReadError, ReadWarning
from course_utils.data.readers.found import Found
from course_utils.data.readers.groups import read_channels, read_classes
from course_utils.data.readers.images import read_image, read_mask
from course_utils.data.readers.mat import read_mat
from course_utils.data.readers.own import from_folder
from course_utils.data.readers.pairs import read_pairs
from course_utils.data.readers.records import (
    BoxedImage,
    FrameStack,
    LabelledPictures,
    Picture,
    TrackedMovie,
)
from course_utils.data.readers.tracks import read_lineage
from course_utils.data.readers.voc import read_voc

__all__ = [
    "BoxedImage",
    "Found",
    "FrameStack",
    "LabelledPictures",
    "Picture",
    "ReadError",
    "ReadWarning",
    "TrackedMovie",
    "from_folder",
    "read_channel_pair",
    "read_channels",
    "read_classes",
    "read_ctc",
    "read_dsb2018",
    "read_frames",
    "read_image",
    "read_lineage",
    "read_mask",
    "read_mat",
    "read_pairs",
    "read_voc",
    "to_float",
    "to_labels",
    "to_uint",
    "write_ctc",
]

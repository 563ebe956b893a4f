"""Controls in a row above what they draw: the frame of the widgets of several lessons."""

from collections.abc import Callable, Mapping

import ipywidgets


def with_controls(
    controls: Mapping[str, ipywidgets.Widget], draw: Callable[..., None]
) -> ipywidgets.VBox:
    """Controls in a row above what they draw; each becomes an attribute of the box.

    Args:
        controls: name -> widget; the names are those of the arguments of `draw`.
        draw: called with the values of all controls whenever one is moved.

    Used in: 08, 09, 10.
    """
    row = ipywidgets.HBox(list(controls.values()))
    row.layout.flex_flow = "row wrap"
    box = ipywidgets.VBox([row, ipywidgets.interactive_output(draw, dict(controls))])
    for name, control in controls.items():
        setattr(box, name, control)
    return box

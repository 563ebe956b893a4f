"""A test set that can be opened once."""

from datetime import datetime


class Envelope:
    """Keeps what belongs to the test away from the eyes, and gives it out a single time.

    Args:
        *contents: arrays of equal length.

    Raises:
        ValueError: nothing to seal, or the lengths differ.

    Taught in: 05.
    """

    def __init__(self, *contents: object) -> None:
        if len({len(one) for one in contents}) != 1:
            raise ValueError("an envelope holds arrays of one length")
        self._contents = contents
        self.opened: datetime | None = None

    def __len__(self) -> int:
        return len(self._contents[0])

    def __repr__(self) -> str:
        state = f"opened at {self.opened:%H:%M:%S}" if self.opened else "sealed"
        return f"Envelope({len(self)} cases, {state})"

    def open(self) -> tuple:
        """The contents, in the order in which they went in.

        Raises:
            RuntimeError: it was opened before.
        """
        if self.opened:
            raise RuntimeError(
                f"this test set was opened at {self.opened:%H:%M:%S}; a second score on it would "
                "be a choice made on the test. To go through the lesson again, restart the kernel."
            )
        self.opened = datetime.now()
        return self._contents

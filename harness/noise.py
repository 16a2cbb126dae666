"""What a child process writes to its standard error: kept out of the way, and told where it says why it ended."""

from __future__ import annotations

from tempfile import TemporaryFile

_LINES = 3
_READ = 4096


class Noise:
    """A file in place of a child's standard error."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - lives as long as the process that writes it
        self.stream = self._file.fileno()
        """What `Popen` takes as `stderr`."""
        self._said = ""

    def end(self) -> str:
        """Once the process has ended: its last lines as an addition to a message; nothing where there are none."""
        if not self._file.closed:
            self._file.seek(0, 2)
            self._file.seek(max(0, self._file.tell() - _READ))
            lines = self._file.read().decode("utf-8", "replace").splitlines()
            said = [line.strip() for line in lines if line.strip()][-_LINES:]
            self._said = f" (it said: {' | '.join(said)})" if said else ""
            self._file.close()
        return self._said

"""Several processes may write one file at once: it is whole at every moment, and none fails."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WRITE = """
import sys
from pathlib import Path
from synth_addon.core.dataset.atomic import write_together
for _ in range(100):
    write_together({Path(sys.argv[1]): b"mesh" * 20_000})
"""


def test_processes_that_write_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path = tmp_path / "mesh.ply"
    words = [sys.executable, "-c", WRITE, str(path)]
    writers = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            assert path.read_bytes() == b"mesh" * 20_000
    assert [writer.communicate()[1].decode() for writer in writers] == [""] * 3
    assert list(tmp_path.iterdir()) == [path]

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""configs/slurm/launch.sh with stand-ins for Slurm's programs: what it asks for by itself, and why a job waits, and
what it says where shares are missing though Slurm reports success.

  launch_test.py CONFIGS
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SBATCH = """#!/usr/bin/env bash
printf '%s\\n' "$*" >"$STAND_IN/asked"
sleep 2
script=${!#}
for index in 0 1; do
  [[ $index == "${CANCELLED:-}" ]] || SLURM_ARRAY_TASK_ID=$index bash "$script" || exit
done
exit "${CODE:-0}"
"""
SRUN = """#!/usr/bin/env bash
exec "$@"
"""
SQUEUE = """#!/usr/bin/env bash
printf '%s\\n' Resources Resources Priority
"""


def main():
    launch = Path(sys.argv[1]).resolve() / "slurm/launch.sh"
    with tempfile.TemporaryDirectory(prefix="toolformer-launch-") as scratch:
        folder = Path(scratch)
        for name, text in (("sbatch", SBATCH), ("srun", SRUN), ("squeue", SQUEUE)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "STAND_IN": str(folder), "LAUNCH": "slurm",
                       "LOGS": str(folder / "logs"), "WAIT_SECONDS": "0.3"}

        def run(**more):
            return subprocess.run([launch, "2", "true", "--shard", "{}/2"], env={**environment, **more}, capture_output=True,
                                  text=True, cwd=folder, timeout=60)

        done = run()
        assert done.returncode == 0, done
        waits = [line for line in done.stderr.splitlines() if " waits: " in line]
        assert len(waits) == 1 and "true waits: Priority Resources; " in waits[0] and "cluster.env" in waits[0], done.stderr
        asked = (folder / "asked").read_text()
        processors = int(re.search(r"--cpus-per-task=(\d+)", asked).group(1))
        memory = int(re.search(r"--mem=(\d+)G", asked).group(1))
        assert processors <= 2 and memory <= 4, f"more than a small node has: {asked}"
        assert run(CODE="3").returncode == 3, "the job's exit code"
        # A task that is cancelled while it waits: sbatch --wait ends with 0.
        cancelled = run(CANCELLED="1")
        assert cancelled.returncode == 75, cancelled
        assert "1 of 2 shares did not end as complete: 1; run the same command again" in cancelled.stderr, cancelled.stderr
        assert not list((folder / "logs").glob("*.done")), "marks are left"


if __name__ == "__main__":
    main()

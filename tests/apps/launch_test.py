#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""configs/slurm/launch.sh with stand-ins for Slurm's programs: what it asks for by itself, and why a job waits.

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
exit "${CODE:-0}"
"""
SQUEUE = """#!/usr/bin/env bash
printf '%s\\n' Resources Resources Priority
"""


def main():
    launch = Path(sys.argv[1]).resolve() / "slurm/launch.sh"
    with tempfile.TemporaryDirectory(prefix="toolformer-launch-") as scratch:
        folder = Path(scratch)
        for name, text in (("sbatch", SBATCH), ("squeue", SQUEUE)):
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


if __name__ == "__main__":
    main()

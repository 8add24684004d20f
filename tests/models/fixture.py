# SPDX-License-Identifier: BSD-2-Clause
"""usage: fixture.py QSR_PROGRAM

Run the program on every case of fixtures/list.txt and compare the pixels with
those of the integer simulation. Needs nothing but Python."""

import os
import subprocess
import sys
import tempfile

from picture import read_png

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    with open(os.path.join(HERE, "fixtures", "list.txt")) as file:
        cases = [line.split() for line in file if line.strip()]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for model, source, expected in cases:
            result = os.path.join(folder, "out.png")
            done = subprocess.run(
                [program, "upscale", os.path.join(ROOT, source), result,
                 "--model", os.path.join(ROOT, model)], capture_output=True, text=True)
            if done.returncode:
                verdict = f"exit status {done.returncode}: {done.stderr.strip()}"
            elif read_png(result) != read_png(os.path.join(ROOT, expected)):
                verdict = "other pixels than expected"
            else:
                passed += 1
                os.remove(result)
                continue
            failed += 1
            print(f"{os.path.basename(model)} {os.path.basename(source)}: {verdict}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

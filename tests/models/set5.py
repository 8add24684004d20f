# SPDX-License-Identifier: BSD-2-Clause
"""usage: set5.py QSR_PROGRAM [ASSETS]

Run the program on every Set5 picture at every scale with the shipped models
and compare byte for byte with the integer simulation. Exit status 77: this
machine lacks PyTorch or the pictures."""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "models")
sys.path.insert(0, MODELS)


def skip(reason):
    print(f"{reason}\n0 passed, 0 failed, 1 skipped")
    sys.exit(77)


try:
    import numpy as np
    from train import config, intsim, qsrfile
    from train.data import load_rgb
except ImportError as missing:
    skip(f"cannot run the integer simulation: {missing}")


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    try:
        assets = config.assets_folder(sys.argv[2] if len(sys.argv) == 3 else None)
    except SystemExit as absent:
        skip(str(absent))
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for scale in ("1.5", "2", "3", "4"):
            path = os.path.join(MODELS, f"quicksrnet-small-x{scale}.qsr")
            model = qsrfile.read(path)
            lows = os.path.join(assets, "eval", "Set5", f"x{scale}", "LR")
            if not os.path.isdir(lows):
                skip(f"no pictures at {lows}")
            for name in sorted(os.listdir(lows)):
                result = os.path.join(folder, "out.png")
                done = subprocess.run([program, "upscale", os.path.join(lows, name), result,
                                       "--model", path], capture_output=True, text=True)
                if done.returncode:
                    verdict = f"exit status {done.returncode}: {done.stderr.strip()}"
                elif not np.array_equal(load_rgb(result),
                                        intsim.upscale(model, load_rgb(os.path.join(lows, name)))):
                    verdict = "other pixels than the integer simulation's"
                else:
                    passed += 1
                    os.remove(result)
                    continue
                failed += 1
                print(f"x{scale} {name}: {verdict}")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

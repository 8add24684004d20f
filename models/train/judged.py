# SPDX-License-Identifier: BSD-2-Clause
"""Print the second table of models/README.md: every shipped model and the
classical scalers, judged by `qsr eval`."""

import csv
import glob
import io
import os
import subprocess
import sys

from . import config, qsrfile
from .evaluate import SETS

SCALERS = ("bicubic", "fsr1")


def mean_of(program, *arguments):
    """The last row that `qsr eval` prints."""
    done = subprocess.run([program, "eval", *arguments, "--csv"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr.strip())
    return list(csv.DictReader(io.StringIO(done.stdout)))[-1]


def row(program, assets, label, model, scale):
    cells = []
    for name in SETS:
        means = mean_of(program, os.path.join(assets, "eval", name), "-m", model, "-s", scale)
        cells.append([f"{float(means['psnr_y']):.2f}", f"{float(means['psnr_y_shaved']):.2f}",
                      f"{float(means['ssim']):.4f}"])
    traces = mean_of(program, os.path.join(assets, "eval", SETS[-1]), "-m", model, "-s", scale,
                     "--artefacts")
    both = [" / ".join(pair) for pair in zip(*cells)]
    return (f"| {label} {scale}x | {both[0]} | {both[1]} | {both[2]} | "
            f"{float(traces['ripple']):.3f} | {float(traces['flicker']):.2f} |")


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: python3 -m train.judged PROGRAM")
    program, assets = os.path.abspath(sys.argv[1]), config.assets_folder()
    print("| model | PSNR | PSNR, border left out | SSIM | ripple | flicker |")
    print("|---|---|---|---|---|---|")
    paths = sorted(glob.glob(os.path.join(config.MODELS, "*.qsr")))
    shipped = [(qsrfile.read(path), path) for path in paths]
    for scale in sorted({model.scale for model, _ in shipped}):
        name = f"{float(scale):g}"
        for scaler in SCALERS:
            print(row(program, assets, scaler, scaler, name), flush=True)
        for model, path in shipped:
            if model.scale == scale:
                print(row(program, assets, f"`{model.card['name']}`", path, name), flush=True)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-2-Clause
"""Print the table of models/README.md from the cards of .qsr files."""

import glob
import os
import re
import sys

from . import config, qsrfile
from .net import branch_of, kernel_of

# Set5, BSD100: 8-bit results printed in the QuickSRNet paper.
PAPER = {("small", "2"): "36.97 / 31.58", ("small", "3"): "33.03 / 28.55",
         ("small", "4"): "30.82 / 27.06", ("medium", "2"): "37.22 / 31.77",
         ("medium", "3"): "33.49 / 28.72", ("medium", "4"): "31.21 / 27.21"}


def cost(model):
    """(multiply-accumulates per input pixel, parameters)"""
    macs = parameters = 0
    for position in range(model.blocks + 2):
        cin, cout, size, stride = kernel_of(position, model.channels, model.blocks, model.scale)
        macs += cin * cout * size * size // stride ** 2
        parameters += cin * cout * size * size + cout
    if model.has_branch:
        size, stride = branch_of(model.scale)
        macs += 3 * cout * size * size // stride ** 2
        parameters += 3 * cout * size * size
    return macs, parameters


def figures(card, kind):
    return " / ".join(re.findall(rf"{kind} ([\d.]+)", card["metrics"]))


def row(path):
    model = qsrfile.read(path)
    name, scale = model.card["name"], model.card["scale"]
    macs, parameters = cost(model)
    paper = PAPER.get((name.split("-")[-1], scale), "-")
    return (f"| `{name}` {scale}x | {figures(model.card, 'bicubic')} | "
            f"{figures(model.card, 'float')} | **{figures(model.card, 'int8')}** | {paper} | "
            f"{macs:,} | {parameters:,} |")


def main():
    paths = sys.argv[1:] or sorted(glob.glob(os.path.join(config.MODELS, "*.qsr")))
    print("| model | bicubic | float | int8 | paper, int8 | MAC per input pixel | parameters |")
    print("|---|---|---|---|---|---|---|")
    for path in paths:
        print(row(path))


if __name__ == "__main__":
    main()

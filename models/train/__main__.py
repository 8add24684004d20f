# SPDX-License-Identifier: BSD-2-Clause
"""Train one model: pictures to float weights to a .qsr file."""

import argparse
import os

import torch

from . import config
from .loop import train_float
from .qat import export, fine_tune

WHOLE = ("iterations", "batch", "patch", "expand", "seed", "warmup", "qat_iterations",
         "settle_iterations")
REAL = ("peak_rate", "luma", "average", "qat_rate", "settle_rate")


def main():
    parser = argparse.ArgumentParser(prog="python3 -m train", description=__doc__)
    parser.add_argument("size", choices=config.SIZES)
    parser.add_argument("scale", choices=config.SCALES)
    parser.add_argument("--assets", help="folder of pictures (default: QSR_ASSETS)")
    parser.add_argument("--only", choices=("float", "quantise"), help="one stage alone")
    parser.add_argument("--run", help="name of the folder under train/runs")
    parser.add_argument("--start-from", help="run whose body initialises this one")
    parser.add_argument("--output", help="the .qsr file (default: beside train/)")
    parser.add_argument("--name", help="in the model card (default: quicksrnet-SIZE)")
    parser.add_argument("--licence", default="BSD-2-Clause", help="of the weights")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    for key in WHOLE:
        parser.add_argument("--" + key.replace("_", "-"), type=int)
    for key in REAL:
        parser.add_argument("--" + key.replace("_", "-"), type=float)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    assets = config.assets_folder(options.assets)
    changes = {key: getattr(options, key) for key in WHOLE + REAL + ("start_from",)}
    recipe = config.recipe(options.size, options.scale, **changes)
    run = options.run or recipe.run
    if options.only != "quantise":
        train_float(recipe, assets, run)
    if options.only != "float":
        export(recipe, assets, run, fine_tune(recipe, assets, run), options.output,
               options.name, options.licence)


if __name__ == "__main__":
    main()

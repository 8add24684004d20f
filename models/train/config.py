# SPDX-License-Identifier: BSD-2-Clause
"""The models and their recipes."""

import dataclasses
import os
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.dirname(HERE)
RUNS = os.path.join(HERE, "runs")
CACHE = os.path.join(HERE, "cache")

SCALES = {"1.5x": Fraction(3, 2), "2x": Fraction(2), "3x": Fraction(3), "4x": Fraction(4)}
SIZES = {"small": (32, 2), "medium": (32, 5), "large": (64, 11)}
BRANCHED = ("large",)  # sizes with an input branch


@dataclasses.dataclass
class Recipe:
    """One training run. The defaults are the Small 2x recipe."""

    size: str
    scale_name: str
    iterations: int = 22000
    batch: int = 16
    patch: int = 32  # low-resolution pixels, even for the sake of 1.5x
    peak_rate: float = 1e-3
    final_rate: float = 1e-6
    warmup: int = 500
    expand: int = 128  # width of the training-time expansion, 0 for plain
    luma: float = 1.0  # weight of an extra L1 term on luma
    average: float = 0.999  # decay of the moving average of the kernels
    seed: int = 1
    start_from: str = ""  # run whose body initialises this one
    qat_iterations: int = 1500
    qat_rate: float = 5e-5
    settle_iterations: int = 600
    settle_rate: float = 2e-4

    @property
    def channels(self):
        return SIZES[self.size][0]

    @property
    def blocks(self):
        return SIZES[self.size][1]

    @property
    def branch(self):
        return self.size in BRANCHED

    @property
    def scale(self):
        return SCALES[self.scale_name]

    @property
    def run(self):
        return f"{self.size}-{self.scale_name}"

    @property
    def file(self):
        return os.path.join(MODELS, f"quicksrnet-{self.size}-x{self.scale_name[:-1]}.qsr")


def recipe(size, scale_name, **changes):
    base = Recipe(size, scale_name)
    if scale_name != "2x":
        # The body already knows edges from the 2x run; fewer steps suffice.
        base.start_from = f"{size}-2x"
        base.iterations = 10000
    for key, value in changes.items():
        if value is not None:
            setattr(base, key, value)
    return base


def run_folder(name):
    path = os.path.join(RUNS, name)
    os.makedirs(path, exist_ok=True)
    return path


def assets_folder(given=None):
    """The folder of pictures; a clear end of the program when there is none."""
    path = given or os.environ.get("QSR_ASSETS")
    if not path:
        checkout = os.path.dirname(MODELS)
        path = os.path.join(os.path.dirname(checkout), "shared", "assets")
    if not os.path.isdir(path):
        raise SystemExit(
            f"train: no pictures at {path}: give --assets FOLDER or set QSR_ASSETS"
        )
    return path

# SPDX-License-Identifier: BSD-2-Clause
"""usage: judge.py QSR_PROGRAM [ASSETS]

`qsr eval` against its twin in NumPy, on drawn pictures, and on Set5 where it is
at hand. Exit status 77 without PyTorch."""

import csv
import io
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "models")
sys.path.insert(0, MODELS)

try:
    import numpy as np
    from PIL import Image
    from train import bicubic, config, evaluate, intsim, measure, qsrfile
except ImportError as missing:
    print(f"cannot run the twin of qsr eval: {missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(77)

TOLERANCE = 1e-6
SCALES = ("1.5", "2", "3", "4")


def draw(height, width, seed):
    """Flat parts, ramps, edges and noise."""
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    ramp = np.stack([x * 200 // width, y * 200 // height, (x + y) // 3 % 256], 2)
    slope = np.stack([180 + x // 30, 60 + y // 30, 90 + 0 * x], 2)
    stripes = np.where(((x + y) // 9 % 2)[:, :, None], ramp, 40)
    flat = np.where((x < 100)[:, :, None], slope, stripes)
    noise = random.randint(-30, 31, flat.shape) * ((x > width * 2 // 3)[:, :, None])
    return (flat + noise).clip(0, 255).astype(np.uint8)


def make_set(folder, scale):
    low_folder = os.path.join(folder, f"x{float(scale):g}", "LR")
    for path in (os.path.join(folder, "HR"), low_folder):
        os.makedirs(path, exist_ok=True)
    for name, (height, width) in (("a.png", (132, 228)), ("b.png", (97, 85))):
        height, width = (n // scale.numerator * scale.numerator for n in (height, width))
        high = draw(height, width, height)
        Image.fromarray(high).save(os.path.join(folder, "HR", name))
        Image.fromarray(bicubic.imresize(high, 1 / scale)).save(os.path.join(low_folder, name))


def ask(program, *arguments):
    done = subprocess.run([program, "eval", *arguments, "--csv"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"exit status {done.returncode}: {done.stderr}")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def differences(rows, expected):
    """rows of CSV against a dict of (picture, column) -> value."""
    found = {(row["picture"], column): row[column] for row in rows for column in row}
    for key, value in expected.items():
        if abs(float(found[key]) - value) > TOLERANCE:
            yield f"{key}: {found[key]}, the twin has {value:.9f}"


def expected_quality(folder, scale, upscale):
    columns = ("psnr_y", "psnr_y_shaved", "ssim")
    shave, rows, values = -(-scale.numerator // scale.denominator), [], {}
    for name, high, low in evaluate.set_pairs(folder, scale):
        rows.append(evaluate.quality(high, upscale(low), shave))
        values.update({(name, c): v for c, v in zip(columns, rows[-1])})
    values.update({("mean", c): v for c, v in zip(columns, np.mean(rows, 0))})
    return values


def expected_artefacts(folder, scale, upscale):
    values = {}
    blocks = 0
    for name, _, low in evaluate.set_pairs(folder, scale):
        figures = evaluate.artefacts(low, scale, upscale)
        blocks += figures[0]
        values.update({(name, c): v for c, v in zip(("flat_blocks", "ripple", "flicker"), figures)})
    if not blocks:
        raise SystemExit("the drawn pictures have no flat parts")
    return values


def steps_of_the_grid():
    """A pattern put there on purpose is found, and is as high as it was made."""
    low = np.full((48, 48), 100.0)
    x = np.arange(96)
    stripes = np.tile(100 + 0.02 * x + np.where(x % 2, 1.0, -1.0), (96, 1))
    energy, blocks = measure.ripple(low, stripes, Fraction(2))
    if blocks != 16 or abs((energy / blocks) ** 0.5 - 1) > 0.02:
        yield f"stripes of 1 step: {blocks} blocks, energy {energy}"


def main():
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    program = os.path.abspath(sys.argv[1])
    passed, faults = 0, list(steps_of_the_grid())
    with tempfile.TemporaryDirectory() as folder:
        for scale_name in SCALES:
            path = os.path.join(MODELS, f"quicksrnet-small-x{scale_name}.qsr")
            model = qsrfile.read(path)
            sets = [(os.path.join(folder, "drawn"), True)]
            make_set(sets[0][0], model.scale)
            try:
                assets = config.assets_folder(sys.argv[2] if len(sys.argv) == 3 else None)
                sets.append((os.path.join(assets, "eval", "Set5"), False))
            except SystemExit as absent:
                print(f"drawn pictures only: {absent}")
            for pictures, drawn in sets:
                if not os.path.isdir(pictures):
                    continue
                upscale = lambda low: intsim.upscale(model, low)
                options = (pictures, "--model", path)
                found = list(differences(ask(program, *options),
                                         expected_quality(pictures, model.scale, upscale)))
                if drawn:
                    found += differences(ask(program, *options, "--artefacts"),
                                         expected_artefacts(pictures, model.scale, upscale))
                passed += not found
                faults += [f"x{scale_name}: {fault}" for fault in found]
    print("\n".join(faults + [f"{passed} passed, {len(faults)} failed, 0 skipped"]))
    return 1 if faults or not passed else 0


if __name__ == "__main__":
    sys.exit(main())

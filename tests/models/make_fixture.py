# SPDX-License-Identifier: BSD-2-Clause
"""Write tests/models/fixtures: synthetic pictures, random models, and what the
integer simulation makes of each picture with each random and shipped model.
list.txt has one line per case: model, input, expected output, all relative to
the root of the project. Run after the shipped weights change."""

import glob
import os
import sys
from fractions import Fraction

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(HERE, "fixtures")
sys.path.insert(0, os.path.join(ROOT, "models"))

from picture import write_png  # noqa: E402
from train import intsim, net, qsrfile, quant  # noqa: E402

SIZES = ((37, 26), (40, 28), (5, 3), (1, 1))
RANDOM_MODELS = (  # channels, blocks, scale, fraction bits, pair-safe, input branch
    (32, 2, Fraction(3, 2), 6, True, False),
    (32, 2, Fraction(2), 6, True, False),
    (32, 2, Fraction(3), 4, False, False),
    (64, 1, Fraction(3, 2), 1, False, False),
    (64, 1, Fraction(4), 5, True, False),
    (32, 1, Fraction(3, 2), 6, True, True),
    (32, 1, Fraction(2), 6, True, True),
    (32, 1, Fraction(3), 2, False, True),
    (32, 1, Fraction(4), 5, True, True),
)
GLYPHS = ("0111010001111111000110001", "1111010001111101000111110",
          "1111110000111101000011111", "1000111011101011000110001")  # 5x5 dots each


def synthetic(width, height):
    """Gradients, hard edges, fine stripes, dots as in text, noise."""
    random = np.random.RandomState(width * 1000 + height)
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([255 * x // max(width - 1, 1), 255 * y // max(height - 1, 1),
                        255 * (x + y) // max(width + height - 2, 1)], 2)
    picture[(x - width // 4) ** 2 + (y - height // 3) ** 2 < (height // 4) ** 2] = (250, 200, 20)
    picture[(2 * x - y > width) & (2 * x - y < width + 8)] = 0
    stripes = (x > width * 2 // 3) & (y > height // 2)
    picture[stripes] = np.where((x + y) % 2, 255, 0)[stripes][:, None]
    for n, glyph in enumerate(GLYPHS):
        left, top = 2 + 6 * n, height - 7
        if top >= 0 and left + 5 <= width:
            dots = np.array([int(c) for c in glyph]).reshape(5, 5) > 0
            picture[top:top + 5, left:left + 5][dots] = (10, 10, 40)
    noisy = (y < height // 4) & (x > width // 2)
    picture[noisy] = random.randint(0, 256, (int(noisy.sum()), 3))
    return picture.astype(np.uint8)


def random_kernel(random, cout, cin, size, width, pair_safe):
    """Weights of (cout, ky, kx, cin) over the whole range."""
    weight = np.rint(random.randn(cout, cin, size, size) * width).clip(-127, 127)
    weight[random.rand(*weight.shape) < 0.02] = 127
    weight[random.rand(*weight.shape) < 0.02] = -127
    if pair_safe:
        weight = quant.project_pairs(quant.torch.from_numpy(weight)).numpy()
    return np.ascontiguousarray(weight.transpose(0, 2, 3, 1).astype(np.int8))


def random_layer(random, cin, cout, size, fraction, pair_safe, branch_size=0):
    """Constants that reach both ends of the output: most channels spread over
    it, some saturate, some stay at 0, some have no shift or the largest one."""
    weight = random_kernel(random, cout, cin, size, 40, pair_safe)
    branch = None
    if branch_size:  # few weights, so they must be large to show
        branch = random_kernel(random, cout, 3, branch_size, 90, pair_safe)
    sums = sum(np.abs(k.astype(np.int64)).reshape(cout, -1).sum(1)
               for k in (weight, branch) if k is not None)
    spread = 255 * sums / np.sqrt(cin * size * size)
    wanted = fraction + random.uniform(7, 9.5, cout)  # bits the spread should keep
    shift = np.rint(np.log2(spread) - wanted).clip(0, 24).astype(np.int64)
    bias = np.rint(random.uniform(-0.7, 0.7, cout) * spread).astype(np.int64)
    multiplier = random.randint(1 << 14, 1 << 15, cout)
    shift[0::11] = 0
    multiplier[3::13], multiplier[5::13] = 1 << 14, (1 << 15) - 1
    room = 2 ** 31 - 1 - 255 * sums
    for channel, sign, bits in ((7, 1, 24), (9, -1, 24), (11, 1, 16)):
        bias[channel], shift[channel] = sign * room[channel], bits
    return intsim.Layer(weight, bias.astype(np.int32), multiplier.astype(np.uint16),
                        shift.astype(np.uint8), fraction, branch)


def random_model(channels, blocks, scale, fraction, pair_safe, branch=False):
    random = np.random.RandomState(channels * 100 + scale.numerator * 10 + scale.denominator)
    layers = []
    for position in range(blocks + 2):
        cin, cout, size, _ = net.kernel_of(position, channels, blocks, scale)
        branch_size = net.branch_of(scale)[0] if branch and position > blocks else 0
        layers.append(random_layer(random, cin, cout, size, fraction, pair_safe, branch_size))
    card = {"name": f"random-c{channels}m{blocks}{'b' if branch else ''}",
            "scale": f"{float(scale):g}",
            "training": "none: random numbers for tests", "licence": "BSD-2-Clause",
            "metrics": "none"}
    return intsim.Model(channels, blocks, scale, layers, card)


def main():
    os.makedirs(FOLDER, exist_ok=True)
    for old in glob.glob(os.path.join(FOLDER, "*")):
        os.remove(old)
    for entry in RANDOM_MODELS:
        model = random_model(*entry)
        qsrfile.write(model, os.path.join(
            FOLDER, f"{model.card['name']}-x{model.card['scale']}.qsr"))
    pictures = {}
    for width, height in SIZES:
        name = os.path.join(FOLDER, f"input-{width}x{height}.png")
        pictures[name] = synthetic(width, height)
        write_png(name, width, height, pictures[name].tobytes())
    models = sorted(glob.glob(os.path.join(FOLDER, "*.qsr")))
    models += sorted(glob.glob(os.path.join(ROOT, "models", "*.qsr")))
    lines = []
    for path in models:
        model = qsrfile.read(path)
        stem = os.path.basename(path)[:-len(".qsr")]
        for name, picture in pictures.items():
            out = intsim.upscale(model, picture)
            size = f"{picture.shape[1]}x{picture.shape[0]}"
            expected = os.path.join(FOLDER, f"{stem}.{size}.png")
            write_png(expected, out.shape[1], out.shape[0], out.tobytes())
            lines.append(" ".join(os.path.relpath(p, ROOT) for p in (path, name, expected)))
    with open(os.path.join(FOLDER, "list.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{len(lines)} cases")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: BSD-2-Clause
"""Judge by the paper's protocol: the given low-resolution pictures, output
rounded to 8 bits, no border shave, PSNR of luma, mean of the pictures' dB."""

import argparse
import os

import numpy as np
import torch

from . import config, intsim, qsrfile
from .bicubic import imresize
from .data import crop_to_scale, load_rgb
from .net import run_plain

SETS = ("Set5", "BSD100")


def luma(rgb):
    return rgb.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def psnr_luma(a, b):
    error = np.mean((luma(a) - luma(b)) ** 2)
    return 10 * np.log10(255 ** 2 / max(error, 1e-12))


def eval_pairs(assets, name, scale):
    """(HR, LR) pairs of a set, HR cropped from the top left to fit the LR."""
    folder = os.path.join(assets, "eval", name)
    lows = os.path.join(folder, f"x{float(scale):g}", "LR")
    for file in sorted(os.listdir(lows)):
        high = crop_to_scale(load_rgb(os.path.join(folder, "HR", file)), scale)
        low = load_rgb(os.path.join(lows, file))
        if low.shape[0] * scale != high.shape[0] or low.shape[1] * scale != high.shape[1]:
            raise SystemExit(f"evaluate: {name} {file}: sizes do not fit the scale {scale}")
        yield high, low


def float_upscaler(layers, scale):
    layers = [tuple(t.float() for t in layer) for layer in layers]

    def upscale(low):
        x = torch.from_numpy(low.astype(np.float32) / 255).permute(2, 0, 1)[None]
        with torch.no_grad():
            y = run_plain(layers, scale, x)[0].permute(1, 2, 0).numpy()
        return np.floor(y * 255 + 0.5).clip(0, 255).astype(np.uint8)

    return upscale


def mean_psnr(pairs, upscale):
    return float(np.mean([psnr_luma(upscale(low), high) for high, low in pairs]))


def judge(assets, scale, upscale, sets=SETS):
    return {name: round(mean_psnr(eval_pairs(assets, name, scale), upscale), 3) for name in sets}


def main():
    parser = argparse.ArgumentParser(prog="python3 -m train.evaluate", description=__doc__)
    parser.add_argument("models", nargs="*", help=".qsr files; none: bicubic alone")
    parser.add_argument("--assets")
    parser.add_argument("--sets", nargs="+", default=SETS)
    options = parser.parse_args()
    assets = config.assets_folder(options.assets)
    if not options.models:
        for name, scale in config.SCALES.items():
            print(f"bicubic {name}",
                  judge(assets, scale, lambda x: imresize(x, scale), options.sets))
    for path in options.models:
        model = qsrfile.read(path)
        print(os.path.basename(path),
              judge(assets, model.scale, lambda x: intsim.upscale(model, x), options.sets))


if __name__ == "__main__":
    main()

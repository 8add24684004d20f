# SPDX-License-Identifier: BSD-2-Clause
"""Judge by the paper's protocol: the given low-resolution pictures, output
rounded to 8 bits, no border shave, PSNR of luma, mean of the pictures' dB.
With --csv, the table that `qsr eval --csv` prints."""

import argparse
import os

import numpy as np
import torch

from . import config, intsim, measure, qsrfile
from .bicubic import imresize
from .data import held_out_pairs, load_rgb
from .net import run_plain

SETS = ("Set5", "BSD100")


def psnr_luma(a, b):
    return measure.psnr(measure.luma(a), measure.luma(b))


def set_pairs(folder, scale):
    """(file name, HR, LR) of a set, HR cropped from the top left to fit the LR."""
    lows = os.path.join(folder, f"x{float(scale):g}", "LR")
    for file in sorted(os.listdir(lows)):
        high = load_rgb(os.path.join(folder, "HR", file))
        low = load_rgb(os.path.join(lows, file))
        height, width = (intsim.output_side(n, scale) for n in low.shape[:2])
        if not all(0 <= n - m < scale.numerator for n, m in zip(high.shape, (height, width))):
            raise SystemExit(f"evaluate: {folder} {file}: sizes do not fit the scale {scale}")
        yield file, high[:height, :width], low


def eval_pairs(assets, name, scale):
    for _, high, low in set_pairs(os.path.join(assets, "eval", name), scale):
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
    """PSNR on the sets that are at hand; without any, on the pictures held out."""
    sets = [name for name in sets if os.path.isdir(os.path.join(assets, "eval", name))]
    if not sets:
        return {"held-out": round(mean_psnr(held_out_pairs(assets, scale), upscale), 3)}
    return {name: round(mean_psnr(eval_pairs(assets, name, scale), upscale), 3) for name in sets}


def quality(high, out, shave):
    """PSNR without and with a border left out, and SSIM with it."""
    a, b = measure.luma(high), measure.luma(out)
    inner = measure.shaved(a, shave), measure.shaved(b, shave)
    return measure.psnr(a, b), measure.psnr(*inner), measure.ssim(*inner)


def artefacts(low, scale, upscale):
    """Flat blocks, their ripple (RMS) and the flicker (standard deviation)."""
    energy, blocks = measure.ripple(measure.luma(low), measure.luma(upscale(low)), scale)
    return blocks, (energy / max(blocks, 1)) ** 0.5, measure.flicker(low, upscale) ** 0.5


def print_csv(folder, scale, upscale):
    print("picture,width,height,psnr_y,psnr_y_shaved,ssim")
    shave, rows = -(-scale.numerator // scale.denominator), []
    for name, high, low in set_pairs(folder, scale):
        rows.append(quality(high, upscale(low), shave))
        print(f"{name},{high.shape[1]},{high.shape[0]}," +
              ",".join(f"{value:.9f}" for value in rows[-1]))
    print("mean,,," + ",".join(f"{value:.9f}" for value in np.mean(rows, 0)))


def main():
    parser = argparse.ArgumentParser(prog="python3 -m train.evaluate", description=__doc__)
    parser.add_argument("models", nargs="*", help=".qsr files; none: bicubic alone")
    parser.add_argument("--assets")
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--csv", metavar="FOLDER", help="a set's folder, as `qsr eval` takes it")
    options = parser.parse_args()
    if options.csv:
        for path in options.models:
            model = qsrfile.read(path)
            print_csv(options.csv, model.scale, lambda x: intsim.upscale(model, x))
        return
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

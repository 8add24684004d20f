# SPDX-License-Identifier: BSD-2-Clause
"""Training pictures: pairs of high and low resolution, cached as flat bytes."""

import glob
import hashlib
import os

import numpy as np
from PIL import Image

from . import config
from .bicubic import imresize

FOLDERS = ("bsds400", "photos", "t91", "games")
# Pictures that are also evaluation pictures: this one is "woman" of Set5.
NEVER = ("bsds400/302003.jpg",)
HELD_OUT_EVERY = 25  # of bsds400, or of all without it: kept for choosing recipes


def load_rgb(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def folders_of(assets):
    """Ours first, as runs were made with them; then whatever else is there."""
    inside = os.path.join(assets, "train")
    others = sorted(os.listdir(inside)) if os.path.isdir(inside) else []
    return FOLDERS + tuple(n for n in others
                           if n not in FOLDERS and os.path.isdir(os.path.join(inside, n)))


def has_own_set(assets):
    return os.path.isdir(os.path.join(assets, "train", "bsds400"))


def describe(assets):
    """For the model card."""
    if has_own_set(assets):
        return ("BSDS500 train and test, T91, photographs and artwork under free licences, "
                "rendered screens")
    pictures = list_pictures(assets)
    return f"{len(pictures)} pictures of {', '.join(sorted({p[0] for p in pictures}))}"


def list_pictures(assets):
    found = []
    for folder in folders_of(assets):
        inside = os.path.join(assets, "train", folder, "**", "*.*")
        names = sorted(n for n in glob.glob(inside, recursive=True)
                       if n.lower().endswith((".png", ".jpg", ".jpeg")))
        found += [(folder, i, name) for i, name in enumerate(names)
                  if f"{folder}/{os.path.basename(name)}" not in NEVER]
    if not found:
        raise SystemExit(f"train: no training pictures under {assets}/train")
    return found


def is_held_out(assets, folder, index):
    return (folder == "bsds400" or not has_own_set(assets)) and index % HELD_OUT_EVERY == 0


def crop_to_scale(picture, scale):
    """Top left part whose sides are whole in both resolutions."""
    step = scale.numerator
    height, width = (n // step * step for n in picture.shape[:2])
    return picture[:height, :width]


def make_pair(picture, scale):
    high = np.ascontiguousarray(crop_to_scale(picture, scale))
    # As the evaluation pairs were made: by MATLAB for the whole scales, by a
    # resampler that rounds once for 1.5x.
    return high, imresize(high, 1 / scale, round_between=scale.denominator == 1)


def build_cache(assets, scale, smallest=32):
    """Write the pairs of one scale as two flat arrays and a table of sizes."""
    os.makedirs(config.CACHE, exist_ok=True)
    # Pictures of one's own are not to be taken for ours.
    whose = "" if has_own_set(assets) else \
        "-" + hashlib.sha256(os.path.abspath(assets).encode()).hexdigest()[:12]
    stem = os.path.join(config.CACHE, f"x{float(scale):g}{whose}")
    if os.path.exists(stem + "-table.npy"):
        return stem
    highs, lows, table = [], [], []
    high_at = low_at = 0
    for folder, index, name in list_pictures(assets):
        if is_held_out(assets, folder, index):
            continue
        high, low = make_pair(load_rgb(name), scale)
        if min(low.shape[:2]) < smallest:
            continue
        table.append((high_at, low_at, low.shape[0], low.shape[1]))
        highs.append(high.reshape(-1))
        lows.append(low.reshape(-1))
        high_at += high.size
        low_at += low.size
    if not table:
        raise SystemExit(f"train: no training picture is large enough for {float(scale):g}x")
    np.save(stem + "-high.npy", np.concatenate(highs))
    np.save(stem + "-low.npy", np.concatenate(lows))
    np.save(stem + "-table.npy", np.array(table, np.int64))  # last: marks it complete
    return stem


def held_out_pairs(assets, scale):
    return [make_pair(load_rgb(name), scale)
            for folder, index, name in list_pictures(assets)
            if is_held_out(assets, folder, index)]


class Patches:
    """Random crops with the eight flips and turns of the square."""

    def __init__(self, assets, scale, patch, seed):
        stem = build_cache(assets, scale)
        self.high = np.load(stem + "-high.npy", mmap_mode="r")
        self.low = np.load(stem + "-low.npy", mmap_mode="r")
        table = np.load(stem + "-table.npy")
        self.table = table[table[:, 2:].min(axis=1) >= patch]
        self.scale, self.patch = scale, patch
        self.random = np.random.RandomState(seed)
        # Larger pictures get proportionally more of the crops.
        area = (self.table[:, 2] * self.table[:, 3]).astype(np.float64)
        self.odds = np.cumsum(area / area.sum())

    def crop(self):
        pick = min(int(np.searchsorted(self.odds, self.random.rand())), len(self.table) - 1)
        high_at, low_at, height, width = self.table[pick]
        num, den, size = self.scale.numerator, self.scale.denominator, self.patch
        # 1.5x works on cells of 2x2 low-resolution pixels, so crops stay on them.
        y = self.random.randint((height - size) // den + 1) * den
        x = self.random.randint((width - size) // den + 1) * den
        low = self.low[low_at:low_at + height * width * 3].reshape(height, width, 3)
        tall, wide = height * num // den, width * num // den
        high = self.high[high_at:high_at + tall * wide * 3].reshape(tall, wide, 3)
        low = low[y:y + size, x:x + size]
        y, x, size = y * num // den, x * num // den, size * num // den
        high = high[y:y + size, x:x + size]
        turn = self.random.randint(8)
        if turn & 1:
            low, high = low[::-1], high[::-1]
        if turn & 2:
            low, high = low[:, ::-1], high[:, ::-1]
        if turn & 4:
            low, high = low.transpose(1, 0, 2), high.transpose(1, 0, 2)
        return low, high

    def batch(self, count):
        """uint8 arrays (count, h, w, 3): low resolution, high resolution."""
        lows, highs = zip(*(self.crop() for _ in range(count)))
        return np.stack(lows), np.stack(highs)

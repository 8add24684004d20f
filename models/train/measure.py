# SPDX-License-Identifier: BSD-2-Clause
"""What `qsr eval` measures, in NumPy. src/cli/measure.h has the definitions; a
test holds the two together."""

import numpy as np

WINDOW = 11
BLOCK, AROUND, FLAT = 8, 4, 8
NOISY_FRAMES = 8


def luma(rgb):
    """16 to 235, not rounded, of a uint8 (h, w, 3) picture."""
    return 16 + rgb.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def shaved(luma_plane, border):
    height, width = luma_plane.shape
    return luma_plane[border:height - border, border:width - border]


def psnr(a, b):
    return 10 * np.log10(255 ** 2 / max(np.mean((a - b) ** 2), 1e-12))


def blur(plane):
    """The means under a Gaussian window, where it lies wholly inside."""
    offset = np.arange(WINDOW) - WINDOW // 2
    weight = np.exp(-offset ** 2 / (2 * 1.5 ** 2))
    weight /= weight.sum()
    height, width = (n - WINDOW + 1 for n in plane.shape)
    rows = sum(w * plane[i:i + height] for i, w in enumerate(weight))
    return sum(w * rows[:, i:i + width] for i, w in enumerate(weight))


def ssim(a, b):
    """Wang and others (2004), on luma, mean over the windows."""
    if min(a.shape) < WINDOW:
        raise ValueError("SSIM needs 11x11 pixels")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a ** 2, blur(b * b) - mean_b ** 2
    both = blur(a * b) - mean_a * mean_b
    return float(np.mean((2 * mean_a * mean_b + c1) * (2 * both + c2) /
                         ((mean_a ** 2 + mean_b ** 2 + c1) * (var_a + var_b + c2))))


def ripple(low, out, scale):
    """(energy, blocks) of the pattern that repeats with the small picture's
    pixels; low and out are luma."""
    side, cell = BLOCK * scale.numerator // scale.denominator, scale.numerator
    slope = np.arange(side) - (side - 1) / 2
    energy, blocks = 0.0, 0
    for y in range(BLOCK, low.shape[0] - BLOCK - AROUND + 1, BLOCK):
        for x in range(BLOCK, low.shape[1] - BLOCK - AROUND + 1, BLOCK):
            around = low[y - AROUND:y + BLOCK + AROUND, x - AROUND:x + BLOCK + AROUND]
            if around.max() - around.min() > FLAT:
                continue
            top, left = y // BLOCK * side, x // BLOCK * side
            block = out[top:top + side, left:left + side]
            squares = side * np.sum(slope ** 2)
            plane = block.mean() + np.sum(block * slope) / squares * slope + \
                (np.sum(block * slope[:, None]) / squares * slope)[:, None]
            cells = (block - plane).reshape(side // cell, cell, side // cell, cell)
            energy += np.mean(cells.mean((0, 2)) ** 2)
            blocks += 1
    return float(energy), blocks


def noisy(picture, frame):
    """Frame of a clip that stands still, standard deviation 2."""
    x = np.arange(picture.size, dtype=np.uint32) + np.uint32(frame * picture.size)
    x *= np.uint32(2654435761)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85ebca6b)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xc2b2ae35)
    x ^= x >> np.uint32(16)
    noise = (x & 0xffff).astype(np.int64) % 5 + (x >> np.uint32(16)).astype(np.int64) % 5 - 4
    return (picture + noise.reshape(picture.shape)).clip(0, 255).astype(np.uint8)


def flicker(picture, upscale):
    """Mean over the pixels of the variance of luma over such frames."""
    frames = np.stack([luma(upscale(noisy(picture, i))) for i in range(NOISY_FRAMES)])
    return float(np.mean(frames.var(0)))

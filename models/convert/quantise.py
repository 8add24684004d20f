# SPDX-License-Identifier: BSD-2-Clause
"""A network of somebody else's under the integer contract.

A file that is quantised already keeps its integers: they are found again in its
weights. Others are rounded as our own networks are (train/quant.py) and then,
given pictures, fine-tuned in the integer arithmetic until they give what the
float network gives. Nothing else is asked of the pictures than to be of the
kind that the network is for; they are reduced by its factor first."""

import copy
import glob
import os

import numpy as np
import torch
from torch.nn import functional as F

from train.bicubic import imresize
from train.data import load_rgb
from train.evaluate import float_upscaler, psnr_luma
from train import intsim
from train.loop import loss_of
from train.net import run_plain
from train.quant import QuantNet, constants, integer_bias, kernel_is_pair_safe

from .graph import Refusal

CHANNELS = (32, 64)
MOST_BLOCKS = 16
SMALLEST = 2.0 ** -30  # about the smallest step of rq16 with 6 fraction bits
PATCH, BATCH = 32, 16
RATE, SCALE_RATE, DECAY = 5e-5, 0.1, 0.99
SETTLE_SHARE, SETTLE_RATE = 0.4, 2e-4
JUDGE_EVERY = 50
MOST_PICTURES, LARGEST_PICTURE = 64, 512
KINDS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")


def filled(layers):
    """Widths of the format: channels of nothing are added to narrower maps."""
    widest = max(layer[0].shape[0] for layer in layers[:-1])
    wanted = [n for n in CHANNELS if n >= widest]
    if not wanted or not 1 <= len(layers) - 2 <= MOST_BLOCKS:
        raise Refusal(f"it has {len(layers)} convolutions and up to {widest} channels; 3 to 18 and "
                      "64 are the limits")
    out = []
    for position, (weight, bias, *branch) in enumerate(layers):
        rows = 0 if position == len(layers) - 1 else wanted[0] - weight.shape[0]
        columns = 0 if position == 0 else wanted[0] - weight.shape[1]
        weight = F.pad(weight, (0, 0, 0, 0, 0, columns, 0, rows))
        out.append((weight.contiguous(), F.pad(bias, (0, rows)), *branch))
    return out


# --------------------------------------------------------- integers at hand ---

def step_of(weights):
    """The largest step of which all of a channel's weights are multiples of -128
    to 128; None if there is none."""
    widest = np.abs(weights).max()
    if widest == 0:
        return 1 / 127
    for most in range(1, 129):
        multiples = weights * (most / widest)
        if np.abs(multiples - np.rint(multiples)).max() < 2e-4 * max(1, most / 16):
            return max(widest / most, SMALLEST)
    return None


def finest(step, kernels):
    """Halved as long as the integers stay in reach: it makes the bias finer, and
    the sums are the same."""
    # -128, which some files have and ours have not, becomes -127.
    whole = [np.rint(k / step).astype(np.int64).clip(-127, 127) for k in kernels]
    safe = all(kernel_is_pair_safe(w) for w in whole)
    while True:
        finer = [2 * w for w in whole]
        if max(np.abs(w).max() for w in finer) > 127 or step / 2 < SMALLEST or \
                (safe and not all(kernel_is_pair_safe(w) for w in finer)) or \
                not any(w.any() for w in finer):
            return step, whole
        step, whole = step / 2, finer


def widest_constants(scale):
    """With as many fraction bits as the largest scale leaves."""
    for fraction in range(6, 0, -1):
        try:
            return fraction, *constants(scale, fraction)
        except ValueError:
            pass
    raise Refusal(f"it has a weight of {127 * float(scale.max()):.0f}; 63 is the limit")


def known_layer(weight, bias, *branch):
    """A Layer with the integers that a layer of the file has, or None."""
    kernels = [k.permute(0, 2, 3, 1).double().numpy() for k in (weight, *branch)]
    steps, rows = [], []
    for channel in range(len(bias)):
        mine = [k[channel:channel + 1] for k in kernels]
        step = step_of(np.concatenate([k.flatten() for k in mine]))
        if step is None:
            return None
        step, whole = finest(step, mine)
        steps.append(step)
        rows.append(whole)
    scale = torch.tensor(steps, dtype=torch.float64)
    fraction, multiplier, shift = widest_constants(scale)
    if fraction < 6:
        # rq16 rounds twice, and halves upwards both times: with few fraction bits
        # that adds 2^-(f+1) of a step on average. (At 6 it is part of what our own
        # networks were trained with.)
        bias = bias.double() - 2.0 ** -(fraction + 1) / 255
    weights = [np.concatenate([row[i] for row in rows]).astype(np.int8)
               for i in range(len(kernels))]
    return intsim.Layer(weights[0], integer_bias(bias, scale, shift).numpy().astype(np.int32),
                        multiplier.numpy().astype(np.uint16), shift.numpy().astype(np.uint8),
                        fraction, *weights[1:])


def known_integers(network):
    """A Model, if all of the file's weights are 8-bit integers times a scale."""
    layers = []
    for parts in filled(network.layers):
        layers.append(known_layer(*parts))
        if layers[-1] is None:
            return None
    return intsim.Model(layers[0].weight.shape[0], len(layers) - 2, network.scale, layers, {})


# ------------------------------------------------------------- calibration ---

def load_pictures(places, scale):
    """uint8 pictures reduced by the factor, from files and folders."""
    names = []
    for place in places:
        inside = glob.glob(os.path.join(glob.escape(place), "**", "*"), recursive=True)
        names += sorted(inside) if os.path.isdir(place) else [place]
    names = [n for n in names if n.lower().endswith(KINDS)]
    if not names:
        raise Refusal(f"there is no picture in {', '.join(places)}")
    step = max(1, len(names) // MOST_PICTURES)
    side, pictures = LARGEST_PICTURE, []
    for name in names[::step][:MOST_PICTURES]:
        try:
            rgb = load_rgb(name)
        except (OSError, ValueError) as fault:
            raise Refusal(f"{name}: {fault}") from None
        y, x = (max(0, (n - side) // 2) for n in rgb.shape[:2])
        small = imresize(rgb[y:y + side, x:x + side], 1 / scale)
        if min(small.shape[:2]) >= PATCH:
            pictures.append(small)
    if not pictures:
        raise Refusal(f"no picture has {PATCH * scale} pixels on each side")
    return pictures


def likeness(upscale, pictures, wanted):
    """PSNR of luma against what the float network gives."""
    return float(np.mean([psnr_luma(upscale(p), w) for p, w in zip(pictures, wanted)]))


def batch_of(pictures, random):
    patches = []
    for _ in range(BATCH):
        p = pictures[random.randint(len(pictures))]
        y, x = (random.randint(n - PATCH + 1) for n in p.shape[:2])
        patches.append(p[y:y + PATCH, x:x + PATCH])
    return torch.from_numpy(np.stack(patches).astype(np.float32)).permute(0, 3, 1, 2).contiguous()


def rounded(network):
    return QuantNet(filled(network.layers), network.scale)


class Calibration:
    """What the steps of a calibration share."""

    def __init__(self, network, pictures, seed, say):
        self.layers, self.scale, self.say = filled(network.layers), network.scale, say
        enough = len(pictures) >= 8
        self.judges = pictures[::8] if enough else pictures
        self.learnt = [p for i, p in enumerate(pictures) if i % 8] if enough else pictures
        upscale = float_upscaler(self.layers, self.scale)
        self.wanted = [upscale(p) for p in self.judges]
        self.random = np.random.RandomState(seed)
        self.net = QuantNet(self.layers, self.scale)
        self.best, self.best_psnr = copy.deepcopy(self.net), self.judge(self.net)

    def judge(self, candidate):
        """Likeness to the float network on the pictures that are not learnt from."""
        model = candidate.model({})
        return likeness(lambda p: intsim.upscale(model, p), self.judges, self.wanted)

    def keep_better(self, candidate, what):
        psnr = self.judge(candidate)
        self.say(f"{what}: {psnr:.2f} dB")
        if psnr > self.best_psnr:
            self.best, self.best_psnr = copy.deepcopy(candidate), psnr

    def step(self, optimiser):
        batch = batch_of(self.learnt, self.random)
        with torch.no_grad():
            target = run_plain(self.layers, self.scale, batch / 255)
        loss = loss_of(self.net(batch) / 255, target, 1.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def tune(self, steps):
        """All numbers; what is rounded and judged is their moving average."""
        average = copy.deepcopy(self.net)
        scales = [conv.log_scale for conv in self.net.convs]
        others = [p for conv in self.net.convs for p in conv.kernels() + [conv.bias]]
        optimiser = torch.optim.Adam([{"params": others}, {"params": scales}], betas=(0.9, 0.99))
        for step in range(steps):
            rate = RATE * min(1, (step + 1) / 50) * max(0.1, 1 - step / steps)
            optimiser.param_groups[0]["lr"] = rate
            optimiser.param_groups[1]["lr"] = rate * SCALE_RATE
            self.step(optimiser)
            with torch.no_grad():
                keep = min(DECAY, (step + 1) / (step + 10))
                for mean, now in zip(average.parameters(), self.net.parameters()):
                    mean.lerp_(now, 1 - keep)
            if (step + 1) % JUDGE_EVERY == 0 or step + 1 == steps:
                self.keep_better(average, f"step {step + 1}")

    def settle(self, steps):
        """The integers stay; scales and biases take up what their rounding left."""
        self.net = copy.deepcopy(self.best)
        for conv in self.net.convs:
            conv.freeze()
        optimiser = torch.optim.Adam([p for conv in self.net.convs
                                      for p in (conv.bias, conv.log_scale)])
        for step in range(steps):
            optimiser.param_groups[0]["lr"] = SETTLE_RATE * (1 - step / steps)
            self.step(optimiser)
        self.keep_better(self.net, "settled")


def calibrate(network, pictures, steps, seed, say):
    """The QuantNet closest to the float network, and its likeness in dB. Every
    eighth picture judges and is not learnt from, where there are enough."""
    calibration = Calibration(network, pictures, seed, say)
    say(f"rounded: {calibration.best_psnr:.2f} dB like the float network")
    settling = int(steps * SETTLE_SHARE)
    calibration.tune(steps - settling)
    calibration.settle(settling)
    return calibration.best, calibration.best_psnr

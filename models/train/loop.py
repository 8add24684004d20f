# SPDX-License-Identifier: BSD-2-Clause
"""The float training loop: resumable, seeded, logged."""

import math
import os
import time

import torch
from torch.nn import functional as F

from . import config
from .data import Patches, held_out_pairs
from .evaluate import float_upscaler, mean_psnr
from .net import QuickSRNet

LUMA = torch.tensor([65.481, 128.553, 24.966]).view(1, 3, 1, 1) / 219
WIDE = 1.25
WIDTH_WEIGHT = 0.01


class Log:
    def __init__(self, path):
        self.file = open(path, "a", buffering=1)

    def __call__(self, text):
        line = f"{time.strftime('%H:%M:%S')} {text}"
        print(line, flush=True)
        self.file.write(line + "\n")


def rate_at(step, recipe, total, peak):
    if step < recipe.warmup:
        return peak * (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, total - recipe.warmup)
    return recipe.final_rate + (peak - recipe.final_rate) * 0.5 * (1 + math.cos(math.pi * done))


def to_unit(batch, device):
    x = torch.from_numpy(batch).to(device).permute(0, 3, 1, 2)  # stays channels-last
    return x.float().div_(255)


def loss_of(output, target, luma_weight):
    difference = output - target
    loss = difference.abs().mean()
    if luma_weight:
        weights = LUMA.to(difference.device)
        loss = loss + luma_weight * (difference * weights).sum(1).abs().mean()
    return loss


def width_penalty(kernels):
    """Keeps kernels within reach of 8 bits: a wide weight coarsens its whole
    output channel, and beyond 1.98 it would leave the common fraction bits."""
    return sum((k.abs() - WIDE).clamp(min=0).pow(2).sum() for k in kernels)


def save_atomically(state, path):
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


class Average:
    """Moving average of the collapsed kernels, which are what ships."""

    def __init__(self, decay):
        self.decay, self.layers, self.steps = decay, None, 0

    def add(self, layers):
        self.steps += 1
        if self.layers is None:
            self.layers = layers
            return
        keep = min(self.decay, self.steps / (self.steps + 9.0))
        for means, layer in zip(self.layers, layers):
            for mean, now in zip(means, layer):
                mean.lerp_(now, 1 - keep)


def train_float(recipe, assets, run=None, stop_at=None):
    """Train to the end of the schedule (or to stop_at seconds since the epoch,
    to be resumed later). Returns True when complete."""
    folder = config.run_folder(run or recipe.run)
    log = Log(os.path.join(folder, "log.txt"))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    net = QuickSRNet(recipe.channels, recipe.blocks, recipe.scale, recipe.expand, recipe.branch)
    if recipe.start_from:
        source = os.path.join(config.RUNS, recipe.start_from, "float.pt")
        if os.path.exists(source):
            net.adopt(torch.load(source, map_location="cpu")["layers"])
        else:
            log(f"no run {recipe.start_from} to start from: starting fresh")
    net.to(device=device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), lr=recipe.peak_rate, betas=(0.9, 0.99))
    average = Average(recipe.average)
    first = 0
    checkpoint = os.path.join(folder, "checkpoint.pt")
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        average.layers, average.steps = state["average"], state["step"]
        first = state["step"]
    # The seed depends on the step so that a resumed run draws fresh crops.
    patches = Patches(assets, recipe.scale, recipe.patch, recipe.seed * 1000003 + first)
    held_out = held_out_pairs(assets, recipe.scale)
    log(f"{recipe} from step {first}, {sum(p.numel() for p in net.parameters())} parameters")
    started, running = time.time(), 0.0

    def keep(step):
        save_atomically({"net": net.state_dict(), "optimiser": optimiser.state_dict(),
                         "average": average.layers, "step": step}, checkpoint)
        layers = [tuple(t.cpu().contiguous() for t in layer) for layer in average.layers]
        save_atomically({"layers": layers, "step": step, "recipe": vars(recipe)},
                        os.path.join(folder, "float.pt"))
        return layers

    for step in range(first, recipe.iterations):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, recipe, recipe.iterations, recipe.peak_rate)
        low, high = patches.batch(recipe.batch)
        loss = loss_of(net(to_unit(low, device)), to_unit(high, device), recipe.luma)
        penalty = WIDTH_WEIGHT * width_penalty(net.kernels())
        optimiser.zero_grad()
        (loss + penalty).backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimiser.step()
        average.add(net.collapsed())
        running += float(loss.detach())
        step += 1
        late = stop_at is not None and time.time() > stop_at
        if step % 1000 == 0 or step == recipe.iterations or late:
            layers = keep(step)
            psnr = mean_psnr(held_out, float_upscaler(layers, recipe.scale))
            widest = max(float(k.abs().max()) for w, _, *branch in layers for k in [w] + branch)
            speed = (time.time() - started) / (step - first)
            log(f"step {step} loss {running / (step % 1000 or 1000):.5f} held-out {psnr:.3f} dB "
                f"max weight {widest:.2f} {speed * 1000:.1f} ms/step")
            running = 0.0
        if late and step < recipe.iterations:
            return False
    return True

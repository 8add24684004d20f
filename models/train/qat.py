# SPDX-License-Identifier: BSD-2-Clause
"""Quantisation-aware fine-tuning and export to a .qsr file."""

import copy
import datetime
import os
import time

import torch

from . import config, intsim, qsrfile
from .bicubic import imresize
from .data import Patches, describe, held_out_pairs
from .evaluate import float_upscaler, judge, mean_psnr
from .loop import Log, loss_of, rate_at, save_atomically
from .quant import QuantNet

JUDGE_EVERY = 250


def load_float(run):
    path = os.path.join(config.RUNS, run, "float.pt")
    if not os.path.exists(path):
        raise SystemExit(f"train: no float weights at {path}: run the float stage first")
    return torch.load(path, map_location="cpu")


def held_out_psnr(net, pairs):
    model = net.model({})
    return mean_psnr(pairs, lambda low: intsim.upscale(model, low))


def as_pixels(batch, device):
    return torch.from_numpy(batch).to(device).permute(0, 3, 1, 2).float()


def fine_tune(recipe, assets, run, stop_at=None):
    """Fine-tune the float weights of a run under the integer contract. Returns
    the best of the networks met on the way, by held-out pictures, or None when
    the time ran out first (call again to go on).

    Weights near the middle of two integers jump between them for ever, and a
    vanishing rate freezes them on a random side. So the rate stays up, and it
    is the moving average that is rounded and judged."""
    folder = config.run_folder(run)
    log = Log(os.path.join(folder, "log.txt"))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    source = load_float(run)
    net = QuantNet(source["layers"], recipe.scale)
    pairs = held_out_pairs(assets, recipe.scale)
    log(f"quantise step {source['step']}: held-out float "
        f"{mean_psnr(pairs, float_upscaler(source['layers'], recipe.scale)):.3f} dB, "
        f"rounded {held_out_psnr(net, pairs):.3f} dB")
    total = recipe.qat_iterations
    if not total:
        return net
    net.to(device)
    average = copy.deepcopy(net)
    scales = [conv.log_scale for conv in net.convs]
    others = [p for conv in net.convs for p in conv.kernels() + [conv.bias]]
    optimiser = torch.optim.Adam([{"params": others}, {"params": scales}],
                                 lr=recipe.qat_rate, betas=(0.9, 0.99))
    first, best, best_psnr = 0, copy.deepcopy(net.state_dict()), held_out_psnr(net, pairs)
    checkpoint = os.path.join(folder, "qat.pt")
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=device)
        if state["source"] == source["step"] and state["total"] == total:
            net.load_state_dict(state["net"])
            average.load_state_dict(state["average"])
            optimiser.load_state_dict(state["optimiser"])
            first, best, best_psnr = state["step"], state["best"], state["best_psnr"]
    patches = Patches(assets, recipe.scale, recipe.patch, recipe.seed * 7919 + first)
    started, running = time.time(), 0.0
    for step in range(first, total):
        rate = max(rate_at(step, recipe, total, recipe.qat_rate), recipe.qat_rate / 5)
        optimiser.param_groups[0]["lr"] = rate
        # A scale moves all weights of its channel at once, many over an edge.
        optimiser.param_groups[1]["lr"] = rate / 10
        low, high = patches.batch(recipe.batch)
        output = net(as_pixels(low, device))
        loss = loss_of(output / 255, as_pixels(high, device) / 255, recipe.luma)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        with torch.no_grad():
            keep = min(0.998, (step + 1) / (step + 10))
            for mean, now in zip(average.parameters(), net.parameters()):
                mean.lerp_(now, 1 - keep)
        running += float(loss.detach())
        step += 1
        late = stop_at is not None and time.time() > stop_at
        if step % JUDGE_EVERY == 0 or step == total or late:
            psnr = held_out_psnr(average, pairs)
            if psnr > best_psnr:
                best, best_psnr = copy.deepcopy(average.state_dict()), psnr
            save_atomically({"net": net.state_dict(), "average": average.state_dict(),
                             "optimiser": optimiser.state_dict(), "step": step, "best": best,
                             "best_psnr": best_psnr, "source": source["step"], "total": total},
                            checkpoint)
            log(f"qat step {step} loss {running / (step % JUDGE_EVERY or JUDGE_EVERY):.5f} "
                f"held-out {held_out_psnr(net, pairs):.3f} dB, averaged {psnr:.3f} dB "
                f"{(time.time() - started) / (step - first) * 1000:.1f} ms/step")
            running = 0.0
        if late and step < total:
            return None
    net.load_state_dict(best)
    return settle(recipe, net, patches, pairs, log)


def settle(recipe, net, patches, pairs, log):
    """Freeze the integer weights and train what is still continuous, scales and
    biases: they take up the error that rounding left in every channel."""
    before = held_out_psnr(net, pairs)
    for conv in net.convs:
        conv.freeze()
    kept = copy.deepcopy(net.state_dict())
    device = net.convs[0].bias.device
    optimiser = torch.optim.Adam([p for conv in net.convs for p in (conv.bias, conv.log_scale)])
    for step in range(recipe.settle_iterations):
        done = step / recipe.settle_iterations
        for group in optimiser.param_groups:
            group["lr"] = recipe.settle_rate * (1 - done)
        low, high = patches.batch(recipe.batch)
        output = net(as_pixels(low, device))
        loss = loss_of(output / 255, as_pixels(high, device) / 255, recipe.luma)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    after = held_out_psnr(net, pairs)
    log(f"settled scales and biases: held-out {before:.3f} to {after:.3f} dB")
    if after < before:
        net.load_state_dict(kept)
    return net


def export(recipe, assets, run, net, path=None, name=None, licence="BSD-2-Clause"):
    """Write the network with its measured figures; returns the card."""
    source = load_float(run)
    float_psnr = judge(assets, recipe.scale, float_upscaler(source["layers"], recipe.scale))
    model = net.cpu().model({})
    int8_psnr = judge(assets, recipe.scale, lambda low: intsim.upscale(model, low))
    bicubic_psnr = judge(assets, recipe.scale, lambda low: imresize(low, recipe.scale))
    body = ", started from the 2x body" if recipe.start_from else ""
    model.card = {
        "name": name or f"quicksrnet-{recipe.size}",
        "scale": f"{float(recipe.scale):g}",
        "training": f"{source['step']} float and {recipe.qat_iterations} quantisation-aware "
                    f"steps of {recipe.batch} patches of {recipe.patch}x{recipe.patch}, seed "
                    f"{recipe.seed}, {datetime.date.today().isoformat()}{body}; "
                    f"{describe(assets)}; bicubic degradation",
        "licence": licence,
        "metrics": "; ".join(
            f"{name}: int8 {int8_psnr[name]:.2f}, float {float_psnr[name]:.2f}, "
            f"bicubic {bicubic_psnr[name]:.2f} dB" for name in int8_psnr) + " (PSNR of luma)",
    }
    path = path or recipe.file
    qsrfile.write(model, path)
    Log(os.path.join(config.run_folder(run), "log.txt"))(
        f"wrote {os.path.basename(path)}: float {float_psnr}, int8 {int8_psnr}")
    return model.card

# SPDX-License-Identifier: BSD-2-Clause
"""Run the open jobs of QUEUE.md, first to last, until a time limit. A job that
does not finish in time stays open and goes on from its checkpoint next time."""

import argparse
import os
import re
import time

import torch

from . import config
from .loop import train_float
from .qat import export, fine_tune

QUEUE = os.path.join(config.HERE, "QUEUE.md")
# | [ ] | `small 2x` | figures |
ROW = re.compile(r"^\| \[(?P<state>.)\] \| `(?P<size>\w+) (?P<scale>[\d.]+x)(?P<options>[^`]*)` \|"
                 r"(?P<figures>.*)\|$")


def parse_options(text):
    """`--batch 8 --patch 48` as changes of the recipe."""
    changes, words = {}, text.split()
    for key, value in zip(words[0::2], words[1::2]):
        field = key[2:].replace("-", "_")
        if not key.startswith("--") or not hasattr(config.Recipe, field):
            raise SystemExit(f"train.queue: {QUEUE}: unknown option {key}")
        changes[field] = type(getattr(config.Recipe, field))(value)
    if len(words) % 2:
        raise SystemExit(f"train.queue: {QUEUE}: option without a value in {text.strip()}")
    return changes


def open_jobs(lines):
    for number, line in enumerate(lines):
        row = ROW.match(line)
        if row and row["state"] == " ":
            yield number, row


def note(number, row, state, figures):
    """Rewrite one line; the rest may have been edited meanwhile."""
    with open(QUEUE) as file:
        lines = file.read().splitlines()
    job = f"{row['size']} {row['scale']}{row['options']}"
    for at in [number] + list(range(len(lines))):
        now = ROW.match(lines[at]) if at < len(lines) else None
        if now and f"{now['size']} {now['scale']}{now['options']}" == job:
            lines[at] = f"| [{state}] | `{job}` | {figures} |"
            break
    with open(QUEUE + ".part", "w") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(QUEUE + ".part", QUEUE)


def run_job(row, assets, stop_at):
    """Figures when done, None when the time ran out."""
    recipe = config.recipe(row["size"], row["scale"], **parse_options(row["options"]))
    if not train_float(recipe, assets, stop_at=stop_at):
        return None
    tuned = fine_tune(recipe, assets, recipe.run, stop_at=stop_at)
    if tuned is None:
        return None
    return export(recipe, assets, recipe.run, tuned)["metrics"]


def main():
    parser = argparse.ArgumentParser(prog="python3 -m train.queue", description=__doc__)
    parser.add_argument("--hours", type=float, required=True)
    parser.add_argument("--assets", help="folder of pictures (default: QSR_ASSETS)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    assets = config.assets_folder(options.assets)
    stop_at = time.time() + 3600 * options.hours
    while time.time() < stop_at:
        with open(QUEUE) as file:
            job = next(open_jobs(file.read().splitlines()), None)
        if job is None:
            print("no open jobs")
            return
        figures = run_job(job[1], assets, stop_at)
        if figures is None:
            note(*job, " ", "begun; goes on from its checkpoint")
            return
        note(*job, "x", figures)


if __name__ == "__main__":
    main()

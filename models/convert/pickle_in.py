# SPDX-License-Identifier: BSD-2-Clause
"""PyTorch checkpoints (.pth, .pt, .pth.tar) without PyTorch's loader.

A checkpoint is a pickle, and a pickle is a program. Here the names in it lead
to nothing but tensors and dictionaries; every other class or function becomes
an inert thing that takes whatever is done to it. So nothing of a file is run,
and a whole optimiser in it does no harm."""

import collections
import io
import pickle
import re
import struct
import zipfile
from fractions import Fraction

import numpy as np
import torch

from .graph import Network, Refusal

STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2",
            "LongStorage": "<i8", "IntStorage": "<i4", "ByteStorage": "u1", "CharStorage": "i1",
            "BoolStorage": "?", "ShortStorage": "<i2"}
LEGACY_MAGIC = 0x1950a86a20f9469cfc6c
LARGEST = 256 << 20


class Inert:
    """Stands for whatever a file names that is not data."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return self

    def __setstate__(self, _):
        pass

    def __setitem__(self, _, __):
        pass

    def append(self, _):
        pass

    def extend(self, _):
        pass


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        numbers = [offset, *shape, *strides]
        if not all(type(n) is int and n >= 0 for n in numbers) or len(shape) != len(strides) or \
                len(shape) > 8:
            raise pickle.UnpicklingError("a tensor without a sound shape")
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def array(self):
        values = self.storage.values()
        last = self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides))
        if 0 in self.shape or last >= len(values):
            raise Refusal("not a sound checkpoint (a tensor reaches beyond its numbers)")
        size = values.itemsize
        return np.lib.stride_tricks.as_strided(values[self.offset:], self.shape,
                                               [n * size for n in self.strides])


class Storage:
    def __init__(self, kind, key, count):
        self.kind, self.key, self.count, self.data = kind, key, count, None

    def values(self):
        if self.data is None or self.kind is None or \
                len(self.data) < self.count * np.dtype(self.kind).itemsize:
            raise Refusal("not a sound checkpoint (numbers are missing)")
        return np.frombuffer(self.data, self.kind, self.count)


def rebuild_tensor(storage, offset, shape, strides, *_):
    if not isinstance(storage, Storage):
        raise pickle.UnpicklingError("a tensor without numbers")
    return Tensor(storage, offset, tuple(shape), tuple(strides))


def rebuild_parameter(tensor, *_):
    return tensor


class Unpickler(pickle.Unpickler):
    def __init__(self, file, storages):
        super().__init__(file, encoding="latin1")
        self.storages = storages

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch._utils" and name in ("_rebuild_tensor_v2", "_rebuild_tensor"):
            return rebuild_tensor
        if module == "torch._utils" and name == "_rebuild_parameter":
            return rebuild_parameter
        if module in ("torch", "torch.storage") and name in STORAGES:
            return name
        return type("Inert", (Inert,), {})

    def persistent_load(self, what):
        if type(what) is not tuple or len(what) < 5 or what[0] != "storage" or \
                type(what[4]) is not int or what[4] < 0:
            raise pickle.UnpicklingError("an unknown kind of persistent data")
        kind = STORAGES.get(what[1]) if isinstance(what[1], str) else None
        return self.storages.setdefault(str(what[2]), Storage(kind, str(what[2]), what[4]))


def load_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {e.filename: e for e in archive.infolist()}
        if sum(e.file_size for e in entries.values()) > LARGEST:
            raise Refusal("its content is larger than 256 MiB")
        main = [n for n in entries if re.fullmatch(r"([^/]+/)?data\.pkl", n)]
        if len(main) != 1:
            raise Refusal("not a checkpoint of PyTorch (there is no data.pkl in the archive)")
        stem, storages = main[0][:-len("data.pkl")], {}
        content = Unpickler(io.BytesIO(archive.read(main[0])), storages).load()
        for key, storage in storages.items():
            if f"{stem}data/{key}" in entries:
                storage.data = archive.read(f"{stem}data/{key}")
    return content


def load_legacy(data):
    file, storages = io.BytesIO(data), {}
    for expected in (LEGACY_MAGIC, None, None):
        found = Unpickler(file, {}).load()
        if expected is not None and found != expected:
            raise Refusal("not a checkpoint of PyTorch")
    content = Unpickler(file, storages).load()
    for key in Unpickler(file, {}).load():
        storage = storages.get(str(key))
        count, = struct.unpack("<q", file.read(8))
        if storage is None or count != storage.count or storage.kind is None:
            raise Refusal("not a sound checkpoint (its numbers are of an unknown kind)")
        storage.data = file.read(count * np.dtype(storage.kind).itemsize)
    return content


def load(data):
    """Dictionaries, lists and Tensors; never anything that a file made up."""
    try:
        return load_zip(data) if data[:2] == b"PK" else load_legacy(data)
    except Refusal:
        raise
    # A damaged pickle fails in every way there is.
    except (Exception, RecursionError) as fault:
        raise Refusal(f"not a sound checkpoint ({type(fault).__name__}: "
                      f"{' '.join(str(fault).split())[:80]})") from None


def state_of(content):
    """The parameters by name, without what is in front of all of their names."""
    for key in ("state_dict", "model_state_dict", "model", "net", "params", "params_ema"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
            break
    if not isinstance(content, dict):
        raise Refusal("there are no parameters by name in it")
    state = {k: v for k, v in content.items() if isinstance(k, str) and isinstance(v, Tensor)}
    if not state:
        raise Refusal("there are no parameters by name in it")
    return state


def read(data):
    """A Network of the parameters' names and shapes, those of the published QuickSRNet:
    cnn.0, cnn.2, ... and conv_last, and for Large anchor.net."""
    try:
        return named(state_of(load(data)))
    except Refusal:
        raise
    except (TypeError, ValueError, ArithmeticError, MemoryError) as fault:
        raise Refusal(f"not a sound checkpoint ({' '.join(str(fault).split())[:80]})") from None


def named(state):
    first = "cnn.0.weight"
    prefixes = {k[:-len(first)] for k in state if k == first or k.endswith("." + first)}
    if len(prefixes) != 1:
        other = [k for k in state if not re.search(r"(cnn\.\d+|conv_last|anchor\.net)\.\w+$", k)]
        raise Refusal(f"'{(other or list(state))[0][:60]}' is not a parameter of a QuickSRNet, "
                      "which has cnn.0, cnn.2, ... and conv_last")
    prefix, = prefixes
    state = {k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}
    parts = []
    while f"cnn.{2 * len(parts)}.weight" in state:
        parts.append(f"cnn.{2 * len(parts)}")
    parts.append("conv_last")
    known = {f"{p}.{kind}" for p in parts + ["anchor.net"] for kind in ("weight", "bias")}
    for name in state:
        if name not in known:
            raise Refusal(f"'{name[:60]}' is not a parameter of a QuickSRNet, which has cnn.0, "
                          "cnn.2, ... and conv_last")
    return network(state, parts)


def values(state, name, axes):
    if name not in state:
        raise Refusal(f"'{name}' is missing")
    array = np.asarray(state[name].array(), np.float32)
    if array.ndim != axes:
        raise Refusal(f"'{name}' has the shape {list(array.shape)}")
    return torch.from_numpy(array.copy())


def network(state, parts):
    layers, channels = [], 3
    for part in parts:
        weight, bias = values(state, f"{part}.weight", 4), values(state, f"{part}.bias", 1)
        count, cin, size = weight.shape[:3]
        last = part == "conv_last"
        if last and size == 1 and cin == 4 * channels:
            # PixelUnshuffle's channels are c, dy, dx.
            weight = weight[:, :, 0, 0].reshape(count, channels, 2, 2).contiguous()
        elif tuple(weight.shape[1:]) != (channels, 3, 3):
            raise Refusal(f"'{part}.weight' has the shape {list(weight.shape)}, where QuickSRNet "
                          f"has 3x3 and {channels} channels")
        if len(bias) != count:
            raise Refusal(f"'{part}.bias' has {len(bias)} values for {count} channels")
        layers.append((weight, bias))
        channels = count
    block = round((channels / 3) ** 0.5)
    scale = Fraction(block, 2 if layers[-1][0].shape[2] == 2 else 1)
    if 3 * block ** 2 != channels or scale not in (2, 3, 4, Fraction(3, 2)):
        raise Refusal(f"'conv_last.weight' makes {channels} channels, which is no factor of 1.5, "
                      "2, 3 or 4")
    if "anchor.net.weight" in state:
        branch = values(state, "anchor.net.weight", 4)
        size = 3 if scale == Fraction(3, 2) else 1
        if tuple(branch.shape) != (channels, 3, size, size):
            raise Refusal(f"'anchor.net.weight' has the shape {list(branch.shape)}")
        weight, bias = layers[-1]
        if "anchor.net.bias" in state:
            more = values(state, "anchor.net.bias", 1)
            if len(more) != channels:
                raise Refusal("'anchor.net.bias' is not of its size")
            bias = bias + more
        layers[-1] = weight, bias, branch
    return Network(layers, scale)

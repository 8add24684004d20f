# SPDX-License-Identifier: BSD-2-Clause
"""Reader and writer of .qsr model files: see docs/model-format.md."""

import hashlib
import json
import os
import re
import struct
from fractions import Fraction

import numpy as np

from .intsim import Layer, Model, output_side, upscale
from .net import branch_of, kernel_of

MAGIC = b"\x89QSR\r\n\x1a\n"
HEADER = struct.Struct("<8sIIQIIIHHIHH32s48s")
HASH_AT = 48
LARGEST_FILE = 4 << 20
PLAIN, BRANCHED = 1, 2  # architectures: QuickSRNet, and with an input branch
SCALES = (Fraction(2), Fraction(3), Fraction(4), Fraction(3, 2))


class BadModel(ValueError):
    pass


def require(condition, reason):
    if not condition:
        raise BadModel(reason)


def test_picture(width=12, height=8, seed=12):
    """The self-test input: a gradient, hard edges and noise."""
    y, x = np.mgrid[0:height, 0:width]
    base = np.stack([x * 255 // (width - 1), y * 255 // (height - 1), (x + y) % 2 * 255], 2)
    noise = np.random.RandomState(seed).randint(0, 256, base.shape)
    return np.where(((x // 4 + y // 4) % 2)[:, :, None] == 0, base, noise).astype(np.uint8)


def layer_bytes(layer):
    cout = len(layer.bias)
    body = struct.pack("<B3x", layer.fraction)
    body += np.asarray(layer.bias).astype("<i4").tobytes()
    body += np.asarray(layer.multiplier).astype("<u2").tobytes()
    body += np.asarray(layer.shift).astype("u1").tobytes()
    body += np.asarray(layer.weight).astype("i1").tobytes()
    if layer.branch is not None:
        body += np.asarray(layer.branch).astype("i1").tobytes()
    assert layer.weight.shape[0] == cout
    return body + b"\0" * (-len(body) % 4)


def check_layer(layer):
    require(1 <= layer.fraction <= 6, "fraction bits out of range")
    require(layer.bound() < 2 ** 31, "the accumulator could overflow")
    require(layer.multiplier.min() >= 1 << 14 and layer.multiplier.max() < 1 << 15,
            "multiplier out of range")
    require(layer.shift.max() <= 24, "shift out of range")
    require(layer.weight.min() >= -127, "weight out of range")
    require(layer.branch is None or layer.branch.min() >= -127, "branch weight out of range")


def encode(model):
    """The bytes of a model; fills in its self-test if it has none."""
    if model.test_input is None:
        model.test_input = test_picture()
    model.test_output = upscale(model, model.test_input)
    for layer in model.layers:
        check_layer(layer)
    card = json.dumps(model.card, ensure_ascii=False, indent=1).encode()
    body = b"".join(layer_bytes(layer) for layer in model.layers)
    body += model.test_input.tobytes() + model.test_output.tobytes() + card
    height, width = model.test_input.shape[:2]

    def header(digest):
        return HEADER.pack(MAGIC, 1, HEADER.size, HEADER.size + len(body),
                           BRANCHED if model.has_branch else PLAIN, model.channels, model.blocks, model.scale.numerator,
                           model.scale.denominator, len(card), width, height, digest, b"")

    digest = hashlib.sha256(header(b"") + body).digest()
    return header(digest) + body


def write(model, path):
    data = encode(model)
    decode(data)  # what is written can be read
    if os.path.exists(path) and not os.path.isfile(path):  # a device is not replaced
        with open(path, "wb") as file:
            file.write(data)
        return
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)


class Cursor:
    def __init__(self, data, at):
        self.data, self.at = data, at

    def take(self, count):
        require(self.at + count <= len(self.data), "the file ends too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def array(self, kind, count):
        return np.frombuffer(self.take(np.dtype(kind).itemsize * count), kind)


def decode_layer(cursor, cin, cout, size, branch_size=0):
    start = cursor.at
    fraction, reserved = cursor.take(1)[0], cursor.take(3)
    require(reserved == b"\0\0\0", "reserved bytes are not zero")
    bias, multiplier = cursor.array("<i4", cout), cursor.array("<u2", cout)
    shift = cursor.array("u1", cout)
    weight = cursor.array("i1", cout * size * size * cin).reshape(cout, size, size, cin)
    branch = None
    if branch_size:
        taps = branch_size * branch_size
        branch = cursor.array("i1", cout * taps * 3).reshape(cout, branch_size, branch_size, 3)
    padding = cursor.take(-(cursor.at - start) % 4)
    require(not any(padding), "padding is not zero")
    layer = Layer(weight, bias, multiplier, shift, fraction, branch)
    check_layer(layer)
    return layer


def decode(data, check_test=True):
    require(len(data) >= HEADER.size, "shorter than a header")
    require(len(data) <= LARGEST_FILE, "larger than 4 MiB")
    (magic, version, header_size, file_size, architecture, channels, blocks, num, den,
     card_size, width, height, digest, reserved) = HEADER.unpack_from(data)
    require(magic == MAGIC, "not a .qsr file")
    require(version == 1 and header_size == HEADER.size, "unknown version")
    require(file_size == len(data), "the size in the header is not the file's")
    require(not any(reserved), "reserved bytes are not zero")
    blank = data[:HASH_AT] + bytes(32) + data[HASH_AT + 32:]
    require(hashlib.sha256(blank).digest() == digest, "the checksum does not match")
    require(architecture in (PLAIN, BRANCHED), "unknown architecture")
    require(channels in (32, 64) and 1 <= blocks <= 16, "unknown shape of network")
    require(den > 0 and Fraction(num, den) in SCALES and (num, den) in
            [(s.numerator, s.denominator) for s in SCALES], "unknown scale")
    require(2 <= card_size <= 65536, "card size out of range")
    require(all(4 <= n <= 64 and n % 2 == 0 for n in (width, height)), "self-test size")
    scale = Fraction(num, den)
    cursor = Cursor(data, HEADER.size)
    layers = []
    for position in range(blocks + 2):
        cin, cout, size, _ = kernel_of(position, channels, blocks, scale)
        branched = architecture == BRANCHED and position == blocks + 1
        layers.append(decode_layer(cursor, cin, cout, size,
                                   branch_of(scale)[0] if branched else 0))
    test_input = cursor.array("u1", 3 * width * height).reshape(height, width, 3)
    tall, wide = output_side(height, scale), output_side(width, scale)
    test_output = cursor.array("u1", 3 * wide * tall).reshape(tall, wide, 3)
    card = cursor.take(card_size)
    require(cursor.at == len(data), "bytes after the end")
    require(b"\0" not in card, "NUL in the card")
    try:
        card = json.loads(card.decode())
    except ValueError:
        raise BadModel("the card is not JSON") from None
    require(isinstance(card, dict) and
            re.fullmatch(r"[a-z0-9.-]{1,63}", str(card.get("name"))), "bad name in the card")
    model = Model(channels, blocks, scale, layers, card, test_input, test_output)
    if check_test:
        require(np.array_equal(upscale(model, test_input), test_output), "self-test failed")
    return model


def read(path):
    with open(path, "rb") as file:
        return decode(file.read(LARGEST_FILE + 1))

# SPDX-License-Identifier: BSD-2-Clause
"""Reading flatbuffers without a schema: tables, vectors and strings by field
number. Every offset is checked against the end of the file."""

import struct

import numpy as np

from .graph import Refusal


class Buffer:
    def __init__(self, data):
        self.data = data

    def number(self, kind, at):
        size = struct.calcsize("<" + kind)
        if at < 0 or at + size > len(self.data):
            raise Refusal("not a sound TFLite file (it points beyond its end)")
        return struct.unpack_from("<" + kind, self.data, at)[0]

    def root(self):
        return Table(self, self.number("I", 0))


class Table:
    def __init__(self, buffer, at):
        self.buffer, self.at = buffer, at
        self.layout = at - buffer.number("i", at)
        self.fields = (buffer.number("H", self.layout) - 4) // 2

    def place(self, field):
        """Where a field lies, or None if it is left out."""
        if field >= self.fields:
            return None
        offset = self.buffer.number("H", self.layout + 4 + 2 * field)
        return self.at + offset if offset else None

    def number(self, field, kind, default=0):
        place = self.place(field)
        return default if place is None else self.buffer.number(kind, place)

    def follow(self, field):
        place = self.place(field)
        return None if place is None else place + self.buffer.number("I", place)

    def table(self, field):
        at = self.follow(field)
        return None if at is None else Table(self.buffer, at)

    def vector(self, field, kind):
        """An array of numbers; empty if it is left out."""
        at, kind = self.follow(field), np.dtype(kind)
        if at is None:
            return np.zeros(0, kind)
        count = self.buffer.number("I", at)
        if at + 4 + count * kind.itemsize > len(self.buffer.data):
            raise Refusal("not a sound TFLite file (a list is longer than the file)")
        return np.frombuffer(self.buffer.data, kind, count, at + 4)

    def tables(self, field):
        at = self.follow(field)
        if at is None:
            return []
        offsets = self.vector(field, "<u4")
        return [Table(self.buffer, at + 4 + 4 * i + int(n)) for i, n in enumerate(offsets)]

    def text(self, field):
        return self.vector(field, "u1").tobytes().decode("utf-8", "replace")

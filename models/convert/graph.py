# SPDX-License-Identifier: BSD-2-Clause
"""What a graph of operations computes, as far as it is a QuickSRNet.

A file of somebody else's is read into nodes with the meaning of ONNX's
operations (onnx_in.py, tflite_in.py). They are followed here from the picture
on, symbolically: every tensor is a linear function of the picture and of maps
that were clipped, or else the graph is refused by the name of the operation
that makes it something else. Quantisation is a clip to what its 8 bits can
hold. What only moves values (a depth-to-space in whatever disguise) is
collected and then carried out on an array of their numbers, which tells where
each went.

Weights become those of maps that fill [0, 1], whatever the file's scale is."""

import dataclasses
from fractions import Fraction

import numpy as np
import torch

LIMIT = 1 << 26  # values of a tensor that is followed


class Refusal(ValueError):
    """One sentence."""


@dataclasses.dataclass
class Node:
    op: str
    inputs: list
    outputs: list
    attributes: dict
    name: str = ""


@dataclasses.dataclass
class Graph:
    nodes: list
    constants: dict  # name -> array
    picture: str
    shape: tuple  # of the picture; NCHW, or NHWC
    result: str


class Maps:
    """The picture, or a layer's maps after their clip: 0 to `range`, None if it
    is not known yet. `floored`: clipped at 0 already."""

    def __init__(self, channels, size, limit, sums=None, floored=True):
        self.channels, self.size, self.range, self.sums = channels, size, limit, sums
        self.floored = floored


class Sums:
    """A bias and a kernel for each of the maps it reads: (OIHW, stride, padding)."""

    def __init__(self, size, terms, bias):
        self.size, self.terms, self.bias = size, terms, bias

    @classmethod
    def of(cls, maps):
        kernel = np.eye(maps.channels).reshape(maps.channels, maps.channels, 1, 1)
        return cls(maps.size, {maps: (kernel, 1, 0)}, np.zeros(maps.channels))

    def plain(self):
        """(maps, gain) if this is nothing but some maps times a number."""
        if len(self.terms) != 1 or np.any(self.bias):
            return None
        (maps, (kernel, stride, _)), = self.terms.items()
        if kernel.shape[2:] != (1, 1) or stride != 1 or kernel.shape[0] != kernel.shape[1]:
            return None
        gain = kernel[0, 0, 0, 0]
        same = np.array_equal(kernel[:, :, 0, 0], gain * np.eye(len(kernel)))
        return (maps, gain) if same and gain > 0 else None

    def times(self, gain):
        """gain: a number, or one per channel."""
        gain = np.broadcast_to(np.asarray(gain, np.float64).reshape(-1), self.bias.shape)
        terms = {m: (k * gain[:, None, None, None], s, p) for m, (k, s, p) in self.terms.items()}
        return Sums(self.size, terms, self.bias * gain)


def widened(kernel, size):
    border = (size - kernel.shape[2]) // 2
    return np.pad(kernel, ((0, 0), (0, 0), (border, border), (border, border)))


def added(a, b):
    """The sum of two Sums, or None if their kernels do not fit together."""
    terms = dict(a.terms)
    for maps, (kernel, stride, padding) in b.terms.items():
        if maps in terms:
            other, other_stride, _ = terms[maps]
            odd = kernel.shape[2] % 2 and other.shape[2] % 2
            if stride != other_stride or not odd:
                return None
            size = max(kernel.shape[2], other.shape[2])
            kernel, padding = widened(kernel, size) + widened(other, size), size // 2
        terms[maps] = (kernel, stride, padding)
    return Sums(a.size, terms, a.bias + b.bias)


@dataclasses.dataclass
class Value:
    """Sums whose values were then moved about."""
    sums: Sums
    shape: tuple
    moves: tuple = ()


def depth_to_space(x, block, mode):
    n, channels, height, width = x.shape
    colours = channels // block ** 2
    if mode == "CRD":
        x = x.reshape(n, colours, block, block, height, width).transpose(0, 1, 4, 2, 5, 3)
    else:
        x = x.reshape(n, block, block, colours, height, width).transpose(0, 3, 4, 1, 5, 2)
    return x.reshape(n, colours, height * block, width * block)


def space_to_depth(x, block):
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height // block, block, width // block, block)
    return x.transpose(0, 3, 5, 1, 2, 4).reshape(n, channels * block ** 2, height // block,
                                                 width // block)


def move(x, kind, *how):
    if kind == "transpose":
        return x.transpose(how[0])
    if kind == "reshape":
        return x.reshape(how[0])
    if kind == "depth_to_space":
        return depth_to_space(x, *how)
    return space_to_depth(x, *how)


def moved_numbers(value):
    """Which value of the sums (NCHW) lies where."""
    shape = (1, len(value.sums.bias)) + tuple(value.sums.size)
    numbers = np.arange(int(np.prod(shape)), dtype=np.int32).reshape(shape)
    for how in value.moves:
        numbers = move(numbers, *how)
    return numbers


def with_move(value, kind, *how):
    moves = value.moves + ((kind,) + how,)
    if kind == "transpose" and value.moves and value.moves[-1][0] == "transpose":
        both = tuple(value.moves[-1][1][i] for i in how[0])
        moves = value.moves[:-1]
        if both != tuple(range(len(both))):
            moves += (("transpose", both),)
    # Numbers are cheap to move about where they stand for nothing.
    shape = move(np.broadcast_to(np.int8(0), value.shape), kind, *how).shape
    return Value(value.sums, shape, moves)


class Follower:
    def __init__(self, graph, input_range=None):
        self.graph, self.node = graph, None
        if len(graph.shape) != 4 or graph.shape[0] != 1 or \
                3 not in (graph.shape[1], graph.shape[3]):
            raise Refusal(f"the picture has the shape {list(graph.shape)}; only RGB is taken")
        height_first = graph.shape[1] == 3
        size = tuple(graph.shape[2:4] if height_first else graph.shape[1:3])
        if 64 * size[0] * size[1] > LIMIT or min(size) < 2:
            raise Refusal(f"the picture has {size[1]}x{size[0]} pixels; that is out of reach")
        self.picture = Maps(3, size, input_range)
        value = Value(Sums.of(self.picture), (1, 3) + size)
        if not height_first:
            value = with_move(value, "transpose", (0, 2, 3, 1))
        self.values = {graph.picture: value}
        self.values.update(graph.constants)

    # ------------------------------------------------------------ arguments ---

    def refuse(self, reason):
        name = f" '{self.node.name}'" if self.node.name else ""
        raise Refusal(f"{self.node.op}{name}: {reason}")

    def argument(self, position, default=None):
        if position >= len(self.node.inputs) or not self.node.inputs[position]:
            return default
        name = self.node.inputs[position]
        if name not in self.values:
            self.refuse(f"nothing has made its input '{name}'")
        return self.values[name]

    def constant(self, position, default=None):
        value = self.argument(position, default)
        if isinstance(value, Value):
            self.refuse("a value that depends on the picture stands where a constant should")
        return None if value is None else np.asarray(value)

    def number(self, position, default=None):
        value = self.constant(position, default)
        if value is not None and value.size != 1 and np.ptp(value) != 0:
            self.refuse("one number is expected, and there are several")
        return None if value is None else float(value.reshape(-1)[0])

    def attribute(self, name, default):
        return self.node.attributes.get(name, default)

    # ------------------------------------------------------------- clipping ---

    def clipped(self, value, limit, floored=True):
        """Clipped to 0..limit; None: at 0 alone. floored: at 0 as well."""
        plain = value.sums.plain()
        if plain:
            maps, gain = plain
            maps.floored = maps.floored or floored
            if limit is not None and maps.range is not None and maps is not self.picture:
                maps.range = min(maps.range, limit / gain)
            elif limit is not None and maps is not self.picture:
                maps.range = limit / gain
            return value
        maps = Maps(len(value.sums.bias), value.sums.size, limit, value.sums, floored)
        return Value(Sums.of(maps), value.shape, value.moves)

    def is_clipped(self, value):
        return value.sums.plain() is not None

    # ----------------------------------------------------------- operations ---

    def run(self):
        for self.node in self.graph.nodes:
            if not isinstance(self.node.op, str):
                raise Refusal("an operation has no readable name")
            arguments = [self.values.get(name) for name in self.node.inputs if name]
            operation = getattr(self, "do_" + self.node.op, None)
            if not any(isinstance(a, Value) for a in arguments):
                folded = fold(self.node, arguments)
                if folded is None:
                    self.refuse("this operation is not one of a QuickSRNet's")
                self.values[self.node.outputs[0]] = folded
                continue
            if operation is None:
                self.refuse("this operation is not one of a QuickSRNet's")
            self.values[self.node.outputs[0]] = operation(self.argument(0))
        result = self.values.get(self.graph.result)
        if not isinstance(result, Value):
            raise Refusal("the result does not depend on the picture")
        return result

    def do_Identity(self, value):
        return value

    do_Cast = do_Identity

    def do_Shape(self, value):
        return np.array(value.shape, np.int64)

    def do_QuantizeLinear(self, value):
        scale, zero = self.number(1), self.constant(2, np.uint8(0))
        limits = np.iinfo(zero.dtype)
        zero_point = float(zero.reshape(-1)[0])
        if value.sums.plain() and value.sums.plain()[0] is self.picture:
            # Its 255 is the picture's.
            limit = (limits.max - zero_point) * scale / value.sums.plain()[1]
            self.picture.range = self.picture.range or limit
            return value
        if self.is_clipped(value) or abs(zero_point - limits.min) < 0.5:
            return self.clipped(value, (limits.max - zero_point) * scale)
        return value  # sums before their clip: rounding them is not repeated

    def do_DequantizeLinear(self, value):
        return value

    def do_Relu(self, value):
        return self.clipped(value, None)

    def do_Clip(self, value):
        low = self.number(1, self.attribute("min", None))
        high = self.number(2, self.attribute("max", None))
        if low is None or abs(low) > 1e-6:
            self.refuse(f"it clips at {low}; QuickSRNet's maps are clipped at 0")
        return self.clipped(value, high)

    def bound(self):
        """The value and the number of a Min or Max."""
        a, b = self.argument(0), self.argument(1)
        at = 0 if isinstance(b, Value) else 1
        return (b if at == 0 else a), self.number(at)

    def do_Min(self, _):
        value, high = self.bound()
        return self.clipped(value, high, floored=False)

    def do_Max(self, _):
        value, low = self.bound()
        if abs(low) > 1e-6:
            self.refuse(f"it clips at {low}; QuickSRNet's maps are clipped at 0")
        return self.clipped(value, None)

    def factor(self, value, position):
        """A constant as one number per channel of NCHW."""
        factor = self.constant(position).astype(np.float64)
        if factor.size == 1:
            return factor.reshape(1)
        if factor.size != len(value.sums.bias) or value.moves:
            self.refuse("a constant of a shape that is not understood")
        return factor.reshape(-1)

    def do_Mul(self, _):
        at = 0 if isinstance(self.argument(1), Value) else 1
        value = self.argument(1 - at)
        if isinstance(self.argument(at), Value):
            self.refuse("two values that depend on the picture are multiplied")
        return Value(value.sums.times(self.factor(value, at)), value.shape, value.moves)

    def do_Div(self, value):
        if not isinstance(value, Value):
            self.refuse("a constant is divided by the picture")
        return Value(value.sums.times(1 / self.factor(value, 1)), value.shape, value.moves)

    def do_Add(self, _):
        a, b = self.argument(0), self.argument(1)
        if isinstance(a, Value) and isinstance(b, Value):
            if a.moves != b.moves or a.sums.size != b.sums.size or \
                    a.sums.bias.shape != b.sums.bias.shape:
                self.refuse("what it adds is not of one shape")
            both = added(a.sums, b.sums)
            if both is None:
                self.refuse("what it adds are not maps of one layer")
            return Value(both, a.shape, a.moves)
        value, at = (a, 1) if isinstance(a, Value) else (b, 0)
        offset = np.broadcast_to(self.factor(value, at), value.sums.bias.shape)
        if not np.any(offset):
            return value
        if value.sums.plain():
            self.refuse("a shifted picture or map: it would not be 0 outside the frame")
        return Value(Sums(value.sums.size, value.sums.terms, value.sums.bias + offset),
                     value.shape, value.moves)

    def do_Sub(self, value):
        if not isinstance(value, Value) or np.any(self.constant(1)):
            self.refuse("a shifted picture or map: it would not be 0 outside the frame")
        return value

    def do_Reshape(self, value):
        shape = [value.shape[i] if n == 0 and i < len(value.shape) else int(n)
                 for i, n in enumerate(self.constant(1).reshape(-1))]
        try:
            return with_move(value, "reshape", tuple(shape))
        except ValueError:
            self.refuse(f"{list(value.shape)} cannot become {shape}")

    def do_Transpose(self, value):
        order = self.attribute("perm", list(range(len(value.shape)))[::-1])
        if sorted(order) != list(range(len(value.shape))):
            self.refuse(f"{order} is no order of axes")
        return with_move(value, "transpose", tuple(int(i) for i in order))

    def do_DepthToSpace(self, value):
        block, mode = self.attribute("blocksize", 0), self.attribute("mode", "DCR")
        if block < 2 or len(value.shape) != 4 or value.shape[1] % block ** 2:
            self.refuse(f"blocks of {block} do not fit {list(value.shape)}")
        return with_move(value, "depth_to_space", block, mode)

    def do_SpaceToDepth(self, value):
        block = self.attribute("blocksize", 0)
        if block != 2 or len(value.shape) != 4 or any(n % 2 for n in value.shape[2:]):
            self.refuse(f"blocks of {block} do not fit {list(value.shape)}")
        return with_move(value, "space_to_depth", block)

    def do_Pad(self, value):
        pads = [int(n) for n in self.constant(1, self.attribute("pads", []))]
        if len(pads) != 8 or any(pads[i] for i in (0, 1, 4, 5)) or len(set(pads[2:4] +
                                                                         pads[6:])) != 1:
            self.refuse(f"pads of {pads}; only an equal border of zeros is taken")
        if self.attribute("mode", "constant") != "constant" or self.number(2, 0) != 0:
            self.refuse("only a border of zeros is taken")
        shape = value.shape[:2] + tuple(n + 2 * pads[2] for n in value.shape[2:])
        return Value(value.sums, shape, value.moves + (("pad", pads[2]),))

    # --------------------------------------------------------- convolutions ---

    def do_Conv(self, value):
        kernel = self.constant(1).astype(np.float64)
        bias = self.constant(2, np.zeros(len(kernel))).astype(np.float64).reshape(-1)
        if kernel.ndim != 4 or kernel.shape[2] != kernel.shape[3] or len(bias) != len(kernel):
            self.refuse(f"weights of the shape {list(kernel.shape)} do not fit")
        if self.attribute("group", 1) != 1 or set(self.attribute("dilations", [1])) != {1}:
            self.refuse("grouped or dilated; QuickSRNet's convolutions are neither")
        size, (stride, *others) = kernel.shape[2], self.attribute("strides", [1, 1])
        if any(n != stride for n in others):
            self.refuse("its strides differ")
        padding = self.padding(value, size, stride)
        if value.moves and value.moves[-1][0] == "pad":
            value = Value(value.sums, value.shape, value.moves[:-1])
        if (size, stride, padding) not in ((3, 1, 1), (1, 1, 0), (2, 2, 0), (3, 2, 1)):
            self.refuse(f"a kernel of {size}x{size} with stride {stride} and padding {padding}; "
                        "QuickSRNet's have 3x3 and stride 1")
        if value.moves:
            return self.unshuffled(value, kernel, bias)
        if kernel.shape[1] != len(value.sums.bias):
            self.refuse(f"weights for {kernel.shape[1]} channels, and there are "
                        f"{len(value.sums.bias)}")
        return self.convolved(value, kernel, bias, size, stride, padding)

    def padding(self, value, size, stride):
        automatic = self.attribute("auto_pad", "NOTSET")
        pads = list(self.attribute("pads", [0] * 4))
        if automatic in ("SAME_UPPER", "SAME_LOWER"):
            if stride != 1 and size != stride:
                self.refuse(f"automatic padding with stride {stride}")
            pads = [(size - 1) // 2 if stride == 1 else 0] * 4
        if value.moves and value.moves[-1][0] == "pad":
            pads = [n + value.moves[-1][1] for n in pads]
        if size == 2 and pads == [0, 0, 1, 1]:
            return 0  # zeros for the cell that an odd side cuts through
        if len(set(pads)) != 1:
            self.refuse(f"its padding {pads} is not the same on all sides")
        return pads[0]

    def convolved(self, value, kernel, bias, size, stride, padding):
        high, wide = (-(-n // stride) for n in value.sums.size)
        plain = value.sums.plain()
        if plain:
            maps, gain = plain
            if maps.range is None and maps is not self.picture:
                self.refuse("the maps it reads are clipped at 0 only; QuickSRNet's are clipped "
                            "at 1, too")
            if not maps.floored:
                self.refuse("the maps it reads are not clipped at 0")
            sums = Sums((high, wide), {maps: (kernel * gain, stride, padding)}, bias)
        elif size == 1 and stride == 1:  # two linear layers are one
            mix = kernel[:, :, 0, 0]
            terms = {m: (np.einsum("oi,iyxc->oyxc", mix, k.transpose(0, 2, 3, 1))
                         .transpose(0, 3, 1, 2), s, p)
                     for m, (k, s, p) in value.sums.terms.items()}
            sums = Sums(value.sums.size, terms, mix @ value.sums.bias + bias)
        else:
            self.refuse("its input is not clipped; QuickSRNet clips every map at 0 and 1")
        return Value(sums, (1, len(kernel), high, wide))

    def unshuffled(self, value, kernel, bias):
        """A 1x1 convolution of maps whose 2x2 cells became channels: 2x2, stride 2."""
        plain, channels = value.sums.plain(), len(value.sums.bias)
        if not plain or kernel.shape[2] != 1 or kernel.shape[1] != 4 * channels:
            self.refuse("its input was rearranged in a way that is not QuickSRNet's")
        numbers = moved_numbers(value)
        height, width = value.sums.size
        if numbers.shape != (1, 4 * channels, height // 2, width // 2):
            self.refuse("its input was rearranged in a way that is not QuickSRNet's")
        first = numbers[0, :, 0, 0]
        y, x = np.mgrid[0:height // 2, 0:width // 2] * 2
        if not np.array_equal(numbers[0], first[:, None, None] + y * width + x):
            self.refuse("its input was rearranged in a way that is not QuickSRNet's")
        channel, dy, dx = first // (height * width), first // width % height, first % width
        whole = np.zeros((len(kernel), channels, 2, 2))
        whole[:, channel, dy, dx] = kernel[:, :, 0, 0]
        maps, gain = plain
        sums = Sums((height // 2, width // 2), {maps: (whole * gain, 2, 0)}, bias)
        return Value(sums, (1, len(kernel), height // 2, width // 2))


def fold(node, arguments):
    """Operations on constants: shapes, and weights that are dequantised."""
    a = [np.asarray(v) for v in arguments]
    attributes = node.attributes
    try:
        if node.op == "Constant":
            return attributes["value"]
        if node.op in ("QuantizeLinear", "DequantizeLinear"):
            axis = attributes.get("axis", 1)
            shape = [-1 if i == axis else 1 for i in range(a[0].ndim)] if a[1].size > 1 else []
            stored = a[2] if len(a) > 2 else np.zeros(a[1].shape, np.uint8)
            scale, zero = (v.astype(np.float64).reshape(shape if v.size > 1 else ())
                           for v in (a[1], stored))
            if node.op == "DequantizeLinear":
                return (a[0].astype(np.float64) - zero) * scale
            limits = np.iinfo(stored.dtype)
            return (np.rint(a[0] / scale) + zero).clip(limits.min, limits.max)
        simple = {"Identity": lambda: a[0], "Cast": lambda: a[0], "Add": lambda: a[0] + a[1],
                  "Sub": lambda: a[0] - a[1], "Mul": lambda: a[0] * a[1],
                  "Div": lambda: a[0] // a[1] if a[0].dtype.kind == "i" else a[0] / a[1],
                  "Concat": lambda: np.concatenate(a, attributes.get("axis", 0)),
                  "Gather": lambda: np.take(a[0], a[1].astype(np.int64),
                                            attributes.get("axis", 0)),
                  "Unsqueeze": lambda: a[0].reshape(-1), "Squeeze": lambda: a[0].reshape(-1),
                  "Reshape": lambda: a[0].reshape(a[1].astype(np.int64)),
                  "Transpose": lambda: a[0].transpose(attributes.get("perm"))}
        return simple[node.op]() if node.op in simple else None
    except (KeyError, ValueError, IndexError, TypeError):
        return None


# ------------------------------------------------------------------ network ---

@dataclasses.dataclass
class Network:
    """Layers as train.net.run_plain takes them: maps and pictures in [0, 1]."""
    layers: list
    scale: Fraction


def shuffle_order(result):
    """(block, order) of the last move: order[c * block^2 + dy * block + dx] is the
    channel that becomes that place."""
    numbers, (height, width) = moved_numbers(result), result.sums.size
    if numbers.ndim == 4 and numbers.shape[1] != 3 and numbers.shape[3] == 3:
        numbers = numbers.transpose(0, 3, 1, 2)
    block = numbers.shape[-1] // width if numbers.ndim == 4 else 0
    if numbers.shape != (1, 3, height * block, width * block) or block not in (2, 3, 4):
        raise Refusal(f"the result has the shape {list(numbers.shape)} for maps of "
                      f"{width}x{height}; QuickSRNet's is RGB, 2, 3 or 4 times as large")
    cells = numbers[0].reshape(3, height, block, width, block).transpose(0, 2, 4, 1, 3)
    order = cells[:, :, :, 0, 0].flatten() // (height * width)
    y, x = np.mgrid[0:height, 0:width]
    expected = order[:, None, None] * (height * width) + y * width + x
    if not np.array_equal(cells.reshape(-1, height, width), expected):
        raise Refusal("the result's pixels are not rearranged as depth-to-space does it")
    return block, order


def chain_of(result, picture):
    """The layers' sums, first to last."""
    plain = result.sums.plain()
    chain = [result.sums if not plain else plain[0].sums]
    last = Maps(0, None, plain[0].range if plain else None)
    ranges = [last]
    while chain[0] is not None:
        below = [m for m in chain[0].terms if m is not picture]
        if len(below) > 1 or (below and picture in chain[0].terms and len(chain) > 1):
            raise Refusal("Add: a layer reads maps of several layers; in a QuickSRNet only the "
                          "last reads more, and that is the picture")
        if not below:
            break
        ranges.insert(0, below[0])
        chain.insert(0, below[0].sums)
    if chain[0] is None or len(chain) < 2:
        raise Refusal("there are no layers in it")
    return chain, ranges


def network_of(graph, input_range=None):
    """The Network that a graph is. Refusal if it is none, or damaged."""
    follower = Follower(graph, input_range)
    try:
        return followed(follower)
    except Refusal:
        raise
    # Sizes and kinds that contradict each other fail wherever they first matter.
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, ArithmeticError,
            MemoryError) as fault:
        where = f"{follower.node.op}: " if follower.node else ""
        reason = " ".join(str(fault).split())[:80]
        raise Refusal(f"{where}it does not fit together ({reason})") from None


def followed(follower):
    result = follower.run()
    picture = follower.picture
    chain, ranges = chain_of(result, picture)
    block, order = shuffle_order(result)
    # A file for pictures of 0 to 255 clips its result there.
    if picture.range is None:
        picture.range = 255.0 if (ranges[-1].range or 1) > 128 else 1.0
    if ranges[-1].range is None:
        ranges[-1].range = picture.range
    layers = []
    for position, (sums, maps) in enumerate(zip(chain, ranges)):
        last = position == len(chain) - 1
        below = picture if position == 0 else ranges[position - 1]
        layers.append(one_layer(sums, below, picture, maps.range, last, order))
    num, den = block, 2 if layers[-1][0].shape[2] == 2 else 1
    scale = Fraction(num, den)
    if scale not in (2, 3, 4, Fraction(3, 2)):
        raise Refusal(f"its factor is {scale}; only 2, 3, 4 and 1.5 are taken")
    return Network(layers, scale)


def one_layer(sums, below, picture, limit, last, order):
    kernel, stride, _ = sums.terms[below]
    if kernel.shape[2] == 1:
        kernel = widened(kernel, 3)
    if (kernel.shape[2], stride) != (3, 1) and not (last and (kernel.shape[2], stride) == (2, 2)):
        raise Refusal(f"Conv: a kernel of {kernel.shape[2]}x{kernel.shape[2]} with stride "
                      f"{stride} where QuickSRNet has 3x3 and stride 1")
    parts = [kernel * below.range / limit, sums.bias / limit]
    if last and picture in sums.terms and picture is not below:
        branch, branch_stride, _ = sums.terms[picture]
        if (branch.shape[2], branch_stride) != ((3, 2) if stride == 2 else (1, 1)):
            raise Refusal(f"Conv: a branch from the picture of {branch.shape[2]}x"
                          f"{branch.shape[2]} with stride {branch_stride}")
        parts.append(branch * picture.range / limit)
    if last:
        parts = [part[order] for part in parts]
    return tuple(torch.from_numpy(np.ascontiguousarray(part)).float() for part in parts)

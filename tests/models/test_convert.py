# SPDX-License-Identifier: BSD-2-Clause
"""Tests of models/convert, qsr-export and qsr-import. Exit status 77 without
PyTorch or onnx."""

import io
import json
import os
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "models")
sys.path[:0] = [HERE, MODELS]

try:
    import numpy as np
    import onnx
    import torch
    from PIL import Image
    import make_fixture
    import write_tflite
    from convert import graph, onnx_in, onnx_out, pickle_in, quantise, run_onnx, tflite_in
    from onnx import TensorProto, helper, numpy_helper
    from train import intsim, qsrfile
    from train.net import run_plain
except ImportError as missing:
    print(f"cannot test import and export without torch and onnx: {missing}\n"
          "0 passed, 0 failed, 1 skipped")
    sys.exit(77)

SCALES = (Fraction(3, 2), Fraction(2), Fraction(3), Fraction(4))
NUMBERS = ("weight", "bias", "multiplier", "shift", "fraction")


def random_model(scale, branch=False, channels=32):
    model = make_fixture.random_model(channels, 1, scale, 6, True, branch)
    model.card = {"name": "test", "scale": f"{float(scale):g}"}
    return model


def random_layers(scale, channels=32, blocks=1, branch=False, seed=1):
    """A float network whose maps are neither empty nor full."""
    generator = torch.Generator().manual_seed(seed)
    layers, cin = [], 3
    for position in range(blocks + 2):
        last = position == blocks + 1
        cout = 3 * scale.numerator ** 2 if last else channels
        size = 2 if last and scale == Fraction(3, 2) else 3
        weight = torch.randn(cout, cin, size, size, generator=generator) / (cin * size)
        layers.append((weight, torch.rand(cout, generator=generator) * 0.4))
        cin = cout
    if branch:
        size = 3 if scale == Fraction(3, 2) else 1
        layers[-1] += (torch.randn(cin, 3, size, size, generator=generator) / 4,)
    return layers


def quantised_model(scale, branch=False, channels=32):
    """As random_model, with numbers as networks have them."""
    layers = random_layers(scale, channels, 1, branch)
    return quantise.rounded(graph.Network(layers, scale)).model({"name": "test"})


def picture(height=10, width=12, seed=1):
    return np.random.RandomState(seed).randint(0, 256, (height, width, 3)).astype(np.uint8)


def planes(rgb, kind=np.float32):
    x = rgb.transpose(2, 0, 1)[None]
    return np.ascontiguousarray(x if kind == np.uint8 else (x.astype(np.float32) / 255))


def same_layers(a, b):
    return all(np.array_equal(getattr(x, n), getattr(y, n)) for x, y in zip(a.layers, b.layers)
               for n in NUMBERS + (("branch",) if x.branch is not None else ()))


class Export(unittest.TestCase):
    def test_forms(self):
        """float is the real network; qdq is a step away at most in each map; exact is
        exact. Both orders give one result."""
        for scale in SCALES:
            for branch in (False, True):
                model, rgb = random_model(scale, branch), picture()
                expected = intsim.upscale(model, rgb)
                height, width = expected.shape[:2]
                for order in ("crd", "dcr"):
                    with self.subTest(scale=scale, branch=branch, order=order):
                        found = run_onnx.run(onnx_out.to_onnx(model, "exact", order),
                                             planes(rgb, np.uint8))
                        self.assertTrue(np.array_equal(found[0].transpose(1, 2, 0), expected))
                        real = run_onnx.run(onnx_out.to_onnx(model, "float", order), planes(rgb))
                        layers = self.real_layers(model)
                        wanted = run_plain(layers, scale, torch.from_numpy(planes(rgb)))
                        self.assertLess(np.abs(real - wanted.numpy()).max(), 1e-4)

    def real_layers(self, model):
        layers = []
        for layer in model.layers:
            scale = torch.from_numpy(onnx_out.scales(layer))
            parts = [torch.from_numpy(k.astype(np.float64)).permute(0, 3, 1, 2) *
                     scale[:, None, None, None]
                     for k in (layer.weight, layer.branch) if k is not None]
            bias = torch.from_numpy(onnx_out.plain_bias(layer)) * scale / 255
            layers.append(tuple(t.float() for t in (parts[0], bias, *parts[1:])))
        return layers

    def test_qdq_of_one_layer(self):
        """Each map of the quantised form differs by one step at most from rq16, given
        the same input."""
        for scale in SCALES:
            model, rgb = quantised_model(scale, True), picture(20, 24)
            whole = onnx_out.to_onnx(model, "qdq")
            source = torch.from_numpy(planes(rgb)) * 255
            x, picture_input = source, source
            for position, layer in enumerate(model.layers):
                last = position == len(model.layers) - 1
                name = "conv_last" if last else f"cnn.{2 * position}"
                part = onnx.ModelProto()
                part.CopyFrom(whole)
                x = self.check_layer(part, name, layer, x, picture_input, position)

    def check_layer(self, part, name, layer, x, rgb, position):
        values = {"image.real": rgb.numpy() / np.float32(255)}
        if position:
            values[f"cnn.{2 * position - 2}.real"] = x.numpy() / np.float32(255)
        constants = {c.name: numpy_helper.to_array(c) for c in part.graph.initializer}
        for node in part.graph.node:
            if not node.name.startswith((name + ".", "anchor")) or (
                    node.name.startswith("anchor") and layer.branch is None):
                continue
            attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
            arguments = [values[n] if n in values else constants[n] for n in node.input]
            values[node.output[0]] = run_onnx.OPERATIONS[node.op_type](attributes, *arguments)
        found = np.rint(values[f"{name}.real"] * 255)
        wanted = intsim.run_layer(layer, x, rgb)
        self.assertLessEqual(np.abs(found - wanted.numpy()).max(), 1)
        return wanted

    def test_encodings(self):
        model = random_model(Fraction(2), True)
        for order in ("crd", "dcr"):
            entries = onnx_out.encodings(model, order)
            made = onnx_out.to_onnx(model, "qdq", order)
            constants = {c.name: numpy_helper.to_array(c) for c in made.graph.initializer}
            for name in ("cnn.0", "cnn.2", "conv_last"):
                scales = [e["scale"] for e in entries["param_encodings"][f"{name}.weight"]]
                self.assertTrue(np.allclose(scales, constants[f"{name}.weight.scale"], rtol=1e-7))
            json.dumps(entries)
        self.assertEqual(entries["rq16"]["cnn.0"]["shift"], model.layers[0].shift.tolist())


class RoundTrip(unittest.TestCase):
    def test_own_files(self):
        """What was exported comes back with the same integers."""
        for scale in SCALES:
            for branch in (False, True):
                model = quantised_model(scale, branch, 64 if branch else 32)
                for form in ("float", "qdq"):
                    for order in ("crd", "dcr"):
                        with self.subTest(scale=scale, branch=branch, form=form, order=order):
                            data = onnx_out.to_onnx(model, form, order).SerializeToString()
                            found = graph.network_of(onnx_in.read(data))
                            self.assertEqual(found.scale, scale)
                            again = quantise.known_integers(found)
                            self.assertIsNotNone(again)
                            rgb = picture()
                            self.assertTrue(np.array_equal(intsim.upscale(again, rgb),
                                                           intsim.upscale(model, rgb)))

    def test_shipped_model_through_the_tools(self):
        with tempfile.TemporaryDirectory() as folder:
            for scale in ("1.5", "2"):
                made, back = (os.path.join(folder, n) for n in ("m.onnx", "m.qsr"))
                for command in (["qsr-export", "quicksrnet-small", made, "--scale", scale, "--qdq"],
                                ["qsr-import", made, back, "--name", "again"]):
                    subprocess.run([sys.executable, os.path.join(MODELS, command[0]),
                                    *command[1:]], check=True, capture_output=True)
                again = qsrfile.read(back)
                own = qsrfile.read(os.path.join(MODELS, f"quicksrnet-small-x{scale}.qsr"))
                self.assertTrue(same_layers(again, own))
                self.assertEqual(again.card["name"], "again")


# ----------------------------------------------------- others' ways to say it ---

class Graphs:
    """Builds ONNX files in the ways that others write them."""

    def __init__(self, layers, scale):
        self.layers, self.scale = layers, scale
        self.nodes, self.constants = [], []

    def node(self, op, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def conv(self, x, weight, bias=None, stride=1):
        inputs = [x, self.constant(weight.numpy())]
        if bias is not None:
            inputs.append(self.constant(bias.numpy()))
        size = weight.shape[2]
        pad = size // 2 if size % 2 else 0
        return self.node("Conv", inputs, kernel_shape=[size] * 2, pads=[pad] * 4,
                         strides=[stride] * 2)

    def body(self, x, limit=1.0, residual=False, expanded=False):
        for weight, bias, *_ in self.layers[:-1]:
            before = x
            weight, bias = weight.clone(), bias * limit
            fits = weight.shape[0] == weight.shape[1]
            if residual and fits:
                weight[range(len(bias)), range(len(bias)), 1, 1] -= 1
            if expanded:
                mix = torch.linalg.qr(torch.randn(len(bias), len(bias)))[0]
                x = self.conv(x, torch.einsum("oi,iyxc->oyxc", mix.t(), weight.permute(0, 2, 3, 1))
                              .permute(0, 3, 1, 2).contiguous())
                x = self.conv(x, mix[:, :, None, None], bias)
            else:
                x = self.conv(x, weight, bias)
            if residual and fits:
                x = self.node("Add", [x, before])
            x = self.clip(x, limit)
        return x

    def clip(self, x, limit):
        return self.node("Clip", [x, self.constant(np.float32(0)),
                                  self.constant(np.float32(limit))])

    def unshuffle(self, x, channels, height, width):
        """PixelUnshuffle as PyTorch's exporter writes it."""
        x = self.node("Reshape", [x, self.constant(np.array([1, channels, height // 2, 2,
                                                             width // 2, 2]))])
        x = self.node("Transpose", [x], perm=[0, 1, 3, 5, 2, 4])
        return self.node("Reshape", [x, self.constant(np.array([1, 4 * channels, height // 2,
                                                                width // 2]))])

    def shuffle(self, x, height, width):
        """Depth-to-space as reshape, transpose, reshape."""
        s = self.scale.numerator
        height, width = height // self.scale.denominator, width // self.scale.denominator
        x = self.node("Reshape", [x, self.constant(np.array([1, 3, s, s, height, width]))])
        x = self.node("Transpose", [x], perm=[0, 1, 4, 2, 5, 3])
        return self.node("Reshape", [x, self.constant(np.array([1, 3, height * s, width * s]))])

    def model(self, result, height="h", width="w"):
        made = helper.make_graph(
            self.nodes, "g",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, height, width])],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, None)], self.constants)
        return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)])


class Foreign(unittest.TestCase):
    def same(self, found, layers, tolerance=1e-5):
        for a, b in zip(found.layers, layers):
            for x, y in zip(a, b):
                self.assertLess(float((x - y).abs().max()), tolerance)

    def check(self, g, result, layers, size=("h", "w"), **options):
        found = graph.network_of(onnx_in.read(g.model(result, *size).SerializeToString()),
                                 **options)
        self.assertEqual(found.scale, g.scale)
        self.same(found, layers)

    def test_reshape_transpose_reshape_and_clip_after(self):
        layers = random_layers(Fraction(3))
        g = Graphs(layers, Fraction(3))
        x = g.shuffle(g.conv(g.body("x"), *layers[-1]), 8, 10)
        self.check(g, g.clip(x, 1.0), layers, (8, 10))

    def test_published_head_of_large(self):
        """PixelUnshuffle, a 1x1 convolution, and a strided branch with a bias."""
        scale = Fraction(3, 2)
        layers = random_layers(scale, branch=True)
        weight, bias, branch = layers[-1]
        g = Graphs(layers, scale)
        x = g.unshuffle(g.body("x"), 32, 8, 10)
        x = g.conv(x, weight.reshape(27, -1, 1, 1), bias - 0.25)
        x = g.node("Add", [x, g.conv("x", branch, torch.full((27,), 0.25), 2)])
        self.check(g, g.shuffle(g.clip(x, 1.0), 8, 10), layers, (8, 10))

    def test_residual_and_expanded_forms(self):
        for form in ({"residual": True}, {"expanded": True}):
            layers = random_layers(Fraction(2))
            g = Graphs(layers, Fraction(2))
            x = g.clip(g.conv(g.body("x", **form), *layers[-1]), 1.0)
            self.check(g, g.node("DepthToSpace", [x], blocksize=2, mode="CRD"), layers)

    def test_pictures_up_to_255(self):
        """By its clips, or by a division in front and a product behind."""
        layers = random_layers(Fraction(2))
        weight, bias = layers[-1]
        g = Graphs(layers, Fraction(2))
        x = g.clip(g.conv(g.body("x", 255.0), weight, bias * 255), 255.0)
        self.check(g, g.node("DepthToSpace", [x], blocksize=2, mode="CRD"), layers)
        g = Graphs(layers, Fraction(2))
        x = g.node("Div", ["x", g.constant(np.float32(255))])
        x = g.clip(g.conv(g.body(x), weight, bias), 1.0)
        x = g.node("DepthToSpace", [x], blocksize=2, mode="CRD")
        self.check(g, g.node("Mul", [x, g.constant(np.float32(255))]), layers, input_range=255.0)

    def test_narrow_networks(self):
        layers = random_layers(Fraction(2), channels=20)
        net = quantise.rounded(graph.Network(layers, Fraction(2)))
        self.assertEqual(net.model({}).channels, 32)
        rgb = picture(16, 16)
        wanted = run_plain(layers, Fraction(2), torch.from_numpy(planes(rgb)))[0]
        found = intsim.upscale(net.model({}), rgb)
        self.assertLess(np.abs(found - 255 * wanted.permute(1, 2, 0).numpy()).max(), 12)

    def test_tflite(self):
        """Channels last, activations fused, in floats and quantised."""
        for scale in (Fraction(2), Fraction(4)):
            for shuffle in ("op", "reshape"):
                layers = random_layers(scale)
                found = graph.network_of(tflite_in.read(
                    write_tflite.network(layers, scale, shuffle)))
                self.assertEqual(found.scale, scale)
                self.same(found, layers)
        model = quantised_model(Fraction(2))
        data = write_tflite.quantised(model)
        again = quantise.known_integers(graph.network_of(tflite_in.read(data)))
        rgb = picture()
        self.assertTrue(np.array_equal(intsim.upscale(again, rgb), intsim.upscale(model, rgb)))

    def test_checkpoints(self):
        for scale, branch in ((Fraction(2), False), (Fraction(3, 2), True)):
            layers = random_layers(scale, branch=branch)
            state = {}
            for i, (weight, bias, *_) in enumerate(layers[:-1]):
                state[f"module.cnn.{2 * i}.weight"] = weight
                state[f"module.cnn.{2 * i}.bias"] = bias
            weight, bias, *more = layers[-1]
            if scale == Fraction(3, 2):
                weight = weight.reshape(len(bias), -1, 1, 1)
            state["module.conv_last.weight"], state["module.conv_last.bias"] = weight, bias
            for kernel in more:
                state["module.anchor.net.weight"] = kernel
                state["module.anchor.net.bias"] = torch.zeros(len(bias))
            parameter = torch.nn.Parameter(torch.ones(2))
            whole = {"epoch": 3, "state_dict": state, "optimizer": torch.optim.Adam([parameter]),
                     "best": parameter}
            for zipped in (True, False):
                file = io.BytesIO()
                torch.save(whole, file, _use_new_zipfile_serialization=zipped)
                found = pickle_in.read(file.getvalue())
                self.assertEqual(found.scale, scale)
                self.same(found, layers)


class Calibration(unittest.TestCase):
    def test_it_helps(self):
        """A network that naive rounding hurts comes back."""
        layers = random_layers(Fraction(2))
        layers[0][0][3] *= 12  # hard edges: nearly a switch
        with tempfile.TemporaryDirectory() as folder:
            for i in range(2):
                y, x = np.mgrid[0:96, 0:96]
                rgb = np.stack([(x * (i + 2) + c * y) % 256 for c in range(3)], 2)
                Image.fromarray(rgb.astype(np.uint8)).save(os.path.join(folder, f"{i}.png"))
            network = graph.Network(layers, Fraction(2))
            pictures = quantise.load_pictures([folder], Fraction(2))
            self.assertEqual([p.shape for p in pictures], [(48, 48, 3)] * 2)
            said = []
            _, psnr = quantise.calibrate(network, pictures, 100, 1, said.append)
            before = float(said[0].split()[1])
            self.assertGreater(psnr, before + 1)

    def test_no_pictures(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(graph.Refusal, "no picture in"):
                quantise.load_pictures([folder], Fraction(2))


# ------------------------------------------------------------------ refusals ---

class Touch:
    """What runs code when an ordinary loader reads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


class Refusals(unittest.TestCase):
    def refused(self, reason, g, result, size=("h", "w")):
        with self.assertRaisesRegex(graph.Refusal, reason):
            graph.network_of(onnx_in.read(g.model(result, *size).SerializeToString()))

    def finished(self, g, x):
        return g.node("DepthToSpace", [g.clip(g.conv(x, *g.layers[-1]), 1.0)], blocksize=2,
                      mode="CRD")

    def test_first_operation_that_does_not_fit(self):
        layers = random_layers(Fraction(2))

        def start():
            return Graphs(layers, Fraction(2))

        g = start()
        self.refused("^Sigmoid 'v0': this operation", g, self.finished(g, g.node("Sigmoid", ["x"])))
        g = start()
        x = g.conv("x", torch.zeros(16, 3, 5, 5))
        self.refused("^Conv 'v0': a kernel of 5x5", g, x)
        g = start()
        x = g.node("Relu", [g.conv("x", *layers[0])])
        self.refused("^Conv 'v2': the maps it reads are clipped at 0 only", g,
                     self.finished(g, x))
        g = start()
        x = g.node("Sub", ["x", g.constant(np.float32(0.5))])
        self.refused("^Sub 'v0': a shifted picture", g, self.finished(g, x))
        g = start()
        x = g.conv(g.body("x"), torch.zeros(32, 32, 3, 3))
        self.refused("its input is not clipped", g, self.finished(g, x))
        g = start()
        x = g.clip(g.conv("x", *layers[0]), 1.0)
        y = g.clip(g.conv(x, *layers[1]), 1.0)
        z = g.node("Add", [g.conv(y, *layers[1]), x])
        self.refused("several layers", g, self.finished(g, g.clip(z, 1.0)))
        g = start()
        x = g.clip(g.conv(g.body("x"), *layers[-1]), 1.0)
        x = g.node("Transpose", [g.node("DepthToSpace", [x], blocksize=2)], perm=[0, 1, 3, 2])
        self.refused("are not rearranged as depth-to-space|has the shape", g, x)

    def test_sesr_checkpoint(self):
        file = io.BytesIO()
        torch.save({"conv_first.conv_expand.weight": torch.zeros(2, 3, 5, 5)}, file)
        with self.assertRaisesRegex(graph.Refusal, "'conv_first.conv_expand.weight' is not a"):
            pickle_in.read(file.getvalue())

    def test_a_pickle_runs_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            trap = os.path.join(folder, "trap")
            for zipped in (True, False):
                file = io.BytesIO()
                torch.save({"state_dict": {"a": Touch(trap)}, "b": Touch(trap)}, file,
                           _use_new_zipfile_serialization=zipped)
                with self.assertRaises(graph.Refusal):
                    pickle_in.read(file.getvalue())
            for raw in (pickle.dumps(Touch(trap)), pickle.dumps({"x": Touch(trap)}, 0)):
                with self.assertRaises(graph.Refusal):
                    pickle_in.read(b"\x80" + raw[1:])
            self.assertEqual(os.listdir(folder), [])
            torch.load(io.BytesIO(file.getvalue()))["b"].close()  # the trap does work
            self.assertEqual(os.listdir(folder), ["trap"])

    def test_tensor_beyond_its_numbers(self):
        data = io.BytesIO()
        torch.save({"cnn.0.weight": torch.zeros(4)}, data)
        archive = zipfile.ZipFile(io.BytesIO(data.getvalue()))
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as out:
            for name in archive.namelist():
                content = archive.read(name)
                out.writestr(name, b"" if "/data/" in name else content)
        with self.assertRaisesRegex(graph.Refusal, "numbers are missing"):
            pickle_in.load(made.getvalue())["cnn.0.weight"].array()

    def samples(self):
        model = random_model(Fraction(2), True)
        layers = random_layers(Fraction(2))
        checkpoints = []
        for zipped in (True, False):
            file = io.BytesIO()
            torch.save({"state_dict": {"cnn.0.weight": layers[0][0], "cnn.0.bias": layers[0][1]}},
                       file, _use_new_zipfile_serialization=zipped)
            checkpoints.append(file.getvalue())
        follow = graph.network_of
        return (
            (onnx_out.to_onnx(model, "qdq").SerializeToString(), lambda d: follow(onnx_in.read(d))),
            (write_tflite.network(layers, Fraction(2), "op"), lambda d: follow(tflite_in.read(d))),
            (checkpoints[0], pickle_in.read), (checkpoints[1], pickle_in.read))

    def test_damaged_files(self):
        """Cut short or altered: read all the same, or refused in one sentence."""
        chance = random.Random(7)
        for data, read in self.samples():
            refused = 0
            for turn in range(40):
                damaged = bytearray(data)
                if turn % 3 == 0:
                    del damaged[chance.randrange(len(data)):]
                else:
                    for _ in range(chance.choice((1, 3, 20))):
                        # The structure is at the ends; weights fill the middle.
                        at = chance.choice((chance.randrange(len(data)), chance.randrange(200),
                                            len(data) - 1 - chance.randrange(min(900, len(data)))))
                        damaged[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
                try:
                    read(bytes(damaged))
                except graph.Refusal as refusal:
                    refused += 1
                    self.assertNotIn("\n", str(refusal))
            self.assertGreater(refused, 10)
        for nothing in (b"", b"\x80", b"PK", b"TFL3TFL3", struct.pack("<I4s", 8, b"TFL3")):
            for _, read in self.samples():
                with self.assertRaises(graph.Refusal):
                    read(nothing)

    def test_program_says_it_in_one_line(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.onnx")
            for content in (b"", b"nonsense", b"PK\3\4", b"\x80\2."):
                with open(path, "wb") as file:
                    file.write(content)
                done = subprocess.run([sys.executable, os.path.join(MODELS, "qsr-import"), path,
                                       os.path.join(folder, "x.qsr")], capture_output=True,
                                      text=True)
                self.assertEqual(done.returncode, 1)
                self.assertTrue(done.stderr.startswith("qsr-import: "), done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(os.listdir(folder), ["x.onnx"])


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()

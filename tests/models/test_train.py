# SPDX-License-Identifier: BSD-2-Clause
"""Unit tests of the tools under models/train. Exit status 77 without PyTorch."""

import glob
import os
import sys
import tempfile
import unittest
from fractions import Fraction

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "models")]

try:
    import numpy as np
    import torch
    from torch.nn import functional as F
    import make_fixture
    import picture
    from train import bicubic, config, data, evaluate, intsim, loop, net
    from train import qat, qsrfile, quant, queue, table
except ImportError as missing:
    print(f"cannot test the training tools: {missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(77)

SCALES = (Fraction(3, 2), Fraction(2), Fraction(3), Fraction(4))


def small_model(scale, channels=32, fraction=6, branch=False):
    return make_fixture.random_model(channels, 1, scale, fraction, True, branch)


def slow_products(weight, maps, y, x):
    """Of one output channel; (y, x) is where its first tap lies."""
    acc = 0
    for ky, row in enumerate(weight):
        for kx, tap in enumerate(row):
            if 0 <= y + ky < len(maps) and 0 <= x + kx < len(maps[0]):
                acc += sum(q * int(w) for q, w in zip(maps[y + ky][x + kx], tap))
    return acc


def slow_store(layer, o, acc, deep):
    f, s, m = layer.fraction, int(layer.shift[o]), int(layer.multiplier[o])
    t = max(-32768, min(32767, acc >> s))
    u = (t * m + (1 << 14)) >> 15
    if deep:
        return max(0, min(1020, (u + (1 << (f - 3))) >> (f - 2)))
    return max(0, min(255, (u + (1 << (f - 1))) >> f))


def slow_layer(layer, maps, picture, deep):
    """One layer in plain Python integers, straight from docs/numerics.md."""
    cout, size = layer.weight.shape[0], layer.weight.shape[1]
    step, reach = (2, 0) if size == 2 else (1, 1)
    out = []
    for y in range(-(-len(maps) // step)):
        row = []
        for x in range(-(-len(maps[0]) // step)):
            pixel = []
            for o in range(cout):
                acc = int(layer.bias[o]) + slow_products(layer.weight[o], maps, y * step - reach,
                                                         x * step - reach)
                if layer.branch is not None:  # the middle tap lies at (y, x) * step
                    before = layer.branch.shape[1] // 2
                    acc += slow_products(layer.branch[o], picture, y * step - before,
                                         x * step - before)
                pixel.append(slow_store(layer, o, acc, deep))
            row.append(pixel)
        out.append(row)
    return out


def slow_upscale(model, rgb, deep=False):
    height, width = rgb.shape[:2]
    maps = picture = [[[int(v) for v in pixel] for pixel in row] for row in rgb]
    for layer in model.layers:
        maps = slow_layer(layer, maps, picture, deep and layer is model.layers[-1])
    s, cell = model.scale.numerator, model.scale.denominator
    tall, wide = (intsim.output_side(n, model.scale) for n in (height, width))
    out = np.zeros((tall, wide, 3), np.uint16 if deep else np.uint8)
    for y in range(tall):
        for x in range(wide):
            for c in range(3):
                out[y, x, c] = maps[y // s][x // s][c * s * s + y % s * s + x % s]
    assert cell in (1, 2)
    return out


class IntegerSimulation(unittest.TestCase):
    def test_against_plain_python(self):
        for scale in SCALES:
            for width, height in ((1, 1), (3, 2), (4, 5)):
                for fraction, branch in ((1, False), (6, False), (5, True)):
                    with self.subTest(scale=str(scale), size=(width, height), f=fraction):
                        model = small_model(scale, fraction=fraction, branch=branch)
                        rgb = make_fixture.synthetic(width, height)
                        fast = intsim.upscale(model, rgb)
                        self.assertTrue(np.array_equal(fast, slow_upscale(model, rgb)))

    def test_ten_bits_against_plain_python(self):
        for scale in SCALES:
            for fraction in (3, 6):
                model = small_model(scale, fraction=fraction, branch=fraction == 3)
                rgb = make_fixture.synthetic(3, 3)
                fast = intsim.upscale(model, rgb, deep=True)
                self.assertEqual(fast.dtype, np.uint16)
                self.assertTrue(np.array_equal(fast, slow_upscale(model, rgb, deep=True)))

    def test_wide_sums_stay_exact(self):
        weight = np.full((1, 3, 3, 64), 127, np.int8)
        weight[0, 0, 0, 0] = 126
        layer = intsim.Layer(weight, np.array([5]), np.array([1 << 14]), np.array([0]), 1)
        self.assertGreater(layer.bound(), intsim.EXACT_IN_FLOAT)
        x = torch.full((1, 64, 3, 3), 255.0)
        w = torch.from_numpy(weight.astype(np.float32)).permute(0, 3, 1, 2)
        acc = intsim.convolve(x, w, layer.bound())[0, 0, 1, 1]
        self.assertEqual(int(acc), 255 * (127 * 576 - 1))

    def test_ten_bit_store(self):
        acc = torch.full((1, 1, 1, 1), 1 << 20, dtype=torch.int32)
        one = torch.tensor([1 << 14], dtype=torch.int32)
        zero = torch.tensor([0], dtype=torch.int32)
        self.assertEqual(int(intsim.requantise(acc, one, zero, 6, deep=True)), 1020)
        self.assertEqual(int(intsim.requantise(acc, one, zero, 6)), 255)


class Quantiser(unittest.TestCase):
    def test_constants_reproduce_the_scale(self):
        scale = torch.cat([torch.logspace(-8.5, np.log10(quant.WIDEST_SCALE), 500,
                                          dtype=torch.float64),
                           2.0 ** torch.arange(-29, -6, dtype=torch.float64)])
        multiplier, shift = quant.constants(scale)
        self.assertTrue(((multiplier >= 1 << 14) & (multiplier < 1 << 15)).all())
        self.assertTrue(((shift >= 0) & (shift <= 24)).all())
        again = multiplier.double() * 2.0 ** -(15.0 + shift.double() + quant.FRACTION)
        self.assertLess(float(((again - scale) / scale).abs().max()), 2.0 ** -14.9)

    def test_out_of_reach(self):
        with self.assertRaises(ValueError):
            quant.constants(torch.tensor([0.016]))

    def test_pairs_are_safe_and_near(self):
        torch.manual_seed(3)
        for channels in (3, 32):
            q = torch.randint(-127, 128, (16, channels, 3, 3)).float()
            safe = quant.project_pairs(q)
            self.assertTrue(torch.equal(safe, quant.project_pairs(safe)))
            for sign in (1, -1):
                parts = (sign * safe[:, :channels // 2 * 2]).clamp(min=0)
                sums = parts[:, 0::2] + parts[:, 1::2]
                self.assertLessEqual(float(sums.max()), 128)
            self.assertTrue((safe * q >= 0).all())  # no sign changes
            self.assertLessEqual(float((safe - q).abs().max()), 63)
            ok = q.abs() <= 64
            self.assertTrue(torch.equal(safe[:, :1][ok[:, :1] & ok[:, 1:2]],
                                        q[:, :1][ok[:, :1] & ok[:, 1:2]]))

    def test_branch_shares_the_scale(self):
        weight, branch = torch.full((1, 4, 3, 3), 0.01), torch.full((1, 3, 1, 1), 0.5)
        together = quant.best_scales(weight, branch)
        self.assertGreater(float(together), float(quant.best_scales(weight)) * 10)
        layer = quant.QuantConv(weight, torch.zeros(1), branch).layer()
        # R, G and B alike: of each pair at most 128 together, B by itself up to 127
        self.assertLessEqual(int(layer.branch[0, 0, 0, :2].astype(int).sum()), 128)
        self.assertAlmostEqual(float(layer.branch[0, 0, 0, 2]) * float(together), 0.5, 2)

    def test_training_forward_is_the_contract(self):
        for scale, branch in [(s, b) for s in SCALES for b in (False, True)]:
            torch.manual_seed(5)
            plain = net.QuickSRNet(32, 2, scale, branch=branch)
            layers = plain.collapsed()
            tuned = quant.QuantNet(layers, scale)
            rgb = make_fixture.synthetic(12, 10)
            x = torch.from_numpy(rgb.astype(np.float32)).permute(2, 0, 1)[None]
            out = tuned(x)
            model = tuned.model({"name": "t"})
            self.assertTrue(all(quant.is_pair_safe(layer) for layer in model.layers))
            self.assertTrue(np.array_equal(intsim.upscale(model, rgb),
                                           out[0].detach().permute(1, 2, 0).numpy()))
            for conv in tuned.convs:  # frozen integers change nothing by themselves
                conv.freeze()
            self.assertTrue(torch.equal(tuned(x), out))
            again = tuned.model({"name": "t"})
            self.assertEqual(qsrfile.encode(again), qsrfile.encode(model))
            for conv in tuned.convs:
                conv.frozen = None
            out.mean().backward()
            self.assertGreater(float(tuned.convs[0].weight.grad.abs().sum()), 0)
            if branch:
                self.assertTrue(model.has_branch)
                self.assertGreater(float(tuned.convs[-1].branch.grad.abs().sum()), 0)
            # and it is close to the float network it came from
            with torch.no_grad():
                exact = net.run_plain(layers, scale, x / 255) * 255
            self.assertLess(float((exact - out.detach()).abs().mean()), 5)


class Network(unittest.TestCase):
    def test_collapsed_equals_expanded(self):
        torch.manual_seed(1)
        for scale in SCALES:
            model = net.QuickSRNet(32, 2, scale)
            x = torch.rand(2, 3, 8, 6)
            with torch.no_grad():
                for conv in model.convs:  # the three branches on their own
                    y = torch.rand(1, conv.direct.shape[1], 8, 6)
                    wide = torch.nn.functional.conv2d(y, conv.expand, None, conv.stride,
                                                      conv.padding)
                    parts = torch.nn.functional.conv2d(wide, conv.project[:, :, None, None])
                    parts += torch.nn.functional.conv2d(y, conv.identity + conv.direct,
                                                        conv.bias, conv.stride, conv.padding)
                    self.assertTrue(torch.allclose(parts, conv(y), atol=1e-4))
                self.assertTrue(torch.allclose(
                    model(x), net.run_plain(model.collapsed(), scale, x), atol=1e-5))

    def test_branch(self):
        torch.manual_seed(1)
        for scale in SCALES:
            model = net.QuickSRNet(32, 1, scale, branch=True)
            with torch.no_grad():
                model.branch.direct.uniform_(-0.2, 0.2)
                plain, x = model.collapsed(), torch.rand(2, 3, 8, 6)
                self.assertTrue(torch.allclose(model(x), net.run_plain(plain, scale, x),
                                               atol=1e-5))
                again = net.QuickSRNet(32, 1, scale, branch=True)
                again.load_collapsed(plain)
                self.assertTrue(torch.allclose(model(x), again(x), atol=1e-5))
                # odd sides: as if the picture went on in black
                odd = torch.zeros(1, 3, 6, 8)
                odd[:, :, :5, :7] = torch.rand(1, 3, 5, 7)
                alone = [(torch.zeros_like(w), torch.zeros_like(b), *k) for w, b, *k in plain]
                part = net.run_plain(alone, scale, odd[:, :, :5, :7])
                whole = net.run_plain(alone, scale, odd)
                self.assertTrue(torch.equal(part, whole[:, :, :part.shape[2], :part.shape[3]]))

    def test_branch_starts_as_nearest_neighbour(self):
        x = torch.rand(1, 3, 4, 4)
        for scale in SCALES:
            model = net.QuickSRNet(32, 1, scale, branch=True)
            self.assertEqual(float(model.convs[-1].identity.abs().sum()), 0)
            with torch.no_grad():
                out = F.pixel_shuffle(model.branch(x), scale.numerator)
            layers = [(net.identity_kernel(p, 32, 1, scale), None) for p in range(3)]
            self.assertTrue(torch.equal(out, net.run_plain(layers, scale, x)))

    def test_branch_learns(self):
        torch.manual_seed(4)
        pair = data.make_pair(make_fixture.synthetic(48, 36), Fraction(2))
        high, low = (torch.from_numpy(p[None].astype(np.float32) / 255).permute(0, 3, 1, 2)
                     for p in pair)
        model = net.QuickSRNet(32, 1, Fraction(2), expand=0, branch=True)
        optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
        losses = []
        for _ in range(30):
            loss = loop.loss_of(model(low), high, 1.0)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        self.assertLess(losses[-1], losses[0] * 0.7)
        self.assertGreater(float(model.branch.direct.abs().max()), 1e-3)

    def test_identity_start_is_nearest_neighbour(self):
        x = torch.rand(1, 3, 4, 4)
        for scale in SCALES:
            layers = [(net.identity_kernel(p, 32, 2, scale), torch.zeros(1)) for p in range(4)]
            layers = [(w, torch.zeros(w.shape[0])) for w, _ in layers]
            out = net.run_plain(layers, scale, x)
            corner = out[0, :, 0, 0]
            self.assertTrue(torch.equal(corner, x[0, :, 0, 0]))
            self.assertTrue(torch.equal(out[0, :, -1, -1], x[0, :, -1, -1]))
            self.assertEqual(out.shape[2], int(4 * scale))

    def test_body_carries_over(self):
        torch.manual_seed(2)
        source = net.QuickSRNet(32, 2, Fraction(2)).collapsed()
        target = net.QuickSRNet(32, 2, Fraction(4))
        target.adopt(source)
        for (w, b), (v, c) in list(zip(source, target.collapsed()))[:-1]:
            self.assertTrue(torch.allclose(w, v, atol=1e-6) and torch.equal(b, c))

    def test_a_deeper_network_starts_where_the_shallow_one_is(self):
        torch.manual_seed(3)
        picture = torch.rand(1, 3, 9, 7)
        source = net.QuickSRNet(32, 2, Fraction(2)).collapsed()
        target = net.QuickSRNet(32, 5, Fraction(2))
        target.adopt(source)
        before = net.run_plain(source, Fraction(2), picture)
        after = net.run_plain(target.collapsed(), Fraction(2), picture)
        self.assertGreater(float(before.std()), 0.01)
        self.assertTrue(torch.allclose(before, after, atol=1e-5))


class Files(unittest.TestCase):
    def test_round_trip(self):
        for scale, branch in [(s, b) for s in SCALES for b in (False, True)]:
            model = small_model(scale, branch=branch)
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "m.qsr")
                qsrfile.write(model, path)
                again = qsrfile.read(path)
                self.assertEqual(os.listdir(folder), ["m.qsr"])
            self.assertEqual(again.card, model.card)
            self.assertEqual(again.scale, scale)
            for one, two in zip(model.layers, again.layers):
                for key in ("weight", "bias", "multiplier", "shift", "fraction", "branch"):
                    self.assertTrue(np.array_equal(getattr(one, key), getattr(two, key)))
            self.assertEqual(qsrfile.encode(again), qsrfile.encode(model))

    def test_branch_of_a_file(self):
        plain, branched = (qsrfile.encode(small_model(Fraction(3, 2), branch=b))
                           for b in (False, True))
        self.assertEqual((plain[24], branched[24]), (1, 2))
        # 27 * 27 more, and a letter of the name; the padding was 3 and is 2
        self.assertEqual(len(branched) - len(plain), 729 + 1 - 1)
        model = small_model(Fraction(2), branch=True)
        model.layers[-1].branch[0, 0, 0, 0] = -128
        with self.assertRaises(qsrfile.BadModel):
            qsrfile.encode(model)

    def test_damage_is_refused(self):
        whole = qsrfile.encode(small_model(Fraction(2)))
        qsrfile.decode(whole)
        for at in (0, 9, 17, 25, 37, 50, 90, 200, len(whole) - 300, len(whole) - 1):
            broken = bytearray(whole)
            broken[at] ^= 4
            with self.assertRaises(qsrfile.BadModel):
                qsrfile.decode(bytes(broken))
        for size in (0, 100, 128, 5000, len(whole) - 1):
            with self.assertRaises(qsrfile.BadModel):
                qsrfile.decode(whole[:size])
        with self.assertRaises(qsrfile.BadModel):
            qsrfile.decode(whole + b"\0")

    def test_shipped_models(self):
        paths = sorted(glob.glob(os.path.join(ROOT, "models", "*.qsr")))
        self.assertGreaterEqual(len(paths), 4)
        for path in paths:
            model = qsrfile.read(path)
            name = f"{model.card['name']}-x{float(model.scale):g}.qsr"
            self.assertEqual(os.path.basename(path), name)
            self.assertTrue(all(quant.is_pair_safe(layer) for layer in model.layers))
            self.assertEqual(set(model.card),
                             {"name", "scale", "training", "licence", "metrics"})

    def test_fixtures_are_current(self):
        with open(os.path.join(make_fixture.FOLDER, "list.txt")) as file:
            cases = [[os.path.join(ROOT, p) for p in line.split()] for line in file]
        models = {}
        for model, source, expected in cases:
            if model not in models:
                models[model] = qsrfile.read(model)
            out = intsim.upscale(models[model], data.load_rgb(source))
            self.assertTrue(np.array_equal(out, data.load_rgb(expected)),
                            f"{expected}: run tests/models/make_fixture.py")

    def test_png(self):
        rgb = make_fixture.synthetic(9, 7)
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = (os.path.join(folder, n) for n in ("a.png", "b.png"))
            picture.write_png(ours, 9, 7, rgb.tobytes())
            data.Image.fromarray(rgb).save(theirs)
            for path in (ours, theirs):
                self.assertEqual(picture.read_png(path), (9, 7, rgb.tobytes()))
                self.assertTrue(np.array_equal(data.load_rgb(path), rgb))


class Bicubic(unittest.TestCase):
    def test_known_weights(self):
        index, weight = bicubic.contributions(24, 12, 0.5)
        # MATLAB's antialiased cubic at 1/2: eight taps in 256ths.
        expected = np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 256
        used = weight[5] != 0
        self.assertTrue(np.allclose(weight[5][used], expected))
        self.assertEqual(index[5][used].tolist(), list(range(7, 15)))
        index, weight = bicubic.contributions(12, 24, 2.0)
        used = weight[10] != 0
        self.assertTrue(np.allclose(weight[10][used], np.array([-3, 29, 111, -9]) / 128))
        self.assertEqual(index[10][used].tolist(), [3, 4, 5, 6])

    def test_flat_and_edges(self):
        flat = np.full((9, 12, 3), 77, np.uint8)
        for scale in (Fraction(1, 3), Fraction(2, 3), Fraction(2), Fraction(3, 2)):
            self.assertTrue((bicubic.imresize(flat, scale) == 77).all())
        ramp = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (4, 1))
        half = bicubic.imresize(ramp, Fraction(1, 2))
        self.assertEqual(half.shape, (2, 12))
        self.assertEqual(half[0, 4:8].tolist(), [85, 105, 125, 145])
        self.assertTrue(np.array_equal(half[:, ::-1], bicubic.imresize(ramp[:, ::-1],
                                                                       Fraction(1, 2))))


class Configuration(unittest.TestCase):
    def test_absent_pictures_are_one_clear_line(self):
        with self.assertRaises(SystemExit) as caught:
            config.assets_folder("/nonexistent/pictures")
        self.assertIn("/nonexistent/pictures", str(caught.exception))
        self.assertNotIn("\n", str(caught.exception))

    def test_recipes(self):
        self.assertEqual(config.recipe("small", "4x").start_from, "small-2x")
        self.assertEqual(config.recipe("small", "2x").start_from, "")
        self.assertTrue(config.recipe("large", "2x").branch)
        self.assertFalse(config.recipe("medium", "2x").branch)
        self.assertTrue(config.recipe("small", "1.5x").file.endswith("quicksrnet-small-x1.5.qsr"))

    def test_queue_is_readable(self):
        with open(queue.QUEUE) as file:
            lines = file.read().splitlines()
        rows = [queue.ROW.match(line) for line in lines if line.startswith("| [")]
        self.assertTrue(rows and all(rows))
        for row in rows:
            changes = queue.parse_options(row["options"])
            self.assertIn(row["state"], " x")
            config.recipe(row["size"], row["scale"], **changes)
        with self.assertRaises(SystemExit):
            queue.parse_options(" --speed 9")


class WholePath(unittest.TestCase):
    """Pictures to .qsr in a few steps, with an interruption in between."""

    def test_train_resume_export(self):
        log = loop.Log
        with tempfile.TemporaryDirectory() as folder:
            kept = config.RUNS, config.CACHE, config.SIZES
            config.RUNS, config.CACHE = (os.path.join(folder, n) for n in ("runs", "cache"))
            config.SIZES = {"small": (32, 2), "large": (32, 1)}  # Large would take its time
            loop.Log = qat.Log = lambda path: lambda text: None
            try:
                assets = self.pictures(folder)
                self.train(folder, assets, "small", "22,752 | 22,860")
                self.train(folder, assets, "large", "13,572 | 13,648")
            finally:
                config.RUNS, config.CACHE, config.SIZES = kept
                loop.Log = qat.Log = log

    def pictures(self, folder):
        assets = os.path.join(folder, "assets")
        for part in ("train/bsds400", *(f"eval/{name}/{sub}" for name in ("Set5", "BSD100")
                                        for sub in ("HR", "x2/LR"))):
            os.makedirs(os.path.join(assets, part))
        for n in range(3):  # the first one is held out
            rgb = make_fixture.synthetic(136 + n, 132)
            data.Image.fromarray(rgb).save(os.path.join(assets, "train/bsds400", f"{n}.png"))
        for name in ("Set5", "BSD100"):
            high, low = data.make_pair(make_fixture.synthetic(24, 20), Fraction(2))
            data.Image.fromarray(high).save(os.path.join(assets, f"eval/{name}/HR/1.png"))
            data.Image.fromarray(low).save(os.path.join(assets, f"eval/{name}/x2/LR/1.png"))
        return assets

    def train(self, folder, assets, size, cost):
        recipe = config.recipe(size, "2x", iterations=3, batch=2, patch=16, warmup=1,
                               qat_iterations=2, settle_iterations=2)
        self.assertFalse(loop.train_float(recipe, assets, stop_at=0))
        self.assertTrue(loop.train_float(recipe, assets))
        self.assertEqual(qat.load_float(recipe.run)["step"], 3)
        self.assertIsNone(qat.fine_tune(recipe, assets, recipe.run, stop_at=0))
        tuned = qat.fine_tune(recipe, assets, recipe.run)
        path = os.path.join(folder, f"{size}.qsr")
        card = qat.export(recipe, assets, recipe.run, tuned, path)
        self.assertEqual(qsrfile.read(path).card, card)
        self.assertEqual(qsrfile.read(path).has_branch, recipe.branch)
        self.assertIn(cost, table.row(path))
        further = config.recipe(size, "4x", iterations=1, batch=1, patch=16, seed=4)
        self.assertEqual(further.start_from, recipe.run)
        self.assertTrue(loop.train_float(further, assets))


class OwnPictures(unittest.TestCase):
    def test_a_folder_of_pictures_is_enough(self):
        """Some are held out and judge; neither they nor a cache of others are learnt from."""
        with tempfile.TemporaryDirectory() as assets:
            folder = os.path.join(assets, "train", "mine")
            os.makedirs(folder)
            for i in range(3):
                rgb = np.random.RandomState(i).randint(0, 256, (96, 96, 3)).astype(np.uint8)
                data.Image.fromarray(rgb).save(os.path.join(folder, f"{i}.png"))
            scale, before = Fraction(2), config.CACHE
            config.CACHE = os.path.join(assets, "cache")
            try:
                held_out = data.held_out_pairs(assets, scale)
                patches = data.Patches(assets, scale, 32, 1)
                names = os.listdir(config.CACHE)
            finally:
                config.CACHE = before
            self.assertEqual((len(held_out), len(patches.table)), (1, 2))
            self.assertNotIn("x2-high.npy", names)
            self.assertEqual(data.describe(assets), "3 pictures of mine")
            judged = evaluate.judge(assets, scale, lambda low: bicubic.imresize(low, scale))
            self.assertEqual(list(judged), ["held-out"])
            self.assertLess(judged["held-out"], 40)


if __name__ == "__main__":
    torch.set_num_threads(1)
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad - len(result.skipped)} passed, {bad} failed, "
          f"{len(result.skipped)} skipped")
    sys.exit(1 if bad else 0)

# SPDX-License-Identifier: BSD-2-Clause
"""The ARM part of docs/benchmarks.md: estimates, from tests/portability/arm_cost.json.

    arm_estimates.py                prints it
    arm_estimates.py --check FILE   exit status 1 if FILE says something else
"""
import json
import pathlib
import sys

DATA = pathlib.Path(__file__).resolve().parents[1] / 'tests' / 'portability' / 'arm_cost.json'

TITLE = '## ARM, estimated\n'
INTRODUCTION = TITLE + '''
No ARM processor was at hand: nothing in this part was timed. Instructions were counted as an
emulator executed them, one by one. Cycles are what llvm-mca %s makes of these very
instructions (of gcc %s) with its model of each processor; caches and branch prediction are
taken to be perfect. LLVM has no model of the Cortex-A76 itself and takes it for a Cortex-A57;
the Neoverse N1 is the A76's pipeline. `tests/portability/arm_cost.py` makes these figures, and a
test sees when a compiler needs more instructions.

### Inner loops

The peak is that of the same multiplications with nothing between them, on the same model; a
product is one weight times one activation.

| set | processor | products per cycle, peak | share of it in the inner loops |
|---|---|---|---|
'''
ROWS = '''
### Convolutions

Per pixel of the input (of 1.5x: per cell of 2x2), requantisation and stores included: products,
instructions executed, cycles once a row is under way, and the share of the peak. The 2x head
computes 16 outputs for the 12 that count. (Deep heads and branches: `arm_cost.json`.)

| row | products | %s |
|---|---|%s
'''
PIXELS = '''
### Pixel rows

Per pixel (chroma_up_h, chroma_down_h: per chroma sample), with NEON: instructions executed, and
cycles.

| row | %s |
|---|%s
'''
FRAME = '''
### A frame

Small at 2x, 960x540 to 1920x1080, I420 both ways. For each input pixel the network is conv_in, two
conv_body and the head. Colour is chroma_up_v, chroma_up_h and yuv_to_rgbx once, rgbx_to_y four
times, chroma_down_v twice and chroma_down_h once. What lies in the halo is computed twice: with
three strips of columns and four bands of rows 4 % of everything. So

    ms = (network + colour) * 1.04 * 960 * 540 / (cores * clock in kHz)

| processor | set | network, cycles | colour, cycles | cores | GHz | ms per frame | frames per second |
|---|---|---|---|---|---|---|---|
'''
AFTER = '''
Memory, heat and everything else that runs make it slower. The lower bound for the network alone, at
the peak of the Neoverse N1: %d products / %g per cycle = %.0f cycles.
'''

# Of every set, the processor that stands for it in the table.
SHOWN = [('neon', 'cortex-a72', 'Cortex-A72'), ('dotprod', 'neoverse-n1', 'Neoverse N1'),
         ('i8mm', 'neoverse-v1', 'Neoverse V1')]
PIXELS_SHOWN = [('cortex-a53', 'Cortex-A53'), ('cortex-a55', 'Cortex-A55'),
                ('cortex-a72', 'Cortex-A72'), ('neoverse-n1', 'Neoverse N1'),
                ('neoverse-v1', 'Neoverse V1')]
# Label, set, model, cores, GHz of well-known boards and machines.
FRAMES = [('Cortex-A72 (Raspberry Pi 4)', 'neon', 'cortex-a72', 4, 1.8),
          ('Cortex-A76 (Raspberry Pi 5, RK3588), modelled as Neoverse N1', 'dotprod',
           'neoverse-n1', 4, 2.4),
          ('Cortex-A55', 'dotprod', 'cortex-a55', 4, 1.8),
          ('Neoverse V1 (Graviton3)', 'i8mm', 'neoverse-v1', 4, 2.6)]
SETS = ['neon', 'dotprod', 'i8mm', 'neon32']
# The rows of a frame and how often each is gone through for a pixel of the input.
SMALL_X2 = [('conv_in_u8s8_3x32', 1), ('conv_body_u8s8_32x32', 2), ('conv_out_u8s8_32_x2', 1)]
I420 = [('chroma_up_v', 1), ('chroma_up_h', 1), ('yuv_to_rgbx', 1), ('rgbx_to_y', 4),
        ('chroma_down_v', 2), ('chroma_down_h', 1)]
HALO = 1.04


def loop_rows(sets):
    for name in SETS:
        for processor, loop in sorted(sets[name]['loops'].items()):
            low, high = (f'{loop[key]:.0%}' for key in ('lowest', 'highest'))
            share = low if low == high else f'{low} to {high}'
            yield f'| {name} | {processor} | {loop["products_per_cycle"]:g} | {share} |'


def conv_rows(sets):
    for row, entry in sets['dotprod']['rows'].items():
        if 'cycles' not in entry:
            continue
        cells = []
        for name, processor, _ in SHOWN:
            own = sets[name]['rows'][row]
            took = own['cycles'][processor]
            peak = sets[name]['loops'][processor]['products_per_cycle']
            cells += [f'{own["instructions"]:.0f}',
                      f'{took:.0f} ({own["products"] / peak / took:.0%})']
        cells.append(f'{sets["neon32"]["rows"][row]["instructions"]:.0f}')
        yield f'| {row} | {entry["products"]} | ' + ' | '.join(cells) + ' |'


def pixel_rows(sets):
    for row, entry in sets['neon']['rows'].items():
        if row.startswith('conv_'):
            continue
        cells = [f'{entry["instructions"]:.2f}']
        cells += [f'{entry["cycles"][processor]:.2f}' for processor, _ in PIXELS_SHOWN]
        cells.append(f'{sets["neon32"]["rows"][row]["instructions"]:.2f}')
        yield f'| {row} | ' + ' | '.join(cells) + ' |'


def frame_rows(sets):
    for label, name, processor, cores, clock in FRAMES:
        conv = {row: entry['cycles'][processor] for row, entry in sets[name]['rows'].items()
                if row.startswith('conv_') and 'cycles' in entry}
        pixel = {row: entry['cycles'][processor] for row, entry in sets['neon']['rows'].items()
                 if not row.startswith('conv_')}
        network = sum(n * conv[row] for row, n in SMALL_X2)
        colour = sum(n * pixel[row] for row, n in I420)
        ms = (network + colour) * HALO * 960 * 540 / (cores * clock * 1e6)
        yield (f'| {label} | {name} | {network:.0f} | {colour:.0f} | {cores} | {clock} | {ms:.1f} '
               f'| {1000 / ms:.1f} |')


def lower_bound(sets):
    rows = sets['dotprod']['rows']
    products = sum(n * rows[row]['products'] for row, n in SMALL_X2)
    peak = sets['dotprod']['loops']['neoverse-n1']['products_per_cycle']
    return products, peak, products / peak


def section():
    data = json.loads(DATA.read_text(encoding='utf-8'))
    sets = data['sets']
    for name in sets: # arm-rows' order is one of kernels, the file's one of letters
        sets[name]['rows'] = dict(sorted(sets[name]['rows'].items()))
    heads = [f'{name}, instructions | {name}, cycles on {label}' for name, _, label in SHOWN]
    heads.append('neon, 32-bit, instructions')
    pixel_heads = ['instructions'] + [label for _, label in PIXELS_SHOWN]
    pixel_heads.append('32-bit, instructions')
    parts = [
        INTRODUCTION % (data['llvm-mca'], data['gcc']) + '\n'.join(loop_rows(sets)) + '\n',
        ROWS % (' | '.join(heads), '---|' * (2 * len(SHOWN) + 1))
        + '\n'.join(conv_rows(sets)) + '\n',
        PIXELS % (' | '.join(pixel_heads), '---|' * len(pixel_heads))
        + '\n'.join(pixel_rows(sets)) + '\n',
        FRAME + '\n'.join(frame_rows(sets)) + '\n', AFTER % lower_bound(sets)]
    return ''.join(parts)


def main():
    if sys.argv[1:2] != ['--check']:
        print(section(), end='')
        return 0
    text = pathlib.Path(sys.argv[2]).read_text(encoding='utf-8')
    at = text.find(TITLE)
    if at >= 0 and text[at:] == section():
        return 0
    print(f'{sys.argv[2]} does not end with what arm_estimates.py prints')
    return 1


if __name__ == '__main__':
    sys.exit(main())

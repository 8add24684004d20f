# SPDX-License-Identifier: BSD-2-Clause
"""What the ARM kernels cost, where no ARM processor is at hand to measure.

    arm_cost.py MACHINE FOLDER            compares with arm_cost.json, and checks the loops
    arm_cost.py MACHINE FOLDER --write    renews arm_cost.json

MACHINE: aarch64 or armhf. FOLDER: one of its own, to build the kernels in. Instructions
are counted one by one as qemu executes them, so the figures are exact and the same
everywhere; they depend on the compiler alone. Cycles are what llvm-mca's model of a
processor makes of these very instructions, with caches and branch prediction taken to be
perfect. Only --write needs llvm-mca (package llvm-19). Exit status 77: something is missing.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import loops

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
DATA = HERE / 'arm_cost.json'

GCC = '12' # figures of one compiler say nothing of another
TOLERANCE = 0.10
LLVM_MCA = 'llvm-mca-19'
# Columns of a row that is counted; whole blocks, so that every block is alike.
CONV_WIDTH, PIXEL_WIDTH = 8, 128
BRANCH = ('gather_branch', 'branch_sums') # the functions that rows with a branch call

# Of the pixel rows, and of convolutions: processors for which a set is the best.
PIXEL_PROCESSORS = ['cortex-a53', 'cortex-a55', 'cortex-a72', 'cortex-a76', 'neoverse-n1',
                    'neoverse-n2', 'neoverse-v1']


class Machine:
    """sets: of kernels, with the level that arm-rows takes and the processors whose cycles
    are wanted, as llvm-mca calls them."""

    def __init__(self, triple, debian, cpu_family, emulator, sets):
        self.gcc, self.objdump = f'{triple}-gcc', f'{triple}-objdump'
        self.triple, self.debian, self.cpu_family = triple, debian, cpu_family
        self.emulator, self.sets = emulator, sets


MACHINES = {
    'aarch64': Machine('aarch64-linux-gnu', 'arm64', 'aarch64', 'qemu-aarch64', {
        'neon': ('neon', ['cortex-a53', 'cortex-a72']),
        'dotprod': ('dotprod', ['cortex-a55', 'cortex-a76', 'neoverse-n1', 'neoverse-n2',
                                'neoverse-v1']),
        'i8mm': ('i8mm', ['neoverse-n2', 'neoverse-v1'])}),
    # llvm-mca 19 crashes on some of this code: instructions only.
    'armhf': Machine('arm-linux-gnueabihf', 'armhf', 'arm', 'qemu-arm', {
        'neon32': ('neon', [])}),
}


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(77)


def call(command, **options):
    """What a command prints; a failure ends everything."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        print(done.stdout[-4000:])
        print(f'status {done.returncode}: {" ".join(map(str, command))}')
        sys.exit(1)
    return done.stdout


# ------------------------------------------------------------------ build ---

def build(machine, folder):
    """The folder of a build of the kernels, linked statically so that nothing of the
    target needs to be installed: the libraries that pkg-config finds are this machine's,
    but no target that is built here takes any."""
    for program, package in [(machine.gcc, f'gcc-{machine.triple}'),
                             (machine.emulator, 'qemu-user'), ('meson', 'meson'),
                             ('ninja', 'ninja-build'), ('pkg-config', 'pkgconf')]:
        if not shutil.which(program):
            skip(f'no {program} (package {package})')
    if call([machine.gcc, '-dumpversion']).split('.')[0].strip() != GCC:
        skip(f'the figures are those of gcc {GCC}')
    if '/' not in call([machine.gcc, '-print-file-name=libc.a']):
        skip(f'no libc for {machine.triple} (package libc6-dev-{machine.debian}-cross)')
    folder.mkdir(parents=True, exist_ok=True)
    cross = folder / 'cross.txt'
    cross.write_text(
        f"[binaries]\nc = '{machine.gcc}'\nar = '{machine.triple}-ar'\n"
        f"strip = '{machine.triple}-strip'\npkgconfig = 'pkg-config'\n"
        f"exe_wrapper = '{machine.emulator}'\n"
        f"[host_machine]\nsystem = 'linux'\ncpu_family = '{machine.cpu_family}'\n"
        f"cpu = '{machine.cpu_family}'\nendian = 'little'\n", encoding='utf-8')
    made = folder / 'build'
    if not (made / 'build.ninja').exists():
        shutil.rmtree(made, ignore_errors=True)
        call(['meson', 'setup', made, SOURCE, '--cross-file', cross, '-Dbuildtype=release',
              '-Ddefault_library=static', '-Dc_link_args=-static', '-Dorc=disabled',
              '-Dgst=disabled', '-Dcli=disabled'])
    call(['ninja', '-C', made, 'build.ninja'])
    call(['ninja', '-C', made, 'kernels/libqsr_kernels.a', 'tests/portability/arm-rows'])
    return made


def listing_of_set(machine, made, name):
    name = name.removesuffix('32')
    found = sorted((made / 'kernels' / f'libqsr_kernels_{name}.a.p').glob('*conv_*.o'))
    return call([machine.objdump, '-d', '--no-show-raw-insn', *found])


# ----------------------------------------------------------------- counts ---

class Program:
    """arm-rows: where its functions are, and what stands at every address."""

    def __init__(self, machine, path):
        self.machine, self.path, self.text = machine, path, {}
        listing = call([machine.objdump, '-d', '--no-show-raw-insn', path])
        self.functions = list(loops.functions(listing))
        for _, code in self.functions:
            for address, text in code:
                text = re.split(r'\s*(?://|@ )', text)[0]
                self.text[address] = re.sub(r'\s[0-9a-f]+ <.*', ' #0', text)
        usage = subprocess.run([machine.emulator, '-help'], capture_output=True, text=True,
                               check=False)
        one = '-one-insn-per-tb' if 'one-insn-per-tb' in usage.stdout else '-singlestep'
        self.emulate = [machine.emulator, '-cpu', 'max', one, '-d', 'exec,nochain']

    def rows(self, level):
        """[(row, products per pixel)]"""
        lines = call([self.machine.emulator, '-cpu', 'max', self.path, level]).splitlines()
        return [(line.split()[0], int(line.split()[1])) for line in lines]

    def ranges(self, row, level):
        """The code of a row, in the form that qemu's option -dfilter has."""
        name, branch = row.removesuffix('_branch'), row.endswith('_branch')
        for function, code in self.functions:
            if function == f'{name}_{level}' or branch and function in BRANCH:
                start, end = code[0][0], code[-1][0]
                yield f'0x{start:x}+0x{end - start + 4:x}'

    def trace(self, row, level, width):
        """The addresses of the instructions that a row executes, in their order."""
        ranges = ','.join(self.ranges(row, level))
        if not ranges:
            return []
        with tempfile.NamedTemporaryFile('r', encoding='ascii') as log:
            call(self.emulate + ['-dfilter', ranges, '-D', log.name, self.path, level, row,
                                 str(width)])
            return [int(line.split('/')[1], 16) for line in log if line.startswith('Trace')]


def width_of(row):
    return CONV_WIDTH if row.startswith('conv_') else PIXEL_WIDTH


def count(program, level):
    """{row: {'products', 'instructions'}} per pixel, of the rows that this level has."""
    result = {}
    for row, products in program.rows(level):
        instructions = len(program.trace(row, level, width_of(row))) / width_of(row)
        if instructions:
            result[row] = {'products': products, 'instructions': round(instructions, 3)}
    return result


def compare(name, found, known):
    """Prints what differs; the number of faults."""
    faults = 0
    for row in sorted(set(found) | set(known)):
        if row not in known or row not in found:
            print(f'FAIL {name} {row}: only in {"the kernels" if row in found else DATA.name}')
            faults += 1
            continue
        now, then = found[row]['instructions'], known[row]['instructions']
        print(f'{name:8} {row:32} {now:9.2f} instructions per pixel, {then:9.2f} recorded')
        if now > then * (1 + TOLERANCE):
            print(f'FAIL {name} {row}: {now / then - 1:.0%} more instructions')
            faults += 1
        elif now < then * (1 - TOLERANCE):
            print(f'FAIL {name} {row}: {1 - now / then:.0%} fewer; renew {DATA.name}')
            faults += 1
    return faults


# ----------------------------------------------------------------- cycles ---

def cycles(processor, instructions, iterations=1):
    """What llvm-mca says of a list of instructions."""
    done = subprocess.run(
        [LLVM_MCA, '-mtriple=aarch64', f'-mcpu={processor}', '-mattr=+dotprod,+i8mm',
         f'-iterations={iterations}', '-all-views=false', '-summary-view'],
        input='\n'.join(instructions), capture_output=True, text=True, check=False)
    total = re.search(r'Total Cycles:\s+(\d+)', done.stdout)
    if done.returncode or not total:
        sys.exit(f'llvm-mca: {done.stderr[:2000]}')
    return int(total.group(1))


def loop_cycles(processor, instructions):
    """Cycles of one turn of a loop that has been running for a while."""
    return (cycles(processor, instructions, 200)
            - cycles(processor, instructions, 100)) / 100


def processors_of(name, row, processors):
    """Those whose cycles for this row are worth a long calculation."""
    if not row.startswith('conv_'):
        return PIXEL_PROCESSORS if name == 'neon' else processors
    return [] if '_deep_' in row or '_branch' in row else processors


def row_cycles(program, level, row, processors):
    """{processor: cycles per pixel} once a row is under way: of a row less those of half a row."""
    width = width_of(row)
    texts = [[program.text[address] for address in program.trace(row, level, w)]
             for w in (width // 2, width)]
    result = {}
    for processor in processors:
        half, whole = (cycles(processor, text) for text in texts)
        result[processor] = round((whole - half) / (width - width // 2), 2)
    return result


def loop_shares(listing, processor):
    """Products per cycle at best, and the lowest and highest share of it in the inner loops.
    At best: the loop's multiplications with nothing else between them."""
    seen, peak, shares = set(), 0, []
    for _, loop, multiplications in loops.products(listing):
        plain = [re.sub(r'\s[0-9a-f]+ <.*', ' #0', re.split(r'\s*(?://|@ )', text)[0])
                 for text in loop]
        if tuple(plain) in seen:
            continue
        seen.add(tuple(plain))
        alone = [text for text in plain if loops.PRODUCT.match(text)]
        best = loop_cycles(processor, alone)
        shares.append(best / loop_cycles(processor, plain))
        each = 32 if 'usmmla' in alone[0] else 16 if 'sdot' in alone[0] else 8
        peak = max(peak, multiplications * each / best)
    return {'products_per_cycle': round(peak, 1), 'lowest': round(min(shares), 3),
            'highest': round(max(shares), 3)}


def one_line_each(value, depth=0):
    """JSON with a line for every loop and every row of kernels, so that changes can be read."""
    if depth == 4 or not isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    indent = ' ' * (depth + 1)
    entries = (f'{indent}{json.dumps(key)}: {one_line_each(value[key], depth + 1)}'
               for key in sorted(value))
    return '{\n' + ',\n'.join(entries) + '\n' + ' ' * depth + '}'


def write(machine, made, program):
    data = json.loads(DATA.read_text(encoding='utf-8')) if DATA.exists() else {}
    version = re.search(r'LLVM version (\S+)', call([LLVM_MCA, '--version'])).group(1)
    data['llvm-mca'] = version
    data['gcc'] = call([machine.gcc, '-dumpfullversion']).strip()
    for name, (level, processors) in machine.sets.items():
        listing = listing_of_set(machine, made, name)
        rows = count(program, level)
        for row in rows:
            print(f'{name} {row}', flush=True)
            wanted = processors_of(name, row, processors)
            if wanted:
                rows[row]['cycles'] = row_cycles(program, level, row, wanted)
        data.setdefault('sets', {})[name] = {
            'loops': {p: loop_shares(listing, p) for p in processors}, 'rows': rows}
    part = DATA.with_suffix('.part')
    part.write_text(one_line_each(data) + '\n', encoding='utf-8')
    os.replace(part, DATA)


def main():
    machine, folder = MACHINES[sys.argv[1]], pathlib.Path(sys.argv[2]).absolute()
    made = build(machine, folder)
    program = Program(machine, made / 'tests' / 'portability' / 'arm-rows')
    if sys.argv[3:] == ['--write']:
        write(machine, made, program)
        return 0
    known = json.loads(DATA.read_text(encoding='utf-8'))['sets']
    faults = 0
    for name, (level, _) in machine.sets.items():
        faults += loops.check(listing_of_set(machine, made, name), name)
        faults += compare(name, count(program, level), known[name]['rows'])
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: BSD-2-Clause
"""The innermost loops of the ARM convolutions, as the compiler made them.

Nothing may be spilled to the stack, and next to the multiplications there may be
only so many instructions: a compiler that undoes the blocking shows up here.
"""

import re

# Multiplications of one loop, and the most instructions it may have.
# i8mm and dotprod: 16 or 12 outputs a block. neon32: half the registers.
LIMITS = {
    'neon': {32: 64},
    'dotprod': {64: 92, 48: 72},
    'i8mm': {32: 64, 24: 52},
    'neon32': {16: 40},
}
MULTIPLY = re.compile(r'(sdot|usmmla|smull|smlal2|vmull\.s8|vmlal\.s8)\t')
# What belongs to a product: neon also has to add its pairs up.
PRODUCT = re.compile(MULTIPLY.pattern + r'|(sadalp|vpadal\.s16)\t')
SPILL = re.compile(r'(ldr|str|ldp|stp|ldur|stur)\tq.*\[sp|'
                   r'(vldr|vstr|vldmia|vstmia|vld1|vst1).*\[sp')
BRANCH = re.compile(r'(?:b\w*(?:\.\w+)?|cbn?z\t\w+,|tbn?z\t\w+, #\w+,)\s+([0-9a-f]+) <')
EXPECTED = 20 # functions: two widths of an input, a body, four heads and four deep ones


def functions(listing):
    """(name, [(address, instruction)]) of a listing by objdump."""
    name, code = None, []
    for line in listing.splitlines():
        head = re.match(r'[0-9a-f]+ <(\w+)>:', line)
        if head:
            if name:
                yield name, code
            name, code = head.group(1), []
            continue
        instruction = re.match(r'\s+([0-9a-f]+):\s+(.*)', line)
        if instruction:
            code.append((int(instruction.group(1), 16), instruction.group(2)))
    if name:
        yield name, code


def innermost(code):
    """The loops that contain no other, as lists of instructions."""
    index = {address: i for i, (address, _) in enumerate(code)}
    back = []
    for i, (_, text) in enumerate(code):
        target = BRANCH.match(text)
        start = index.get(int(target.group(1), 16)) if target else None
        if start is not None and start <= i:
            back.append((start, i))
    for start, end in back:
        if not any((s, e) != (start, end) and s >= start and e <= end for s, e in back):
            yield [text for _, text in code[start:end + 1]]


def products(listing):
    """(function, innermost loop, its multiplications) where a convolution spends its time."""
    for name, code in functions(listing):
        for loop in innermost(code):
            multiplications = sum(1 for text in loop if MULTIPLY.match(text))
            if name.startswith('conv_') and multiplications:
                yield name, loop, multiplications


def check(listing, isa):
    """Prints the loops of one set; the number of faults."""
    faults, seen = 0, set()
    for name, loop, multiplications in products(listing):
        seen.add(name)
        spills = sum(1 for text in loop if SPILL.search(text))
        most = LIMITS[isa].get(multiplications)
        print(f'{name:34} {len(loop):3} instructions, {multiplications} multiplications')
        if spills or most is None or len(loop) > most:
            faults += 1
            print(f'FAIL {name}: {spills} spills, {len(loop)} instructions, {most} allowed')
    if len(seen) != EXPECTED:
        faults += 1
        print(f'FAIL {isa}: loops of {len(seen)} functions found, not of {EXPECTED}')
    return faults

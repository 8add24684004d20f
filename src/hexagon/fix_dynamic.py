# SPDX-License-Identifier: BSD-2-Clause
"""Makes the dynamic section of a linked skel look like those that devices ship with.

    fix_dynamic.py IN OUT

The DSP's loader knows DT_SYMBOLIC and DT_HEXAGON_VER = 3, lld writes DT_FLAGS and
DT_FLAGS_1 in their place and cannot be told to leave room for others.
"""

import pathlib
import struct
import sys

PT_DYNAMIC = 2
DT_SYMBOLIC, DT_FLAGS, DT_FLAGS_1, DT_HEXAGON_VER = 0x10, 0x1e, 0x6ffffffb, 0x70000001
REPLACED = {DT_FLAGS: (DT_SYMBOLIC, 0), DT_FLAGS_1: (DT_HEXAGON_VER, 3)}


def main():
    elf = bytearray(pathlib.Path(sys.argv[1]).read_bytes())
    header_at, = struct.unpack_from('<I', elf, 28)
    headers, = struct.unpack_from('<H', elf, 44)
    replaced = set()
    for i in range(headers):
        kind, offset, _, _, size = struct.unpack_from('<5I', elf, header_at + 32 * i)
        if kind != PT_DYNAMIC:
            continue
        for at in range(offset, offset + size, 8):
            tag, _ = struct.unpack_from('<2I', elf, at)
            if tag in REPLACED:
                struct.pack_into('<2I', elf, at, *REPLACED[tag])
                replaced.add(tag)
    if replaced != set(REPLACED):
        sys.exit(f'{sys.argv[1]}: no DT_FLAGS and DT_FLAGS_1 to replace')
    pathlib.Path(sys.argv[2]).write_bytes(elf)


main()

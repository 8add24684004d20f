# SPDX-License-Identifier: BSD-2-Clause
"""What a skel must look like for the loader on a DSP to take it.

    gate.py FILE...

Checks the facts that the skels of Qualcomm's own test programs have in common:
type, segments, dynamic section, exports, and above all that nothing is undefined
but the weak names below. Then damages a copy of the first file in several ways,
each of which has to be noticed.
"""

import pathlib
import re
import struct
import sys

ENTRY = 'qsr_skel_handle_invoke'
# src/hexagon/pd.h
WEAK = {'malloc', 'memalign', 'free', 'qurt_thread_create', 'qurt_thread_join',
        'qurt_thread_get_id', 'qurt_thread_get_priority', 'qurt_hvx_lock', 'qurt_hvx_unlock',
        'qurt_hvx_get_units', 'qsr_emulated_packets'}
MOST_BYTES = 512 * 1024       # of the file
MOST_MEMORY = 1024 * 1024 + 256 * 1024 # a process on the DSP begins with 5 MB

PT_LOAD, PT_DYNAMIC = 1, 2
DT = {'NEEDED': 1, 'PLTGOT': 3, 'HASH': 4, 'STRTAB': 5, 'SYMTAB': 6, 'RELA': 7, 'RELASZ': 8,
      'SONAME': 14, 'SYMBOLIC': 16, 'REL': 17, 'TEXTREL': 22, 'JMPREL': 23, 'PLTRELSZ': 2,
      'INIT_ARRAY': 25, 'FLAGS': 30, 'GNU_HASH': 0x6ffffef5, 'FLAGS_1': 0x6ffffffb,
      'HEXAGON_VER': 0x70000001, 'VERSYM': 0x6ffffff0}
REQUIRED = ['PLTGOT', 'HASH', 'STRTAB', 'SYMTAB', 'RELA', 'RELASZ', 'SONAME', 'SYMBOLIC', 'JMPREL',
            'HEXAGON_VER']
FORBIDDEN = ['NEEDED', 'REL', 'TEXTREL', 'INIT_ARRAY', 'GNU_HASH', 'FLAGS', 'FLAGS_1', 'VERSYM']
RELOCATIONS = {6, 33, 34, 35} # R_HEX_32, GLOB_DAT, JMP_SLOT, RELATIVE


class Elf:
    """The parts of a 32-bit little-endian ELF file that loaders look at."""

    def __init__(self, data):
        self.data = bytes(data)
        header = struct.unpack_from('<16sHHIIIIIHHHHHH', self.data)
        self.ident, self.type, self.machine, self.flags = *header[:3], header[7]
        at, count = header[5], header[10]
        self.segments = [struct.unpack_from('<8I', self.data, at + 32 * i) for i in range(count)]
        self.dynamic = {}
        for kind, offset, _, _, size, *_ in self.segments:
            if kind == PT_DYNAMIC:
                for tag, value in struct.iter_unpack('<2I', self.data[offset:offset + size]):
                    if not tag:
                        break
                    self.dynamic.setdefault(tag, []).append(value)

    def tag(self, name):
        return self.dynamic.get(DT[name], [None])[0]

    def offset(self, address):
        for kind, offset, vaddr, _, filesz, *_ in self.segments:
            if kind == PT_LOAD and vaddr <= address < vaddr + filesz:
                return offset + address - vaddr
        raise ValueError(f'address {address:#x} is in no segment')

    def string(self, index):
        at = self.offset(self.tag('STRTAB')) + index
        return self.data[at:self.data.index(b'\0', at)].decode()

    def symbols(self):
        """(name, bind, visibility, section) of all but the null symbol."""
        _, count = struct.unpack_from('<2I', self.data, self.offset(self.tag('HASH')))
        at = self.offset(self.tag('SYMTAB'))
        for i in range(1, count):
            name, _, _, info, other, section = struct.unpack_from('<3IBBH', self.data, at + 16 * i)
            yield self.string(name), info >> 4, other & 3, section

    def relocations(self):
        for table, size in [('RELA', 'RELASZ'), ('JMPREL', 'PLTRELSZ')]:
            at = self.offset(self.tag(table))
            for _, info, _ in struct.iter_unpack('<3I', self.data[at:at + self.tag(size)]):
                yield info & 255


def check_segments(elf):
    loads = [s for s in elf.segments if s[0] == PT_LOAD]
    if [s[6] for s in loads] != [5, 6]:
        yield f'the segments are {[s[6] for s in loads]}, not R E and RW'
    if any(s[7] != 4096 for s in loads):
        yield 'a segment is not aligned to pages of 4096 bytes'
    memory = sum(s[5] for s in loads)
    if memory > MOST_MEMORY or len(elf.data) > MOST_BYTES:
        yield f'{len(elf.data)} bytes, {memory} in memory: too large'


def check_symbols(elf):
    exports = []
    for name, bind, visibility, section in elf.symbols():
        if section:
            exports.append(name)
            if visibility or bind != 1:
                yield f'{name} is not a global symbol of default visibility'
        elif bind != 2:
            yield f'{name} is undefined and not weak'
        elif name not in WEAK:
            yield f'{name} is undefined and not among the names that may be'
    if exports != [ENTRY]:
        yield f'the exports are {exports}'


def check(data, name, arch):
    """Sentences about what is wrong."""
    elf = Elf(data)
    if elf.ident[:7] != b'\x7fELF\x01\x01\x01' or elf.machine != 164 or elf.type != 3:
        yield 'not a shared library for Hexagon'
        return
    if elf.flags != arch:
        yield f'compiled for {elf.flags:#x}, not {arch:#x}'
    yield from check_segments(elf)
    missing = [t for t in REQUIRED if DT[t] not in elf.dynamic]
    surplus = [t for t in FORBIDDEN if DT[t] in elf.dynamic]
    if missing or surplus:
        yield f'the dynamic section lacks {missing} and has {surplus}'
        return
    if elf.tag('HEXAGON_VER') != 3:
        yield 'DT_HEXAGON_VER is not 3'
    if elf.string(elf.tag('SONAME')) != name:
        yield f'the SONAME is {elf.string(elf.tag("SONAME"))}'
    if set(elf.relocations()) - RELOCATIONS:
        yield f'relocations of types {set(elf.relocations()) - RELOCATIONS}'
    yield from check_symbols(elf)


def damaged(data):
    """(what, data) of copies that must be refused."""
    elf = Elf(data)
    symtab = elf.offset(elf.tag('SYMTAB'))
    dynamic = next(s[1] for s in elf.segments if s[0] == PT_DYNAMIC)
    header, = struct.unpack_from('<I', data, 28)
    weak = next(i for i, s in enumerate(elf.symbols(), 1) if not s[3])
    entry = next(i for i, s in enumerate(elf.symbols(), 1) if s[3])

    def with_byte(at, value):
        copy = bytearray(data)
        copy[at] = value
        return copy

    name, = struct.unpack_from('<I', data, symtab + 16 * weak)
    letter = elf.offset(elf.tag('STRTAB')) + name
    yield 'a strong undefined symbol', with_byte(symtab + 16 * weak + 12, 0x10)
    yield 'a weak symbol of another name', with_byte(letter, ord('_'))
    yield 'a hidden entry', with_byte(symtab + 16 * entry + 13, 2)
    yield 'another architecture', with_byte(36, 0x65)
    yield 'an executable', with_byte(16, 2)
    yield 'a needed library', with_byte(dynamic, DT['NEEDED'])
    loads = [i for i, s in enumerate(elf.segments) if s[0] == PT_LOAD]
    yield 'a writable code segment', with_byte(header + 32 * loads[0] + 24, 7)
    rela = elf.offset(elf.tag('RELA'))
    yield 'a relocation of another type', with_byte(rela + 4, 1)


def main():
    faults = 0
    files = [pathlib.Path(name) for name in sys.argv[1:]]
    for path in files:
        arch = int(re.fullmatch(r'libqsr_skel_v(\d\d)\.so', path.name).group(1), 16)
        for sentence in check(path.read_bytes(), path.name, arch):
            print(f'{path.name}: {sentence}')
            faults += 1
    arch = int(files[0].stem[-2:], 16)
    for what, data in damaged(files[0].read_bytes()):
        if not list(check(data, files[0].name, arch)):
            print(f'{what} went unnoticed')
            faults += 1
    sys.exit(1 if faults or not files else 0)


main()

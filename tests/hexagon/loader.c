// SPDX-License-Identifier: BSD-2-Clause
//
// Loads a shared library into the emulated DSP as strictly as the real loader:
// SysV hash table, no lazy binding, no undefined symbol that is not weak.

#include <string.h>

#include "dsp_sys.h"

typedef struct Elf {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
} Elf;
typedef struct Segment {
    uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
} Segment;
typedef struct Symbol {
    uint32_t name, value, size;
    uint8_t info, other;
    uint16_t section;
} Symbol;
typedef struct Rela {
    uint32_t offset, info;
    int32_t addend;
} Rela;
typedef struct Dynamic {
    uint32_t tag, value;
} Dynamic;

enum { PT_LOAD = 1, PT_DYNAMIC = 2, EM_HEXAGON = 164, ET_DYN = 3, STB_WEAK = 2 };
enum {
    DT_PLTRELSZ = 2, DT_HASH = 4, DT_STRTAB = 5, DT_SYMTAB = 6, DT_RELA = 7, DT_RELASZ = 8,
    DT_JMPREL = 23,
};
enum { R_HEX_32 = 6, R_HEX_GLOB_DAT = 33, R_HEX_JMP_SLOT = 34, R_HEX_RELATIVE = 35 };

typedef struct Library {
    uint8_t *base;
    const Symbol *symbols;
    const char *strings;
    const uint32_t *hash;
    uint32_t rela, rela_size, plt, plt_size;
    int faults;
} Library;

static void complain(Library *lib, const char *what, const char *name)
{
    say("emulated DSP: ");
    say(what);
    say(name);
    say("\n");
    lib->faults++;
}

static uint32_t resolve(Library *lib, uint32_t index)
{
    const Symbol *s = &lib->symbols[index];
    if (s->section)
        return (uint32_t)lib->base + s->value;
    const uint32_t address = (uint32_t)pd_symbol(lib->strings + s->name);
    if (!address && s->info >> 4 != STB_WEAK)
        complain(lib, "undefined symbol ", lib->strings + s->name);
    return address;
}

static void relocate(Library *lib, uint32_t table, uint32_t size)
{
    const Rela *r = (const Rela *)(void *)(lib->base + table);
    for (uint32_t i = 0; i < size / sizeof(*r); i++) {
        uint32_t *at = (uint32_t *)(void *)(lib->base + r[i].offset);
        const uint32_t symbol = r[i].info >> 8, value = symbol ? resolve(lib, symbol) : 0;
        switch (r[i].info & 255) {
        case R_HEX_RELATIVE: *at = (uint32_t)lib->base + (uint32_t)r[i].addend; break;
        case R_HEX_GLOB_DAT:
        case R_HEX_JMP_SLOT: *at = value; break;
        case R_HEX_32: *at = value + (uint32_t)r[i].addend; break;
        default: complain(lib, "relocation of unknown type", "");
        }
    }
}

static void read_dynamic(Library *lib, const Dynamic *d)
{
    for (; d->tag; d++)
        switch (d->tag) {
        case DT_RELA: lib->rela = d->value; break;
        case DT_RELASZ: lib->rela_size = d->value; break;
        case DT_JMPREL: lib->plt = d->value; break;
        case DT_PLTRELSZ: lib->plt_size = d->value; break;
        case DT_SYMTAB: lib->symbols = (const Symbol *)(void *)(lib->base + d->value); break;
        case DT_STRTAB: lib->strings = (const char *)(lib->base + d->value); break;
        case DT_HASH: lib->hash = (const uint32_t *)(void *)(lib->base + d->value); break;
        }
}

static uint8_t *read_file(const char *path, uint32_t *size)
{
    const uint32_t most = 8u << 20;
    const long fd = sys6(SYS_OPENAT, -100, (long)path, 0, 0, 0, 0);
    uint8_t *file = fd < 0 ? NULL : map_memory(most, PROT_READ_WRITE, MAP_OF_NOTHING, -1);
    *size = 0;
    for (long n = 1; file && n > 0 && *size < most; *size += n > 0 ? (uint32_t)n : 0)
        n = sys3(SYS_READ, fd, (long)(file + *size), (long)(most - *size));
    if (fd >= 0)
        sys3(SYS_CLOSE, fd, 0, 0);
    return file;
}

static const Dynamic *map_segments(Library *lib, const uint8_t *file)
{
    const Elf *e = (const Elf *)(const void *)file;
    const Segment *s = (const Segment *)(const void *)(file + e->phoff);
    const Dynamic *dynamic = NULL;
    uint32_t end = 0;
    for (int i = 0; i < e->phnum; i++)
        if (s[i].type == PT_LOAD && s[i].vaddr + s[i].memsz > end)
            end = s[i].vaddr + s[i].memsz;
    lib->base = map_memory(end, PROT_ALL, MAP_OF_NOTHING, -1);
    for (int i = 0; lib->base && i < e->phnum; i++) {
        if (s[i].type == PT_LOAD)
            memcpy(lib->base + s[i].vaddr, file + s[i].offset, s[i].filesz);
        else if (s[i].type == PT_DYNAMIC)
            dynamic = (const Dynamic *)(void *)(lib->base + s[i].vaddr);
    }
    return dynamic;
}

static int equal(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

void *load_library(const char *path, const char *entry)
{
    Library lib = {0};
    uint32_t size;
    const uint8_t *file = read_file(path, &size);
    const Elf *e = (const Elf *)(const void *)file;
    if (!file || size < sizeof(*e) || e->machine != EM_HEXAGON || e->type != ET_DYN) {
        complain(&lib, "not a library for Hexagon: ", path);
        return NULL;
    }
    const Dynamic *dynamic = map_segments(&lib, file);
    if (dynamic)
        read_dynamic(&lib, dynamic);
    if (!dynamic || !lib.symbols || !lib.strings || !lib.hash) {
        complain(&lib, "no dynamic section with DT_HASH: ", path);
        return NULL;
    }
    relocate(&lib, lib.rela, lib.rela_size);
    relocate(&lib, lib.plt, lib.plt_size);
    if (lib.faults)
        return NULL;
    for (uint32_t i = 1; i < lib.hash[1]; i++)
        if (lib.symbols[i].section && equal(lib.strings + lib.symbols[i].name, entry))
            return lib.base + lib.symbols[i].value;
    complain(&lib, "no such entry: ", entry);
    return NULL;
}

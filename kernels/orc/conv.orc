# SPDX-License-Identifier: BSD-2-Clause
#
# The convolutions for ORC; conv_orc.h says how they are put together. An element is
# one pixel of a pair of channels: two 16-bit numbers.
#
# mac_*: four inputs, s1 to s4, times weights of two outputs, w1 to w4 and w5 to w8;
# a weight is a pair, too. Products and sums stay in 16 bits from `first` over any
# number of `next` to `last`, or within `alone`; the packer sees to it that the sum of
# such a chain fits. `last` and `alone` widen: t0 and t1 gain both halves of the sum.
# `apart` widens every product by itself, for weights too large to be added in 16 bits;
# it takes two inputs.
#
# Not more than eight arrays: with more, the code that ORC 0.4.33 makes for x86-64
# uses r12 and r13, which it does not save.

.function qsr_orc_mac_first
.flags 2d
.n 64
.dest 4 b0 uint32_t
.dest 4 b1 uint32_t
.source 4 s1 uint32_t
.source 4 s2 uint32_t
.source 4 s3 uint32_t
.source 4 s4 uint32_t
.param 4 w1
.param 4 w2
.param 4 w3
.param 4 w4
.param 4 w5
.param 4 w6
.param 4 w7
.param 4 w8
.temp 4 c1
.temp 4 c2
.temp 4 c3
.temp 4 c4
.temp 4 c5
.temp 4 c6
.temp 4 c7
.temp 4 c8
.temp 4 u
.temp 4 v
.temp 4 x
.temp 4 y
.temp 4 z
loadpl c1, w1
loadpl c2, w2
loadpl c3, w3
loadpl c4, w4
loadpl c5, w5
loadpl c6, w6
loadpl c7, w7
loadpl c8, w8
loadl x, s1
x2 mullw u, x, c1
x2 mullw v, x, c5
loadl x, s2
x2 mullw y, x, c2
x2 addw u, u, y
x2 mullw y, x, c6
x2 addw v, v, y
loadl x, s3
x2 mullw y, x, c3
x2 addw u, u, y
x2 mullw y, x, c7
x2 addw v, v, y
loadl x, s4
x2 mullw y, x, c4
x2 mullw z, x, c8
x2 addw b0, u, y
x2 addw b1, v, z


.function qsr_orc_mac_next
.flags 2d
.n 64
.dest 4 b0 uint32_t
.dest 4 b1 uint32_t
.source 4 s1 uint32_t
.source 4 s2 uint32_t
.source 4 s3 uint32_t
.source 4 s4 uint32_t
.param 4 w1
.param 4 w2
.param 4 w3
.param 4 w4
.param 4 w5
.param 4 w6
.param 4 w7
.param 4 w8
.temp 4 c1
.temp 4 c2
.temp 4 c3
.temp 4 c4
.temp 4 c5
.temp 4 c6
.temp 4 c7
.temp 4 c8
.temp 4 u
.temp 4 v
.temp 4 x
.temp 4 y
loadpl c1, w1
loadpl c2, w2
loadpl c3, w3
loadpl c4, w4
loadpl c5, w5
loadpl c6, w6
loadpl c7, w7
loadpl c8, w8
loadl x, s1
x2 mullw u, x, c1
x2 mullw v, x, c5
loadl x, s2
x2 mullw y, x, c2
x2 addw u, u, y
x2 mullw y, x, c6
x2 addw v, v, y
loadl x, s3
x2 mullw y, x, c3
x2 addw u, u, y
x2 mullw y, x, c7
x2 addw v, v, y
loadl x, s4
x2 mullw y, x, c4
x2 addw u, u, y
x2 mullw y, x, c8
x2 addw v, v, y
x2 addw b0, u, b0
x2 addw b1, v, b1


.function qsr_orc_mac_last
.flags 2d
.n 64
.dest 4 t0 uint32_t
.dest 4 t1 uint32_t
.source 4 s1 uint32_t
.source 4 s2 uint32_t
.source 4 s3 uint32_t
.source 4 s4 uint32_t
.source 4 b0 uint32_t
.source 4 b1 uint32_t
.param 4 w1
.param 4 w2
.param 4 w3
.param 4 w4
.param 4 w5
.param 4 w6
.param 4 w7
.param 4 w8
.temp 4 c1
.temp 4 c2
.temp 4 c3
.temp 4 c4
.temp 4 c5
.temp 4 c6
.temp 4 c7
.temp 4 c8
.temp 4 u
.temp 4 v
.temp 4 x
.temp 4 y
loadpl c1, w1
loadpl c2, w2
loadpl c3, w3
loadpl c4, w4
loadpl c5, w5
loadpl c6, w6
loadpl c7, w7
loadpl c8, w8
loadl x, s1
x2 mullw u, x, c1
x2 mullw v, x, c5
loadl x, s2
x2 mullw y, x, c2
x2 addw u, u, y
x2 mullw y, x, c6
x2 addw v, v, y
loadl x, s3
x2 mullw y, x, c3
x2 addw u, u, y
x2 mullw y, x, c7
x2 addw v, v, y
loadl x, s4
x2 mullw y, x, c4
x2 addw u, u, y
x2 mullw y, x, c8
x2 addw v, v, y
x2 addw u, u, b0
shll x, u, 16
shrsl x, x, 16
addl x, x, t0
shrsl u, u, 16
addl t0, x, u
x2 addw v, v, b1
shll x, v, 16
shrsl x, x, 16
addl x, x, t1
shrsl v, v, 16
addl t1, x, v


.function qsr_orc_mac_alone
.flags 2d
.n 64
.dest 4 t0 uint32_t
.dest 4 t1 uint32_t
.source 4 s1 uint32_t
.source 4 s2 uint32_t
.source 4 s3 uint32_t
.source 4 s4 uint32_t
.param 4 w1
.param 4 w2
.param 4 w3
.param 4 w4
.param 4 w5
.param 4 w6
.param 4 w7
.param 4 w8
.temp 4 c1
.temp 4 c2
.temp 4 c3
.temp 4 c4
.temp 4 c5
.temp 4 c6
.temp 4 c7
.temp 4 c8
.temp 4 u
.temp 4 v
.temp 4 x
.temp 4 y
loadpl c1, w1
loadpl c2, w2
loadpl c3, w3
loadpl c4, w4
loadpl c5, w5
loadpl c6, w6
loadpl c7, w7
loadpl c8, w8
loadl x, s1
x2 mullw u, x, c1
x2 mullw v, x, c5
loadl x, s2
x2 mullw y, x, c2
x2 addw u, u, y
x2 mullw y, x, c6
x2 addw v, v, y
loadl x, s3
x2 mullw y, x, c3
x2 addw u, u, y
x2 mullw y, x, c7
x2 addw v, v, y
loadl x, s4
x2 mullw y, x, c4
x2 addw u, u, y
x2 mullw y, x, c8
x2 addw v, v, y
shll x, u, 16
shrsl x, x, 16
addl x, x, t0
shrsl u, u, 16
addl t0, x, u
shll x, v, 16
shrsl x, x, 16
addl x, x, t1
shrsl v, v, 16
addl t1, x, v


.function qsr_orc_mac_apart
.flags 2d
.n 64
.dest 4 t0 uint32_t
.dest 4 t1 uint32_t
.source 4 s1 uint32_t
.source 4 s2 uint32_t
# w3 and w4 only keep the places of the others.
.param 4 w1
.param 4 w2
.param 4 w3
.param 4 w4
.param 4 w5
.param 4 w6
.temp 4 c1
.temp 4 c2
.temp 4 c5
.temp 4 c6
.temp 4 t
.temp 4 u
.temp 4 x
.temp 4 y
.temp 4 z
loadpl c1, w1
loadpl c2, w2
loadpl c5, w5
loadpl c6, w6
loadl x, s1
x2 mullw y, x, c1
shll z, y, 16
shrsl z, z, 16
shrsl y, y, 16
addl y, y, z
addl t, y, t0
x2 mullw y, x, c5
shll z, y, 16
shrsl z, z, 16
shrsl y, y, 16
addl y, y, z
addl u, y, t1
loadl x, s2
x2 mullw y, x, c2
shll z, y, 16
shrsl z, z, 16
shrsl y, y, 16
addl y, y, z
addl t0, t, y
x2 mullw y, x, c6
shll z, y, 16
shrsl z, z, 16
shrsl y, y, 16
addl y, y, z
addl t1, u, y


# rq16 of two outputs, from their sums: y = ((t * mult + round) >> shift), clamped, of
# t = sat16((sum + bias) >> shift0). Two roundings are one: round = 2^14 + 2^15 * 2^(f-1)
# and shift = 15 + f, with the f of the layer.
.function qsr_orc_store
.dest 4 q uint32_t
.source 4 t0 uint32_t
.source 4 t1 uint32_t
.param 4 bias0
.param 4 shift0
.param 2 mult0
.param 4 bias1
.param 4 shift1
.param 2 mult1
.param 4 round
.param 4 shift
.temp 4 a
.temp 4 b
.temp 2 t
addl a, t0, bias0
shrsl a, a, shift0
convssslw t, a
mulswl a, t, mult0
addl a, a, round
shrsl a, a, shift
addl b, t1, bias1
shrsl b, b, shift1
convssslw t, b
mulswl b, t, mult1
addl b, b, round
shrsl b, b, shift
andl a, a, 0xffff
shll b, b, 16
orl a, a, b
x2 maxsw a, a, 0
x2 minsw q, a, 255


# The same with two bits more: f - 2 instead of f (docs/numerics.md).
.function qsr_orc_store_deep
.dest 4 q uint32_t
.source 4 t0 uint32_t
.source 4 t1 uint32_t
.param 4 bias0
.param 4 shift0
.param 2 mult0
.param 4 bias1
.param 4 shift1
.param 2 mult1
.param 4 round
.param 4 shift
.temp 4 a
.temp 4 b
.temp 2 t
addl a, t0, bias0
shrsl a, a, shift0
convssslw t, a
mulswl a, t, mult0
addl a, a, round
shrsl a, a, shift
addl b, t1, bias1
shrsl b, b, shift1
convssslw t, b
mulswl b, t, mult1
addl b, b, round
shrsl b, b, shift
andl a, a, 0xffff
shll b, b, 16
orl a, a, b
x2 maxsw a, a, 0
x2 minsw q, a, 1020

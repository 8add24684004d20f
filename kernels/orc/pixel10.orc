# SPDX-License-Identifier: BSD-2-Clause
#
# Pixel rows of 10 bits for ORC: the definitions are in kernels/pixel10_c.c, the
# callers and the cases left to plain C in pixel10_orc.c. A pixel of RGBX10 is one
# 64-bit number with R in its low 16 bits, so none of this is used on big-endian
# machines. At most eight arrays a program: ORC 0.4.33 has no registers for more.

# ------------------------------------------------------------------------ in

# bias = 2^12 - cy * y0
.function qsr_orc_yuv_to_rgbx10
.dest 8 rgbx
.source 2 y uint16_t
.source 2 u uint16_t
.source 2 v uint16_t
.param 2 cy
.param 4 bias
.param 2 crv
.param 2 cgu
.param 2 cgv
.param 2 cbu
.temp 2 cb
.temp 2 cr
.temp 4 luma
.temp 4 s
.temp 4 z
.temp 2 r
.temp 2 g
.temp 2 b
.temp 4 rg
.temp 4 bx
mulswl luma, y, cy
addl luma, luma, bias
subw cr, v, 512
subw cb, u, 512
mulswl s, cr, crv
addl s, s, luma
shrsl s, s, 13
convssslw r, s
maxsw r, r, 0
minsw r, r, 1023
mulswl s, cb, cgu
mulswl z, cr, cgv
addl s, s, z
addl s, s, luma
shrsl s, s, 13
convssslw g, s
maxsw g, g, 0
minsw g, g, 1023
mergewl rg, r, g
mulswl s, cb, cbu
addl s, s, luma
shrsl s, s, 13
convssslw b, s
maxsw b, b, 0
minsw b, b, 1023
convuwl bx, b
mergelq rgbx, rg, bx


# ----------------------------------------------------------------------- out

# bias = (y0 << 15) + 2^14
.function qsr_orc_rgbx10_to_y
.dest 2 y uint16_t
.source 8 rgbx
.param 2 cr
.param 2 cg
.param 2 cb
.param 4 bias
.temp 4 rg
.temp 4 bx
.temp 2 r
.temp 2 g
.temp 2 b
.temp 4 s
.temp 4 z
splitql bx, rg, rgbx
splitlw g, r, rg
convlw b, bx
mulswl s, r, cr
mulswl z, g, cg
addl s, s, z
mulswl z, b, cb
addl s, s, z
addl s, s, bias
shrsl s, s, 15
convssslw r, s
maxsw r, r, 0
minsw y, r, 1023


.function qsr_orc_chroma_down_v10
.dest 2 r uint16_t
.dest 2 g uint16_t
.dest 2 b uint16_t
.source 8 above
.source 8 own
.source 8 below
.param 2 wa
.param 2 wb
.param 2 wc
.temp 4 rg
.temp 4 bx
.temp 2 w
.temp 2 x
.temp 2 sr
.temp 2 sg
.temp 2 sb
splitql bx, rg, above
splitlw w, x, rg
mullw sr, x, wa
mullw sg, w, wa
convlw x, bx
mullw sb, x, wa
splitql bx, rg, own
splitlw w, x, rg
mullw x, x, wb
addw sr, sr, x
mullw w, w, wb
addw sg, sg, w
convlw x, bx
mullw x, x, wb
addw sb, sb, x
splitql bx, rg, below
splitlw w, x, rg
mullw x, x, wc
addw r, sr, x
mullw w, w, wc
addw g, sg, w
convlw x, bx
mullw x, x, wc
addw b, sb, x


# Co-sited: 1:2:1. The sources are pairs of sums: of the chroma sample itself and
# of the one before it.
.function qsr_orc_chroma_down_h121_10
.dest 2 u uint16_t
.dest 2 v uint16_t
.source 4 rprev
.source 4 rown
.source 4 gprev
.source 4 gown
.source 4 bprev
.source 4 bown
.param 2 ur
.param 2 ug
.param 2 ub
.param 2 vr
.param 2 vg
.param 2 vb
.temp 2 r
.temp 2 g
.temp 2 b
.temp 2 e
.temp 2 o
.temp 4 s
.temp 4 z
convhlw r, rprev
splitlw o, e, rown
addw r, r, e
addw r, r, e
addw r, r, o
convhlw g, gprev
splitlw o, e, gown
addw g, g, e
addw g, g, e
addw g, g, o
convhlw b, bprev
splitlw o, e, bown
addw b, b, e
addw b, b, e
addw b, b, o
mulswl s, r, ur
mulswl z, g, ug
addl s, s, z
mulswl z, b, ub
addl s, s, z
addl s, s, 0x10040000
shrsl s, s, 19
convssslw e, s
maxsw e, e, 0
minsw u, e, 1023
mulswl s, r, vr
mulswl z, g, vg
addl s, s, z
mulswl z, b, vb
addl s, s, z
addl s, s, 0x10040000
shrsl s, s, 19
convssslw e, s
maxsw e, e, 0
minsw v, e, 1023


# Between: 0:2:2.
.function qsr_orc_chroma_down_h022_10
.dest 2 u uint16_t
.dest 2 v uint16_t
.source 4 rown
.source 4 gown
.source 4 bown
.param 2 ur
.param 2 ug
.param 2 ub
.param 2 vr
.param 2 vg
.param 2 vb
.temp 2 r
.temp 2 g
.temp 2 b
.temp 2 e
.temp 2 o
.temp 4 s
.temp 4 z
splitlw o, e, rown
addw r, e, o
splitlw o, e, gown
addw g, e, o
splitlw o, e, bown
addw b, e, o
mulswl s, r, ur
mulswl z, g, ug
addl s, s, z
mulswl z, b, ub
addl s, s, z
addl s, s, 0x08020000
shrsl s, s, 18
convssslw e, s
maxsw e, e, 0
minsw u, e, 1023
mulswl s, r, vr
mulswl z, g, vg
addl s, s, z
mulswl z, b, vb
addl s, s, z
addl s, s, 0x08020000
shrsl s, s, 18
convssslw e, s
maxsw e, e, 0
minsw v, e, 1023

# SPDX-License-Identifier: BSD-2-Clause
#
# Pixel rows for ORC: the definitions are in kernels/pixel_c.c, the callers and
# the cases left to plain C in pixel_orc.c. A pixel of RGBX is one 32-bit number
# with R in its low byte, so none of this is used on big-endian machines.

# ------------------------------------------------------------------------ in

.function qsr_orc_chroma_up_v
.dest 2 dst uint16_t
.source 1 a uint8_t
.source 1 b uint8_t
.param 2 wa
.param 2 wb
.temp 2 x
.temp 2 y
convubw x, a
convubw y, b
mullw x, x, wa
mullw y, y, wb
addw dst, x, y


.function qsr_orc_chroma_up_h
.dest 2 dst
.source 2 left uint16_t
.source 2 own uint16_t
.source 2 right uint16_t
.param 2 w0
.param 2 w1
.param 2 w2
.param 2 w3
.temp 2 e
.temp 2 o
.temp 2 t
.temp 1 even
.temp 1 odd
mullw e, own, w0
mullw t, left, w1
addw e, e, t
addw e, e, 8
shruw e, e, 4
convwb even, e
mullw o, own, w2
mullw t, right, w3
addw o, o, t
addw o, o, 8
shruw o, o, 4
convwb odd, o
mergebw dst, even, odd


.function qsr_orc_deinterleave
.dest 1 a uint8_t
.dest 1 b uint8_t
.source 2 ab
splitwb b, a, ab


# bias = 2^12 - cy * y0
.function qsr_orc_yuv_to_rgbx
.dest 4 rgbx
.source 1 y uint8_t
.source 1 u uint8_t
.source 1 v uint8_t
.param 2 cy
.param 4 bias
.param 2 crv
.param 2 cgu
.param 2 cgv
.param 2 cbu
.temp 2 w
.temp 2 cb
.temp 2 cr
.temp 1 t
.temp 4 luma
.temp 4 s
.temp 4 z
.temp 1 r
.temp 1 g
.temp 1 b
.temp 2 rg
convubw w, y
mulswl luma, w, cy
addl luma, luma, bias
subb t, v, 128
convsbw cr, t
subb t, u, 128
convsbw cb, t
mulswl s, cr, crv
addl s, s, luma
shrsl s, s, 13
convssslw w, s
convsuswb r, w
mulswl s, cb, cgu
mulswl z, cr, cgv
addl s, s, z
addl s, s, luma
shrsl s, s, 13
convssslw w, s
convsuswb g, w
mergebw rg, r, g
mulswl s, cb, cbu
addl s, s, luma
shrsl s, s, 13
convssslw w, s
convsuswb b, w
convubw w, b
mergewl rgbx, rg, w


.function qsr_orc_gray_to_rgbx
.dest 4 rgbx
.source 1 y uint8_t
.temp 2 rg
.temp 2 bx
mergebw rg, y, y
convubw bx, y
mergewl rgbx, rg, bx


.function qsr_orc_load_rgbx
.dest 4 rgbx
.source 4 src
andl rgbx, src, 0x00ffffff


.function qsr_orc_load_bgrx
.dest 4 rgbx
.source 4 src
.temp 4 t
swapl t, src
shrul rgbx, t, 8


.function qsr_orc_load_xrgb
.dest 4 rgbx
.source 4 src
shrul rgbx, src, 8


.function qsr_orc_load_xbgr
.dest 4 rgbx
.source 4 src
.temp 4 t
swapl t, src
andl rgbx, t, 0x00ffffff


.function qsr_orc_merge4
.dest 4 dst
.source 1 a uint8_t
.source 1 b uint8_t
.source 1 c uint8_t
.source 1 d uint8_t
.temp 2 ab
.temp 2 cd
mergebw ab, a, b
mergebw cd, c, d
mergewl dst, ab, cd


# The fourth byte, then the first, is the same everywhere.
.function qsr_orc_merge3_fill
.dest 4 dst
.source 1 a uint8_t
.source 1 b uint8_t
.source 1 c uint8_t
.param 1 fill
.temp 2 ab
.temp 2 cd
mergebw ab, a, b
mergebw cd, c, fill
mergewl dst, ab, cd


.function qsr_orc_fill_merge3
.dest 4 dst
.source 1 b uint8_t
.source 1 c uint8_t
.source 1 d uint8_t
.param 1 fill
.temp 2 ab
.temp 2 cd
mergebw ab, fill, b
mergebw cd, c, d
mergewl dst, ab, cd


# ----------------------------------------------------------------------- out

.function qsr_orc_store_rgbx
.dest 4 dst
.source 4 rgbx
orl dst, rgbx, 0xff000000


.function qsr_orc_store_bgrx
.dest 4 dst
.source 4 rgbx
.temp 4 t
swapl t, rgbx
shrul t, t, 8
orl dst, t, 0xff000000


.function qsr_orc_store_xrgb
.dest 4 dst
.source 4 rgbx
.temp 4 t
shll t, rgbx, 8
orl dst, t, 0x000000ff


.function qsr_orc_store_xbgr
.dest 4 dst
.source 4 rgbx
.temp 4 t
swapl t, rgbx
orl dst, t, 0x000000ff


.function qsr_orc_store_rgba
.dest 4 dst
.source 4 rgbx
.source 1 alpha uint8_t
.temp 4 t
.temp 4 a
.temp 2 w
andl t, rgbx, 0x00ffffff
convubw w, alpha
convuwl a, w
shll a, a, 24
orl dst, t, a


.function qsr_orc_store_bgra
.dest 4 dst
.source 4 rgbx
.source 1 alpha uint8_t
.temp 4 t
.temp 4 a
.temp 2 w
swapl t, rgbx
shrul t, t, 8
convubw w, alpha
convuwl a, w
shll a, a, 24
orl dst, t, a


.function qsr_orc_store_argb
.dest 4 dst
.source 4 rgbx
.source 1 alpha uint8_t
.temp 4 t
.temp 4 a
.temp 2 w
shll t, rgbx, 8
convubw w, alpha
convuwl a, w
orl dst, t, a


.function qsr_orc_store_abgr
.dest 4 dst
.source 4 rgbx
.source 1 alpha uint8_t
.temp 4 t
.temp 4 a
.temp 2 w
swapl t, rgbx
andl t, t, 0xffffff00
convubw w, alpha
convuwl a, w
orl dst, t, a


# bias = (y0 << 15) + 2^14
.function qsr_orc_rgbx_to_y
.dest 1 y uint8_t
.source 4 rgbx
.param 2 cr
.param 2 cg
.param 2 cb
.param 4 bias
.temp 2 rg
.temp 2 bx
.temp 2 t
.temp 4 s
.temp 4 z
splitlw bx, rg, rgbx
andw t, rg, 255
mulswl s, t, cr
shruw t, rg, 8
mulswl z, t, cg
addl s, s, z
andw t, bx, 255
mulswl z, t, cb
addl s, s, z
addl s, s, bias
shrsl s, s, 15
convssslw t, s
convsuswb y, t


.function qsr_orc_rgbx_to_uv
.dest 1 u uint8_t
.dest 1 v uint8_t
.source 4 rgbx
.param 2 ur
.param 2 ug
.param 2 ub
.param 2 vr
.param 2 vg
.param 2 vb
.temp 2 r
.temp 2 g
.temp 2 b
.temp 2 t
.temp 4 s
.temp 4 z
splitlw b, r, rgbx
shruw g, r, 8
andw r, r, 255
andw b, b, 255
mulswl s, r, ur
mulswl z, g, ug
addl s, s, z
mulswl z, b, ub
addl s, s, z
addl s, s, 0x00404000
shrsl s, s, 15
convssslw t, s
convsuswb u, t
mulswl s, r, vr
mulswl z, g, vg
addl s, s, z
mulswl z, b, vb
addl s, s, z
addl s, s, 0x00404000
shrsl s, s, 15
convssslw t, s
convsuswb v, t


.function qsr_orc_rgbx_to_gray
.dest 1 y uint8_t
.source 4 rgbx
.temp 2 rg
.temp 2 b
.temp 2 g
.temp 2 s
splitlw b, rg, rgbx
andw s, rg, 255
mullw s, s, 77
shruw g, rg, 8
mullw g, g, 150
addw s, s, g
andw b, b, 255
mullw b, b, 29
addw s, s, b
addw s, s, 128
shruw s, s, 8
convwb y, s


# Two colours at a time: R and B are the low bytes of the halves, G the high
# byte of the lower one.
.function qsr_orc_chroma_down_v
.dest 2 r uint16_t
.dest 2 g uint16_t
.dest 2 b uint16_t
.source 4 above
.source 4 own
.source 4 below
.param 2 wa
.param 2 wb
.param 2 wc
.temp 4 rb
.temp 4 t
.temp 2 rg
.temp 2 bx
.temp 2 sr
.temp 2 sg
.temp 2 sb
.temp 2 w
splitlw bx, rg, above
andw w, rg, 255
mullw sr, w, wa
shruw w, rg, 8
mullw sg, w, wa
andw w, bx, 255
mullw sb, w, wa
splitlw bx, rg, own
andw w, rg, 255
mullw w, w, wb
addw sr, sr, w
shruw w, rg, 8
mullw w, w, wb
addw sg, sg, w
andw w, bx, 255
mullw w, w, wb
addw sb, sb, w
splitlw bx, rg, below
andw w, rg, 255
mullw w, w, wc
addw r, sr, w
shruw w, rg, 8
mullw w, w, wc
addw g, sg, w
andw w, bx, 255
mullw w, w, wc
addw b, sb, w


# Co-sited: 1:2:1. The sources are pairs of sums: of the chroma sample itself and
# of the one before it.
.function qsr_orc_chroma_down_h121
.dest 1 u uint8_t
.dest 1 v uint8_t
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
addl s, s, 0x04040000
shrsl s, s, 19
convssslw e, s
convsuswb u, e
mulswl s, r, vr
mulswl z, g, vg
addl s, s, z
mulswl z, b, vb
addl s, s, z
addl s, s, 0x04040000
shrsl s, s, 19
convssslw e, s
convsuswb v, e


# Between: 0:2:2.
.function qsr_orc_chroma_down_h022
.dest 1 u uint8_t
.dest 1 v uint8_t
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
addl s, s, 0x02020000
shrsl s, s, 18
convssslw e, s
convsuswb u, e
mulswl s, r, vr
mulswl z, g, vg
addl s, s, z
mulswl z, b, vb
addl s, s, z
addl s, s, 0x02020000
shrsl s, s, 18
convssslw e, s
convsuswb v, e


# --------------------------------------------------------------------- alpha

.function qsr_orc_alpha_v
.dest 2 dst int16_t
.source 1 s0 uint8_t
.source 1 s1 uint8_t
.source 1 s2 uint8_t
.source 1 s3 uint8_t
.param 2 t0
.param 2 t1
.param 2 t2
.param 2 t3
.temp 2 s
.temp 2 w
convubw w, s0
mullw s, w, t0
convubw w, s1
mullw w, w, t1
addw s, s, w
convubw w, s2
mullw w, w, t2
addw s, s, w
convubw w, s3
mullw w, w, t3
addw s, s, w
addw s, s, 2
shrsw dst, s, 2

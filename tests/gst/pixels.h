// SPDX-License-Identifier: BSD-2-Clause
//
// Pictures seen pixel by pixel, in every format, as GStreamer unpacks them; and the
// painter without an element around it.

#ifndef QSR_TESTS_GST_PIXELS_H
#define QSR_TESTS_GST_PIXELS_H

#include "common.h"
#include "gst/painter.h"

extern const gchar *const test_formats[];
extern const gint test_n_formats;

typedef struct TestImage {
    GstQsrColour colour;
    GstVideoFrame frame; // mapped for reading and writing
    QsrPicture pic;
    gint width, height;  // of the picture in memory: a field's, where it is one
} TestImage;

// `more` as for test_caps(), may be NULL. Filled with 0xA5.
TestImage *test_image_new(const gchar *format, gint width, gint height, const gchar *more);
void test_image_free(TestImage *image);

// The four components of each pixel in steps of the format: A, Y, U, V or A, R, G, B; 8
// or 10 bits, alpha of RGB10A2 2 bits. g_free() them.
guint16 *test_image_samples(const TestImage *image);

// Values from 0 to 1 at a point in units of pixels, in GStreamer's order of components.
typedef gdouble (*TestScene)(gdouble x, gdouble y, gint component, gconstpointer data);

// Samples the scene at the middle of pixels, `scale_x` and `scale_y` of which make a unit of it.
// U and V are full swing around 0.5.
void test_image_draw(TestImage *image, TestScene scene, gconstpointer data, gdouble scale_x,
                     gdouble scale_y);
// Noise in all samples.
void test_image_noise(TestImage *image, guint seed);

// Smooth: waves of at least 15 pixels, different in each component.
gdouble test_smooth_scene(gdouble x, gdouble y, gint component, gconstpointer data);

// Over the components that are there, in dB of the largest value; 99: equal.
gdouble test_psnr(const TestImage *a, const TestImage *b);
void test_assert_same(const TestImage *a, const TestImage *b);

typedef struct TestPainter {
    GstQsrPainter *painter;
    GstQsrModels *models;
    GstQsrCanvas canvas;
    GstQsrLook look;
} TestPainter;

// Fails unless everything is possible. `model` is static. `dest` NULL: all of `out`. factor
// 0/0: any size.
TestPainter *test_painter_new(const gchar *model, QsrScale factor, const TestImage *in,
                              const TestImage *out, const GstVideoRectangle *dest);
void test_painter_free(TestPainter *t);
void test_paint(TestPainter *t, const GstQsrShot *shot, const TestImage *in, TestImage *out);

extern const GstQsrShot test_plain_shot, test_woven_shot;

#endif

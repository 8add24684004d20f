// SPDX-License-Identifier: BSD-2-Clause
//
// What the tests of the element share: pictures, the engine called directly on
// the same samples, and messages.

#ifndef QSR_TESTS_GST_COMMON_H
#define QSR_TESTS_GST_COMMON_H

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "src/qsr.h"

#define TEST_MODEL "quicksrnet-small"

// Makes capsfilter, fakesink, queue and identity known: the test environment
// has no system plugins at all.
void test_setup(void);

// The same for another of the system's plugins; FALSE where it is missing.
gboolean test_load_plugin(const gchar *file);

// A harness around an element with a bus of its own; `properties` as in a
// launch line ("scale=2 n-threads=1"). The element is PLAYING.
GstHarness *test_harness(const gchar *properties, GstBus **bus);
void test_harness_end(GstHarness *h, GstBus *bus);

// Raw caps of 25/1; `more` (may be NULL) is appended.
GstCaps *test_caps(const gchar *format, gint width, gint height, const gchar *more);
void test_set_src_caps(GstHarness *h, const gchar *format, gint width, gint height,
                       const gchar *more);
GstCaps *test_out_caps(GstHarness *h);
void test_out_size(GstHarness *h, gint *width, gint *height);

// Noise in every visible sample, smooth enough to look like something.
GstBuffer *test_picture(const GstVideoInfo *info, guint seed);
GstBuffer *test_picture_of(const gchar *format, gint width, gint height, guint seed);

// The meaning of the samples for the direct call.
typedef struct {
    QsrMatrix matrix;
    QsrRange range;
    QsrChromaSite site;
} TestColour;

// Fails unless the visible samples of `out` are what libqsr makes of `in`.
void test_assert_upscaled(GstBuffer *in, const GstVideoInfo *in_info, GstBuffer *out,
                          const GstVideoInfo *out_info, const TestColour *colour, QsrScale scale);

// Fails unless the visible samples are equal.
void test_assert_same_picture(GstBuffer *a, GstBuffer *b, const GstVideoInfo *info);

// Takes the first message of the type from the bus; fails unless there is one
// with that domain and code, and `text` in its sentence.
void test_assert_message(GstBus *bus, GstMessageType type, GQuark domain, gint code,
                         const gchar *text);
void test_assert_no_message(GstBus *bus, GstMessageType type);

// A random valid model file under the test's own folder; g_free() the path.
gchar *test_model_file(const gchar *name, QsrScale scale, guint seed);
// The bytes of one, to be spoilt and written.
gchar *test_model_bytes(QsrScale scale, guint seed, gsize *size);
gchar *test_write_file(const gchar *name, const gchar *data, gsize size);
void test_seal_model(gchar *data, gsize size);

#endif

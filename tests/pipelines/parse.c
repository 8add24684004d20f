// SPDX-License-Identifier: BSD-2-Clause
//
// Parses a launch line and goes no further: elements, properties and links.

#include <gst/gst.h>

int main(int argc, char **argv)
{
    GError *error = NULL;
    GstElement *pipeline;

    gst_init(&argc, &argv);
    if (argc != 2)
        return 2;
    pipeline = gst_parse_launch_full(argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
    if (!pipeline) {
        g_print("%s\n  %s\n", argv[1], error->message);
        g_error_free(error);
        return 1;
    }
    gst_object_unref(pipeline);
    return 0;
}

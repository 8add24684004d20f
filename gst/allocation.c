// SPDX-License-Identifier: BSD-2-Clause
//
// Memory for pictures: what is offered to upstream, and what is used for the output.
//
// A pool of downstream's is taken, because its memory may be what downstream shows or
// encodes without a copy. Pictures in plain memory start at whole cache lines, and so
// do their rows where the other side reads strides from GstVideoMeta.

#include "element.h"

#define CACHE_LINE 64

static void align_rows(GstBufferPool *pool)
{
    GstStructure *config = gst_buffer_pool_get_config(pool);
    GstAllocator *allocator = NULL;
    GstAllocationParams params;
    GstVideoAlignment align;

    gst_video_alignment_reset(&align);
    for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
        align.stride_align[i] = CACHE_LINE - 1;
    // Without GST_BUFFER_POOL_OPTION_VIDEO_META, which is for the user of the pool to
    // add, the pool takes no notice of this.
    gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    gst_buffer_pool_config_set_video_alignment(config, &align);
    // The pool would see to it as well, with a warning.
    if (gst_buffer_pool_config_get_allocator(config, &allocator, &params)) {
        params.align |= CACHE_LINE - 1;
        gst_buffer_pool_config_set_allocator(config, allocator, &params);
    }
    if (!gst_buffer_pool_set_config(pool, config))
        GST_INFO("%" GST_PTR_FORMAT " keeps its layout", pool);
}

// Of plain memory; whoever has an allocator of his own knows better.
static void align_memory(GstQuery *query)
{
    GstAllocationParams params;
    GstAllocator *allocator = NULL;

    gst_allocation_params_init(&params);
    if (gst_query_get_n_allocation_params(query) == 0) {
        params.align = CACHE_LINE - 1;
        gst_query_add_allocation_param(query, NULL, &params);
        return;
    }
    gst_query_parse_nth_allocation_param(query, 0, &allocator, &params);
    if (!allocator) {
        params.align |= CACHE_LINE - 1;
        gst_query_set_nth_allocation_param(query, 0, NULL, &params);
    }
    g_clear_object(&allocator);
}

static void add_pool(GstBaseTransform *trans, GstQuery *query, GstCaps *caps)
{
    GstBufferPool *pool = gst_video_buffer_pool_new();
    GstStructure *config = gst_buffer_pool_get_config(pool);
    gchar *name = g_strdup_printf("%s-pool", GST_OBJECT_NAME(trans));
    GstVideoInfo info;

    g_object_set(pool, "name", name, NULL);
    g_free(name);
    if (gst_video_info_from_caps(&info, caps)) {
        guint size = (guint) GST_VIDEO_INFO_SIZE(&info);

        gst_buffer_pool_config_set_params(config, caps, size, 0, 0);
        gst_buffer_pool_config_add_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
        gst_buffer_pool_set_config(pool, config);
        align_rows(pool);
        if (gst_query_get_n_allocation_pools(query) > 0)
            gst_query_set_nth_allocation_pool(query, 0, pool, size, 0, 0);
        else
            gst_query_add_allocation_pool(query, pool, size, 0, 0);
    } else {
        gst_structure_free(config);
    }
    gst_object_unref(pool);
}

static gboolean gst_qsr_upscale_decide_allocation(GstBaseTransform *trans, GstQuery *query)
{
    GstBufferPool *pool = NULL;
    GstCaps *caps;

    gst_query_parse_allocation(query, &caps, NULL);
    if (gst_query_get_n_allocation_pools(query) > 0)
        gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
    if (!pool || G_OBJECT_TYPE(pool) == GST_TYPE_VIDEO_BUFFER_POOL)
        align_memory(query);
    if (gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL)) {
        if (!pool)
            add_pool(trans, query, caps);
        else if (G_OBJECT_TYPE(pool) == GST_TYPE_VIDEO_BUFFER_POOL)
            align_rows(pool);
    }
    gst_clear_object(&pool);
    return gst_qsr_upscale_parent()->decide_allocation(trans, query);
}

static gboolean gst_qsr_upscale_propose_allocation(GstBaseTransform *trans, GstQuery *decide,
                                                   GstQuery *query)
{
    GstBufferPool *pool = NULL;

    if (decide) // pictures are read, not passed on
        align_memory(query);
    if (!gst_qsr_upscale_parent()->propose_allocation(trans, decide, query))
        return FALSE;
    if (!decide)
        return TRUE;
    if (gst_query_get_n_allocation_pools(query) > 0)
        gst_query_parse_nth_allocation_pool(query, 0, &pool, NULL, NULL, NULL);
    if (pool)
        align_rows(pool);
    gst_clear_object(&pool);
    return TRUE;
}

// Metas that downstream understands may be offered to upstream. Crops are read as they come
// (metas.c), but not asked for: an upstream that has begun to leave the cropping to others
// would go on when a change of scale makes this element pass pictures on, to whom it may.
static gboolean gst_qsr_upscale_filter_meta(GstBaseTransform *trans, GstQuery *query, GType api,
                                            const GstStructure *params)
{
    (void) trans;
    (void) query;
    (void) params;
    return api != GST_VIDEO_CROP_META_API_TYPE;
}

void gst_qsr_upscale_install_allocation(GstBaseTransformClass *klass)
{
    klass->decide_allocation = GST_DEBUG_FUNCPTR(gst_qsr_upscale_decide_allocation);
    klass->propose_allocation = GST_DEBUG_FUNCPTR(gst_qsr_upscale_propose_allocation);
    klass->filter_meta = GST_DEBUG_FUNCPTR(gst_qsr_upscale_filter_meta);
}

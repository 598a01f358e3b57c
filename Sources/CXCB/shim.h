#pragma once

#include <xcb/xcb.h>
#include <xcb/res.h>
#include <xcb/xfixes.h>

// The extensions' records are global variables, which Swift can't tell to be constant.
static inline const xcb_query_extension_reply_t *cxcb_xfixes(xcb_connection_t *connection) {
    return xcb_get_extension_data(connection, &xcb_xfixes_id);
}
static inline const xcb_query_extension_reply_t *cxcb_res(xcb_connection_t *connection) {
    return xcb_get_extension_data(connection, &xcb_res_id);
}

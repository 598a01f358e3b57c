#pragma once

#include <xcb/xcb.h>
#include <xcb/res.h>
#include <xcb/xfixes.h>

// Of CDesktop.h: the libraries are found at run time, their variables too.
#include "../CWayland/include/CDesktop.h"

static inline const xcb_query_extension_reply_t *cxcb_xfixes(xcb_connection_t *connection) {
    return xcb_get_extension_data(connection, (xcb_extension_t *)cdesktop_symbol(CDESKTOP_X11, "xcb_xfixes_id"));
}
static inline const xcb_query_extension_reply_t *cxcb_res(xcb_connection_t *connection) {
    return xcb_get_extension_data(connection, (xcb_extension_t *)cdesktop_symbol(CDESKTOP_X11, "xcb_res_id"));
}

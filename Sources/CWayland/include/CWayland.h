// The client side of Wayland, and our two protocols. Empty where libwayland's headers are not installed: then the trait Desktop is off.
#pragma once

#if __has_include(<wayland-client.h>)
#include <wayland-client.h>

#include "CDesktop.h"
#include "ext-data-control-v1.h"
#include "wlr-data-control-unstable-v1.h"

// The interfaces are variables of the library, which is found at run time.
static inline struct wl_registry *cwayland_registry(struct wl_display *display) {
    const struct wl_interface *interface =
        (const struct wl_interface *)cdesktop_symbol(CDESKTOP_WAYLAND, "wl_registry_interface");
    struct wl_proxy *proxy = (struct wl_proxy *)display;
    return interface ? (struct wl_registry *)wl_proxy_marshal_flags(
                           proxy, WL_DISPLAY_GET_REGISTRY, interface, wl_proxy_get_version(proxy), 0, NULL)
                     : NULL;
}
static inline struct wl_seat *cwayland_bind_seat(struct wl_registry *registry, uint32_t name) {
    const struct wl_interface *interface =
        (const struct wl_interface *)cdesktop_symbol(CDESKTOP_WAYLAND, "wl_seat_interface");
    return interface ? (struct wl_seat *)wl_registry_bind(registry, name, interface, 1) : NULL;
}
static inline struct ext_data_control_manager_v1 *cwayland_bind_ext(struct wl_registry *registry, uint32_t name) {
    return (struct ext_data_control_manager_v1 *)wl_registry_bind(
        registry, name, &ext_data_control_manager_v1_interface, 1);
}
static inline struct zwlr_data_control_manager_v1 *cwayland_bind_wlr(
    struct wl_registry *registry, uint32_t name, uint32_t version) {
    return (struct zwlr_data_control_manager_v1 *)wl_registry_bind(
        registry, name, &zwlr_data_control_manager_v1_interface, version < 2 ? version : 2);
}
#endif

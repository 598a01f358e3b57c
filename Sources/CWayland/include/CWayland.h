// The client side of Wayland, and our two protocols. Empty where libwayland's headers are not installed: then the trait Desktop is off.
#pragma once

#if __has_include(<wayland-client.h>)
#include <wayland-client.h>

#include "ext-data-control-v1.h"
#include "wlr-data-control-unstable-v1.h"

// The interfaces are global variables, which Swift can't tell to be constant.
static inline struct wl_seat *cwayland_bind_seat(struct wl_registry *registry, uint32_t name) {
    return (struct wl_seat *)wl_registry_bind(registry, name, &wl_seat_interface, 1);
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

// The desktop's libraries are looked up when a clipboard or a bus is used, and not when the program starts: loading them with the sixteen others
// that they need takes longer than all that a hook does.
#ifdef SLUICE_DESKTOP
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <wayland-util.h>

#include "CDesktop.h"

// Every function of each library that is called from here.
#define X11_FUNCTIONS(F) \
    F(xcb_change_property) F(xcb_change_window_attributes) F(xcb_connect) F(xcb_connection_has_error) \
    F(xcb_convert_selection) F(xcb_create_window) F(xcb_delete_property) F(xcb_disconnect) F(xcb_flush) \
    F(xcb_generate_id) F(xcb_get_atom_name) F(xcb_get_atom_name_name) F(xcb_get_atom_name_name_length) \
    F(xcb_get_atom_name_reply) F(xcb_get_extension_data) F(xcb_get_file_descriptor) F(xcb_get_input_focus) \
    F(xcb_get_input_focus_reply) F(xcb_get_property) F(xcb_get_property_reply) F(xcb_get_property_value) \
    F(xcb_get_property_value_length) F(xcb_get_selection_owner) F(xcb_get_selection_owner_reply) \
    F(xcb_get_setup) F(xcb_intern_atom) F(xcb_intern_atom_reply) F(xcb_poll_for_event) F(xcb_query_tree) \
    F(xcb_query_tree_children) F(xcb_query_tree_children_length) F(xcb_query_tree_reply) \
    F(xcb_res_client_id_value_next) F(xcb_res_client_id_value_value) F(xcb_res_query_client_ids) \
    F(xcb_res_query_client_ids_ids_iterator) F(xcb_res_query_client_ids_reply) F(xcb_res_query_version) \
    F(xcb_res_query_version_reply) F(xcb_screen_next) F(xcb_send_event) F(xcb_set_selection_owner) \
    F(xcb_setup_roots_iterator) F(xcb_xfixes_query_version) F(xcb_xfixes_query_version_reply) \
    F(xcb_xfixes_select_selection_input)
#define WAYLAND_FUNCTIONS(F) \
    F(wl_display_cancel_read) F(wl_display_connect) F(wl_display_disconnect) F(wl_display_dispatch_pending) \
    F(wl_display_flush) F(wl_display_get_fd) F(wl_display_prepare_read) F(wl_display_read_events) \
    F(wl_display_roundtrip) F(wl_proxy_add_listener) F(wl_proxy_destroy) F(wl_proxy_get_version) \
    F(wl_proxy_marshal_flags)
#define BUS_FUNCTIONS(F) \
    F(sd_bus_call) F(sd_bus_flush_close_unref) F(sd_bus_get_events) F(sd_bus_get_fd) F(sd_bus_get_timeout) \
    F(sd_bus_match_signal) F(sd_bus_message_append_basic) F(sd_bus_message_close_container) \
    F(sd_bus_message_enter_container) F(sd_bus_message_new_method_call) F(sd_bus_message_open_container) \
    F(sd_bus_message_read_basic) F(sd_bus_message_unref) F(sd_bus_open_user) F(sd_bus_process)

// A function of the library's name that jumps to where the library's own one was found. Hidden: the libraries call each other directly.
#if defined(__x86_64__)
#define JUMP(name) "jmp *cdesktop_at_" #name "(%rip)\n"
#elif defined(__aarch64__)
#define JUMP(name) \
    "adrp x16, cdesktop_at_" #name "\n" \
    "ldr x16, [x16, :lo12:cdesktop_at_" #name "]\n" \
    "br x16\n"
#else
#error "the trait Desktop needs x86-64 or arm64"
#endif
#define STUB(name) \
    __attribute__((visibility("hidden"))) void *cdesktop_at_##name; \
    __asm__(".text\n.p2align 4\n.globl " #name "\n.hidden " #name "\n.type " #name ", @function\n" #name ":\n" JUMP(name));
X11_FUNCTIONS(STUB)
WAYLAND_FUNCTIONS(STUB)
BUS_FUNCTIONS(STUB)

// Names a type of argument in our glue, where its content is not looked at.
__attribute__((visibility("hidden"))) const struct wl_interface wl_seat_interface = {"wl_seat", 1, 0, NULL, 0, NULL};

struct entry {
    const char *name;
    void **at;
};
#define ENTRY(name) {#name, &cdesktop_at_##name},
static const struct entry x11[] = {X11_FUNCTIONS(ENTRY)};
static const struct entry wayland[] = {WAYLAND_FUNCTIONS(ENTRY)};
static const struct entry bus[] = {BUS_FUNCTIONS(ENTRY)};

static const struct {
    const char *files[3];
    const struct entry *entries;
    size_t count;
} groups[] = {
    {{"libxcb.so.1", "libxcb-xfixes.so.0", "libxcb-res.so.0"}, x11, sizeof x11 / sizeof *x11},
    {{"libwayland-client.so.0"}, wayland, sizeof wayland / sizeof *wayland},
    {{"libsystemd.so.0"}, bus, sizeof bus / sizeof *bus},
};

static void *find(int group, const char *name) {
    for (int index = 0; index < 3 && groups[group].files[index]; index++) {
        // Held for good: a library that was loaded stays.
        void *file = dlopen(groups[group].files[index], RTLD_NOW | RTLD_LOCAL);
        void *found = file ? dlsym(file, name) : NULL;
        if (found) return found;
    }
    return NULL;
}

int cdesktop_load(enum cdesktop_group group) {
    for (size_t index = 0; index < groups[group].count; index++) {
        void *found = find((int)group, groups[group].entries[index].name);
        if (!found) return -1;
        *groups[group].entries[index].at = found;
    }
    return 0;
}

const void *cdesktop_symbol(enum cdesktop_group group, const char *name) { return find((int)group, name); }
#endif

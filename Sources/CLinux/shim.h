// What Swift can't import from the C library: variadic functions and macros.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

// No core dump of this process, and no other process of the user may attach to it or read its memory. 0, or -1 with errno.
static inline int clinux_close_memory(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}

// 1 if the process can be dumped or attached to, 0 if not.
static inline int clinux_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) != 0; }

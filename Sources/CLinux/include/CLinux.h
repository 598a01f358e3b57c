// What Swift can't import from the C library: variadic functions and macros. Includes nothing, so that this module and Swift's own of the C
// library never define one thing twice.
#pragma once

// No core dump of this process, and no other process of the user may attach to it or read its memory. 0, or -1 with errno.
int clinux_close_memory(void);

// 1 if the process can be dumped or attached to, 0 if not.
int clinux_is_dumpable(void);

// Gives free memory back to the system (where the C library is glibc), and the pages of code that only the start needed.
void clinux_give_back_memory(void);

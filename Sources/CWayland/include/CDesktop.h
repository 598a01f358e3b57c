// Looks up the desktop's libraries at run time.
#pragma once

enum cdesktop_group { CDESKTOP_X11, CDESKTOP_WAYLAND, CDESKTOP_BUS };

// Finds every function of a group that is used. 0, or -1 where a library or a function is missing: then none of the group may be called.
int cdesktop_load(enum cdesktop_group group);

// A library's variable, after its group was loaded; NULL where there is none.
const void *cdesktop_symbol(enum cdesktop_group group, const char *name);

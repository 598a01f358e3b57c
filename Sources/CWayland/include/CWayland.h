// The client side of Wayland, and our two protocols. Empty where libwayland's headers are not installed: then the trait Desktop is off.
#pragma once

#if __has_include(<wayland-client.h>)
#include <wayland-client.h>

#include "ext-data-control-v1.h"
#include "wlr-data-control-unstable-v1.h"
#endif

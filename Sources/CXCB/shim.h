#pragma once

#include <xcb/xcb.h>
#include <xcb/res.h>
#include <xcb/xfixes.h>

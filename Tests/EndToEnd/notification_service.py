"""A desktop's notification service: speaks org.freedesktop.Notifications on the session bus, prints each notice as a line of JSON, and
presses the buttons that its standard input names ("ID KEY")."""

import json
import sys

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
INTERFACE = Gio.DBusNodeInfo.new_for_xml(f"""<node><interface name="{NAME}">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{{sv}}" direction="in"/>
<arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal></interface></node>""").interfaces[0]
loop, count = GLib.MainLoop(), 0


def call(connection, sender, path, interface, method, parameters, invocation):
    global count
    if method == "GetCapabilities":
        invocation.return_value(GLib.Variant("(as)", (["body", "actions"],)))
    elif method == "GetServerInformation":
        invocation.return_value(GLib.Variant("(ssss)", ("stand-in", "test", "1", "1.2")))
    elif method == "Notify":
        count += 1
        application, _, _, summary, body, actions, _, _ = parameters.unpack()
        print(json.dumps({"id": count, "application": application, "summary": summary, "body": body,
                          "actions": actions}), flush=True)
        invocation.return_value(GLib.Variant("(u)", (count,)))
    else:
        invocation.return_value(None)


def pressed(channel, condition):
    line = sys.stdin.readline().split()
    if not line:
        loop.quit()
        return False
    bus.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (int(line[0]), line[1])))
    return True


bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
bus.register_object(PATH, INTERFACE, call, None, None)
Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, pressed)
loop.run()
